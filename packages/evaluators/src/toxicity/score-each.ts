/**
 * Working through texts: several at a time, in order, with progress and a way to stop.
 *
 * @module
 */
import { InvalidArgumentError, type ModelCallOptions, type TextScore } from '@austeer/core';

/**
 * Scores texts in batches, a few batches at a time. Results stand in the order of the texts.
 *
 * @param options.batchSize texts handed over together, ≥ 1
 * @param options.concurrency batches under way at once, ≥ 1. @default 1
 * @param options.work one result for each text of a batch
 *
 * @example
 * ```ts
 * const work = async (batch: readonly string[]) => batch.map((text) => ({ score: text.length / 10 }));
 * const scores = await scoreEach(['a', 'bcd'], { batchSize: 1, work });
 * scores.map(({ score }) => score); // [0.1, 0.3]
 * ```
 */
export async function scoreEach(
  texts: readonly string[],
  options: Pick<ModelCallOptions, 'signal' | 'onProgress'> & {
    readonly batchSize: number;
    readonly concurrency?: number | undefined;
    readonly work: (batch: readonly string[]) => Promise<readonly TextScore[]>;
  },
): Promise<TextScore[]> {
  const { batchSize, concurrency = 1, work, signal, onProgress } = options;
  for (const [argument, given] of Object.entries({ batchSize, concurrency })) {
    if (!Number.isInteger(given) || given < 1) {
      throw new InvalidArgumentError({ argument, given, expected: 'a whole number ≥ 1' });
    }
  }
  signal?.throwIfAborted();
  const results: TextScore[] = [];
  let next = 0;
  let done = 0;
  const run = async (): Promise<void> => {
    while (next < texts.length) {
      signal?.throwIfAborted();
      const start = next;
      next += batchSize;
      const batch = texts.slice(start, start + batchSize);
      let scores: readonly TextScore[];
      try {
        scores = await work(batch);
      } catch (error) {
        // The call has failed: what is under way elsewhere ends, nothing new begins.
        next = texts.length;
        throw error;
      }
      batch.forEach((_, index) => {
        results[start + index] = scores[index] ?? { missing: 'the scorer gave no result for this text' };
      });
      done += batch.length;
      onProgress?.({ stage: 'score texts', done, total: texts.length });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, run));
  return results;
}
