import type { Progress } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToyEncoder } from '../__fixtures__/toy-encoder.ts';
import { mostSimilar } from './most-similar.ts';

/** Few letters and short texts, so that equal vectors and equal texts are common. */
const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 }), { maxLength: 30 });

/** Every pair by itself, in the plainest way. */
async function slowest(texts: readonly string[], pool: readonly string[]): Promise<number[]> {
  const encoder = createToyEncoder();
  const vector = async (text: string): Promise<number[]> => [...(await encoder.encode([text])).data];
  const vectors = await Promise.all(pool.map(vector));
  const found: number[] = [];
  for (const text of texts) {
    const own = await vector(text);
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const [index, candidate] of vectors.entries()) {
      // The same four partial sums: another order of additions would break ties at random.
      const sums = [0, 0, 0, 0];
      for (const [at, value] of own.entries()) sums[at % 4]! += value * candidate[at]!;
      const similarity = sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
      if (pool[index] !== text && similarity > most) [best, most] = [index, similarity];
    }
    found.push(best);
  }
  return found;
}

describe('mostSimilar', () => {
  it('finds what comparing everything by itself finds, ties to the lowest index, at any block size', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, fc.integer({ min: 1, max: 9 }), async (texts, pool, blockSize) => {
        const found = await mostSimilar({ encoder: createToyEncoder(), texts, pool, blockSize });
        expect(found.map(({ index }) => index)).toEqual(await slowest(texts, pool));
      }),
      { numRuns: 60 },
    );
  });

  it('encodes each different text once', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (texts, pool) => {
        // A text that comes back in a later block is one that the texts hold, or it would be encoded again.
        const different = [...new Set(pool)];
        const encoder = createToyEncoder();
        await mostSimilar({ encoder, texts, pool: different, blockSize: 4 });
        expect(encoder.asked.length).toBe(new Set(encoder.asked).size);
      }),
      { numRuns: 40 },
    );
  });

  it('tells of its progress, stops when asked, and has nothing to say without a pool', async () => {
    const seen: Progress[] = [];
    const pool = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    const options = { encoder: createToyEncoder(), texts: pool.slice(0, 5), pool, blockSize: 8 };
    await mostSimilar({ ...options, onProgress: (progress) => seen.push(progress) });
    expect(seen.findLast(({ stage }) => stage === 'encode')).toEqual({
      stage: 'encode',
      done: 20,
      total: 20,
    });
    expect(seen.at(-1)).toEqual({ stage: 'compare', done: 20, total: 20 });

    const controller = new AbortController();
    const work = mostSimilar({
      ...options,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
    expect(await mostSimilar({ ...options, pool: [] })).toEqual(
      options.texts.map(() => ({ index: -1, similarity: Number.NaN })),
    );
    await expect(mostSimilar({ ...options, blockSize: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
