import { createRandom } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkSamplingRule,
  logProbabilities,
  mostLikely,
  type SamplingRule,
  sampleToken,
} from './sampling.ts';

/** Probabilities of every token by the definition: sorted, cut, cut again, normed. */
function oracle(logits: Float32Array, { temperature, topK, topP }: SamplingRule): Map<number, number> {
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  const first = topK === 0 ? order : order.slice(0, topK);
  const weights = first.map((token) => Math.exp((logits[token]! - logits[order[0]!]!) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let count = 0;
  for (let inside = 0; count < weights.length && (count === 0 || inside < topP * all); count++)
    inside += weights[count]!;
  const kept = topP === 1 ? weights : weights.slice(0, count);
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return new Map(kept.map((weight, index) => [first[index]!, weight / total]));
}

const DRAWS = 4000;

function frequencies(logits: Float32Array, rule: SamplingRule): Map<number, number> {
  const random = createRandom(1);
  const seen = new Map<number, number>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const token = sampleToken(logits, rule, random);
    seen.set(token, (seen.get(token) ?? 0) + 1 / DRAWS);
  }
  return seen;
}

describe('sampleToken', () => {
  const logits = Float32Array.of(1, 3, 2, 3, -1, 0.5, 2.5, Number.NEGATIVE_INFINITY);

  it.each<[string, SamplingRule]>([
    ['temperature alone', { temperature: 1, topK: 0, topP: 1 }],
    ['a high temperature', { temperature: 5, topK: 0, topP: 1 }],
    ['top-k', { temperature: 1, topK: 3, topP: 1 }],
    ['top-k of one of two equals', { temperature: 1, topK: 1, topP: 1 }],
    ['top-k of more than there are', { temperature: 1, topK: 100, topP: 1 }],
    ['top-p', { temperature: 1, topK: 0, topP: 0.7 }],
    ['top-p of next to nothing', { temperature: 1, topK: 0, topP: 1e-9 }],
    ['both, top-p of what top-k left', { temperature: 0.7, topK: 4, topP: 0.8 }],
  ])('draws by the definition: %s', (_, rule) => {
    const expected = oracle(logits, rule);
    const drawn = frequencies(logits, rule);
    for (const token of drawn.keys()) expect(expected.get(token) ?? 0).toBeGreaterThan(0);
    for (const [token, probability] of expected) {
      // Five standard errors: fails by chance once in a million tokens, and the seed is fixed.
      const error = 5 * Math.sqrt((probability * (1 - probability)) / DRAWS);
      expect(Math.abs((drawn.get(token) ?? 0) - probability)).toBeLessThanOrEqual(error + 1e-12);
    }
  });

  it('never draws what the rule leaves out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -20, max: 20 }), { minLength: 1, maxLength: 40 }),
        fc.record({
          temperature: fc.double({ noNaN: true, min: 0.05, max: 4 }),
          topK: fc.nat(50),
          topP: fc.constantFrom(0.05, 0.5, 0.9, 0.999, 1),
        }),
        fc.nat(),
        (values, rule, seed) => {
          const given = Float32Array.from(values);
          const before = given.slice();
          expect(oracle(given, rule).has(sampleToken(given, rule, createRandom(seed)))).toBe(true);
          expect(given).toEqual(before);
        },
      ),
    );
  });

  it('takes the likeliest at temperature 0, the lowest id of equals', () => {
    expect(sampleToken(logits, { temperature: 0, topK: 0, topP: 1 }, createRandom(0))).toBe(1);
    expect(mostLikely(logits)).toBe(1);
  });
});

describe('logProbabilities', () => {
  it('sums to one, however large the logits', () => {
    const all = logProbabilities(Float32Array.of(1000, 1001, 999), [0, 1, 2]);
    expect(all.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 12);
  });
});

describe('checkSamplingRule', () => {
  it.each<[Partial<SamplingRule>, string]>([
    [{ temperature: -1 }, 'temperature'],
    [{ temperature: Number.NaN }, 'temperature'],
    [{ topK: 1.5 }, 'topK'],
    [{ topK: -1 }, 'topK'],
    [{ topP: 0 }, 'topP'],
    [{ topP: 1.1 }, 'topP'],
  ])('refuses %o', (part, name) => {
    expect(() => checkSamplingRule({ temperature: 1, topK: 0, topP: 1, ...part })).toThrow(name);
  });
});
