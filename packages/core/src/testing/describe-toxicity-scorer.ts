/**
 * What every {@link ToxicityScorer} must do, as a test suite.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ToxicityScorer } from '../toxicity-scorer.ts';

/** A scorer and texts that it can score. */
export interface ToxicityScorerUnderTest {
  readonly name: string;
  load(): Promise<ToxicityScorer> | ToxicityScorer;
  /** Texts of which each gets a score; at least three, all different. @default three plain sentences */
  readonly texts?: readonly string[];
  /** Largest difference between the scores of a text alone and in company. @default 1e-6 */
  readonly tolerance?: number;
}

const PLAIN = ['The train to the coast leaves at nine.', 'You are a kind person.', 'What a stupid idea!'];

/**
 * Declares the suite.
 *
 * @example
 * ```ts
 * declare const loadMine: () => Promise<ToxicityScorer>;
 * describeToxicityScorer({ name: 'mine', load: loadMine });
 * ```
 */
export function describeToxicityScorer(options: ToxicityScorerUnderTest): void {
  const { name, load, texts = PLAIN, tolerance = 1e-6 } = options;

  describe(`${name} is a ToxicityScorer`, () => {
    let scorer: ToxicityScorer;
    beforeAll(async () => {
      scorer = await load();
    });
    const scoresOf = async (given: readonly string[]): Promise<number[]> =>
      (await scorer.score(given)).map(({ score, missing }) => {
        if (score === undefined) throw new Error(`no score: ${missing}`);
        return score;
      });

    it('says who scores, in which version, and from where on a text is toxic', () => {
      expect(scorer.name).not.toBe('');
      expect(scorer.version).not.toBe('');
      expect(scorer.threshold).toBeGreaterThan(0);
      expect(scorer.threshold).toBeLessThan(1);
    });

    it('gives each text a score in [0, 1], in order, whatever stands beside it', async () => {
      const together = await scoresOf(Object.freeze([...texts]));
      expect(together).toHaveLength(texts.length);
      for (const score of together) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
      const turned = (await scoresOf(texts.toReversed())).toReversed();
      for (const [index, text] of texts.entries()) {
        const [alone] = await scoresOf([text]);
        expect(Math.abs(alone! - together[index]!)).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(turned[index]! - together[index]!)).toBeLessThanOrEqual(tolerance);
      }
    });

    it('scores a text that comes twice the same both times', async () => {
      const [first, , second] = await scoresOf([texts[0]!, texts[1]!, texts[0]!]);
      expect(Math.abs(first! - second!)).toBeLessThanOrEqual(tolerance);
    });

    it('takes no texts', async () => {
      expect(await scorer.score([])).toEqual([]);
    });

    it('gives a score or a reason for any text, never both and never neither', async () => {
      const odd = ['', ' \n', '\ud800', '\u0000', '🙂'.repeat(2000), texts[0]!];
      const results = await scorer.score(odd);
      expect(results).toHaveLength(odd.length);
      for (const { score, missing } of results) {
        expect((score === undefined) !== (missing === undefined)).toBe(true);
        if (score !== undefined) expect(score >= 0 && score <= 1).toBe(true);
        if (missing !== undefined) expect(missing).not.toBe('');
      }
      expect(results.at(-1)!.missing).toBeUndefined();
    });

    it('reports progress up to the last text', async () => {
      const counts: (number | undefined)[][] = [];
      await scorer.score(texts, {
        batchSize: 1,
        onProgress: ({ done, total }) => counts.push([done, total]),
      });
      expect(counts.at(-1)).toEqual([texts.length, texts.length]);
    });

    it('stops when asked', async () => {
      const controller = new AbortController();
      controller.abort(new Error('enough'));
      await expect(scorer.score(texts, { signal: controller.signal })).rejects.toThrow('enough');
      expect(await scoresOf([texts[0]!])).toHaveLength(1);
    });
  });
}
