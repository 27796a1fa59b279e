/**
 * Wrong answers as long as the right ones, so that length tells nothing. (In BPO good answers have 611 characters on
 * average and bad ones 392: units found on such pairs may be those of length.)
 *
 * @module
 */
import { createRandom, InvalidArgumentError } from '@austeer/core';
import { type AnswerRow, answerKey } from './answer-row.ts';
import { byCode, createPoolOrder, type NegativeSource, rowRandom, wrongChoices } from './negative-source.ts';

/** Options of {@link lengthMatchedNegatives}. */
export interface LengthMatchedOptions {
  /** Decides among answers that match; whole number in [0, 2³²). @default 0 */
  readonly seed?: number | undefined;
  /** Length of an answer, for example its number of tokens. @default its characters */
  readonly measure?: ((answer: string) => number) | undefined;
  /** Part of the right answer's length by which a wrong one may differ, ≥ 0. @default 0.1 */
  readonly tolerance?: number | undefined;
}

interface Measured {
  readonly answer: string;
  readonly key: string;
  readonly length: number;
}

/**
 * One of the answers whose length is within the tolerance, each as likely as the others; where there is none, one of
 * those nearest in length. A row's own choices come before the pool. The order of rows makes no difference.
 *
 * @throws InvalidArgumentError for a seed or tolerance out of range.
 *
 * @example
 * ```ts
 * const row = { id: '1', question: 'Capital of France?', answer: 'Paris' };
 * (await lengthMatchedNegatives().find([row], ['Paris', 'Quito', 'Ouagadougou']))[0]; // 'Quito'
 * ```
 */
export function lengthMatchedNegatives(options: LengthMatchedOptions = {}): NegativeSource {
  const { seed = 0, measure = (answer) => answer.length, tolerance = 0.1 } = options;
  createRandom(seed);
  if (!(tolerance >= 0 && tolerance < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError({ argument: 'tolerance', given: tolerance, expected: 'a number ≥ 0' });
  }
  const measured = (answers: readonly string[]): Measured[] =>
    answers
      .map((answer) => ({ answer, key: answerKey(answer), length: measure(answer) }))
      .sort((a, b) => a.length - b.length || byCode(a.answer, b.answer));
  const ordered = createPoolOrder(measured);
  const choose = (row: AnswerRow, pool: readonly string[]): string | undefined => {
    const own = wrongChoices(row);
    const candidates = own === undefined ? ordered(pool) : measured(own);
    const length = measure(row.answer);
    const matching = withinReach({
      candidates,
      length,
      reach: length * tolerance,
      key: answerKey(row.answer),
    });
    return matching[rowRandom(seed, row).integer(Math.max(1, matching.length))]?.answer;
  };
  return {
    name: `length-matched within ${tolerance * 100} %, seed ${seed}`,
    usesPool: true,
    rowsAtOnce: 1024,
    find: async (rows, pool) => rows.map((row) => choose(row, pool)),
  };
}

/** Other answers not further than `reach` in length; where there is none, those at the least distance. */
function withinReach(options: {
  candidates: readonly Measured[];
  length: number;
  reach: number;
  key: string;
}): Measured[] {
  const { candidates, length, reach, key } = options;
  const from = (least: number): number => lowerBound(candidates, least);
  // Lengths need not be whole: a distance that was measured must reach what it was measured to.
  const slack = 1e-9 * Math.max(1, Math.abs(length));
  const within = (distance: number): Measured[] =>
    candidates
      .slice(from(length - distance - slack), from(length + distance + slack))
      .filter((candidate) => candidate.key !== key);
  const matching = within(reach);
  if (matching.length > 0) return matching;
  let below = from(length - reach - slack) - 1;
  let above = from(length + reach + slack);
  // Nothing lies between: the nearest stand on either side. The right answer itself is at most one of them.
  while (below >= 0 && candidates[below]!.key === key) below -= 1;
  while (above < candidates.length && candidates[above]!.key === key) above += 1;
  const distances = [candidates[below], candidates[above]].flatMap((candidate) =>
    candidate === undefined ? [] : [Math.abs(candidate.length - length)],
  );
  return distances.length === 0 ? [] : within(Math.min(...distances));
}

/** Index of the first candidate that is at least so long. */
function lowerBound(candidates: readonly Measured[], length: number): number {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (candidates[middle]!.length < length) low = middle + 1;
    else high = middle;
  }
  return low;
}
