/**
 * Hard negatives: the wrong answer that is most like the right one, the paper's general recipe (appendix B.1).
 *
 * @module
 */
import type { SentenceEncoder } from '@austeer/core';
import { type AnswerRow, answerKey } from './answer-row.ts';
import { mostSimilar } from './most-similar.ts';
import { type FindNegativesOptions, type NegativeSource, wrongChoices } from './negative-source.ts';

/** Options of {@link hardNegatives}. */
export interface HardNegativesOptions {
  readonly encoder: SentenceEncoder;
  /** Answers of the pool whose vectors are held at once, ≥ 1. @default 2048 */
  readonly blockSize?: number | undefined;
}

/** With MiniLM 100 MB of vectors. */
const ROWS_AT_ONCE = 65_536;

/**
 * For each row the answer of the pool that is most similar to its right answer by the encoder; answers that are the
 * same as the right one ({@link answerKey}) are left out. Exact, without any randomness: ties go to the answer that
 * comes first in the pool. A row with choices of its own gets the most similar of its wrong choices.
 *
 * @example
 * ```ts
 * declare const encoder: SentenceEncoder;
 * const rows = [{ id: '1', question: 'What lives in a kennel?', answer: 'a dog' }];
 * const [wrong] = await hardNegatives({ encoder }).find(rows, ['a dog', 'a wolf', 'the moon']);
 * ```
 */
export function hardNegatives(options: HardNegativesOptions): NegativeSource {
  const { encoder, blockSize } = options;
  return {
    name: `hard: most similar by ${encoder.name}`,
    usesPool: true,
    rowsAtOnce: ROWS_AT_ONCE,
    async find(rows, pool, call = {}) {
      const own = await amongChoices(rows, encoder, call);
      const others = rows.filter((_, index) => own[index] === undefined);
      const found = await mostSimilar({
        ...call,
        encoder,
        blockSize,
        texts: others.map(({ answer }) => answer.trim()),
        pool,
        excludes: (answer, candidate) => answerKey(answer) === answerKey(candidate),
      });
      let next = 0;
      return own.map((answer) => answer ?? pool[found[next++]!.index]);
    },
  };
}

/** The most similar wrong choice of each row that has choices. */
async function amongChoices(
  rows: readonly AnswerRow[],
  encoder: SentenceEncoder,
  { signal }: FindNegativesOptions,
): Promise<(string | undefined)[]> {
  const answers: (string | undefined)[] = [];
  for (const row of rows) {
    const choices = wrongChoices(row);
    if (choices === undefined || choices.length === 1) {
      answers.push(choices?.[0]);
      continue;
    }
    const [nearest] = await mostSimilar({ encoder, texts: [row.answer.trim()], pool: choices, signal });
    answers.push(choices[nearest!.index]);
  }
  return answers;
}
