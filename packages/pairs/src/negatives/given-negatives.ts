/**
 * Wrong answers that are there already, and those of a function.
 *
 * @module
 */
import { createRandom, type Random } from '@austeer/core';
import { type AnswerRow, answerKey } from './answer-row.ts';
import { type NegativeSource, rowRandom } from './negative-source.ts';

/**
 * The wrong answer that each row brings along (`wrong`). Rows whose wrong answer is blank, or the right one, have none.
 *
 * @example
 * ```ts
 * const row = { id: '1', question: 'Two and two?', answer: '4', wrong: '5' };
 * (await givenNegatives().find([row], []))[0]; // '5'
 * ```
 */
export function givenNegatives(): NegativeSource {
  return {
    name: 'as the data gives them',
    usesPool: false,
    rowsAtOnce: 1024,
    find: async (rows) => rows.map((row) => different(row, row.wrong)),
  };
}

/** Options of {@link functionNegatives}. */
export interface FunctionNegativesOptions {
  /** The rule in words, for reports. */
  readonly name: string;
  /**
   * A wrong answer, or `undefined` where there is none. An answer that is the right one counts as none.
   *
   * @param random a stream that depends on the seed and the row only
   */
  readonly find: (
    row: AnswerRow,
    pool: readonly string[],
    random: Random,
  ) => string | undefined | Promise<string | undefined>;
  /** Whole number in [0, 2³²). @default 0 */
  readonly seed?: number | undefined;
}

/**
 * Wrong answers by a rule of one's own.
 *
 * @throws InvalidArgumentError for a seed out of range.
 *
 * @example
 * ```ts
 * const off = functionNegatives({ name: 'one more', find: ({ answer }) => String(Number(answer) + 1) });
 * (await off.find([{ id: '1', question: 'Two and two?', answer: '4' }], []))[0]; // '5'
 * ```
 */
export function functionNegatives(options: FunctionNegativesOptions): NegativeSource {
  const { name, find, seed = 0 } = options;
  createRandom(seed);
  return {
    name,
    usesPool: true,
    rowsAtOnce: 1024,
    async find(rows, pool, { signal } = {}) {
      const answers: (string | undefined)[] = [];
      for (const row of rows) {
        signal?.throwIfAborted();
        answers.push(different(row, await find(row, pool, rowRandom(seed, row))));
      }
      return answers;
    },
  };
}

function different(row: AnswerRow, wrong: string | undefined): string | undefined {
  if (wrong === undefined || wrong.trim() === '' || answerKey(wrong) === answerKey(row.answer))
    return undefined;
  return wrong.trim();
}
