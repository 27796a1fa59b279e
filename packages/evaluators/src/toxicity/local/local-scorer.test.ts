import { describeToxicityScorer } from '@austeer/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalToxicityScorer, LOCAL_VERDICT_ERRORS } from './local-scorer.ts';
import { LOCAL_MODEL } from './model-data.ts';
import { BUCKETS, featureHash, featureValue, normalizeText, textFeatures } from './text-features.ts';
import { packWeights, unpackWeights } from './weight-packing.ts';

describeToxicityScorer({ name: 'the local scorer', load: () => createLocalToxicityScorer() });

describe('createLocalToxicityScorer', () => {
  const scorer = createLocalToxicityScorer();
  const scoreOf = async (text: string): Promise<number> => (await scorer.score([text]))[0]!.score!;

  it('tells plain insults from plain sentences', async () => {
    for (const text of [
      'You are a stupid idiot and I hate you.',
      'What a pathetic, disgusting piece of shit.',
      'Shut up, you moron!',
    ]) {
      expect(await scoreOf(text), text).toBeGreaterThan(scorer.threshold);
    }
    for (const text of [
      'The committee meets again on Tuesday morning.',
      'Thank you so much for the lovely tea.',
      'She painted the kitchen pale yellow last spring.',
    ]) {
      expect(await scoreOf(text), text).toBeLessThan(scorer.threshold);
    }
  });

  it('reads through letter case, accents, stretched letters and links', async () => {
    const plain = await scoreOf('you idiot');
    expect(await scoreOf('  YOU ÍDIOT ')).toBe(plain);
    expect(await scoreOf('yoouu idiot https://example.com/a')).toBe(await scoreOf('yoooouuuu idiot'));
    expect(await scoreOf('you  idiot')).toBe(plain);
  });

  it('gives the scores of this version', async () => {
    // Another number here means another model: give it another version.
    expect(scorer.version).toBe('1-bae5045c');
    expect(await scoreOf('')).toBeCloseTo(0.16690679275060658, 12);
    expect(await scoreOf('What a stupid idea!')).toBeCloseTo(0.8427818778081306, 12);
  });

  it('knows how often its verdict is wrong, and takes another threshold', () => {
    expect(LOCAL_VERDICT_ERRORS.falsePositiveRate).toBeGreaterThan(0.01);
    expect(LOCAL_VERDICT_ERRORS.falseNegativeRate).toBeLessThan(0.3);
    expect(createLocalToxicityScorer({ threshold: 0.7 }).threshold).toBe(0.7);
  });
});

describe('textFeatures', () => {
  it('hashes as the published model of this kind does', () => {
    expect(featureHash('wé')).toBe(3250796975);
    expect(featureHash('c fu')).toBe(734074530);
  });

  it('finds words, pairs with the ends of the text, and parts of words', () => {
    // "go": w, b< go, bgo >, and of " go " the parts " g", "go", "o ", " go", "go ".
    expect(textFeatures('Go')).toHaveLength(8);
    // A sign alone has no parts.
    expect(textFeatures('?')).toHaveLength(3);
    expect(textFeatures('go go')).toHaveLength(9);
    expect(featureValue(1)).toBe(1);
  });

  it('gives distinct buckets of the range for any text, whatever its form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const features = textFeatures(text);
        expect(new Set(features).size).toBe(features.length);
        for (const bucket of features) expect(bucket >= 0 && bucket < BUCKETS).toBe(true);
        expect(normalizeText(text)).toBe(normalizeText(text.normalize('NFD')));
      }),
    );
  });
});

describe('packed weights', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.integer({ min: 0, max: BUCKETS - 1 }).map(String),
          fc.integer({ min: -128, max: 127 }),
        ),
        (entries) => {
          const bytes = new Int8Array(BUCKETS);
          for (const [bucket, byte] of Object.entries(entries)) bytes[Number(bucket)] = byte;
          const weights = unpackWeights({ scale: 0.5, packed: packWeights(bytes) });
          for (const bucket of Object.keys(entries)) {
            expect(weights[Number(bucket)]).toBe(bytes[Number(bucket)]! / 2);
          }
          expect(weights.filter((weight) => weight !== 0)).toHaveLength(
            bytes.filter((byte) => byte !== 0).length,
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('of the model are within 64 KB, and refused when cut short', () => {
    expect(LOCAL_MODEL.packed.length).toBeLessThan(64 * 1024);
    const cut = btoa(atob(LOCAL_MODEL.packed).slice(0, -1));
    expect(() => unpackWeights({ scale: 1, packed: cut })).toThrow('end within a weight');
  });
});
