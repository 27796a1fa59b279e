/**
 * Where wrong answers come from.
 *
 * @module
 */
import { createRandom, type Progress, type Random, sha256 } from '@austeer/core';
import { type AnswerRow, answerKey } from './answer-row.ts';

/** What a search for wrong answers may be told. */
export interface FindNegativesOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A way to find wrong answers. Made by `randomNegatives`, `hardNegatives` and others. */
export interface NegativeSource {
  /** The rule in words, for reports. */
  readonly name: string;
  /** Whether it chooses among the answers of other rows. */
  readonly usesPool: boolean;
  /** Most rows that it takes at once; more cost memory. */
  readonly rowsAtOnce: number;
  /**
   * One wrong answer for each row, `undefined` where there is none.
   *
   * @param pool the different answers of all rows
   */
  find(
    rows: readonly AnswerRow[],
    pool: readonly string[],
    options?: FindNegativesOptions,
  ): Promise<readonly (string | undefined)[]>;
}

/**
 * The wrong ones among a row's own choices, each once, in their order; `undefined` where the row offers none.
 */
export function wrongChoices({ answer, choices }: AnswerRow): readonly string[] | undefined {
  if (choices === undefined) return undefined;
  const seen = new Set([answerKey(answer)]);
  const wrong = choices.filter((choice) => {
    const key = answerKey(choice);
    return choice.trim() !== '' && !seen.has(key) && seen.add(key);
  });
  return wrong.length === 0 ? undefined : wrong;
}

/** Random numbers of one row: they depend on the seed and the row, never on the rows before it. */
export function rowRandom(seed: number, { id, question, answer }: AnswerRow): Random {
  return createRandom(Number.parseInt(sha256(JSON.stringify([seed, id, question, answer])).slice(0, 8), 16));
}

/** The pool in an order that does not depend on the order of the rows. Kept as long as the pool lives. */
export function createPoolOrder<T>(arrange: (pool: readonly string[]) => T): (pool: readonly string[]) => T {
  const known = new WeakMap<readonly string[], T>();
  return (pool) => {
    const found = known.get(pool) ?? arrange(pool);
    known.set(pool, found);
    return found;
  };
}

/** Order of UTF-16 code units, the same on every machine. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
