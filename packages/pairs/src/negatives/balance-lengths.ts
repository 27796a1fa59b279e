/**
 * Pairs among which length tells nothing, for data sets whose good answers are the longer ones.
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';

/** Options of {@link balanceLengths}. */
export interface BalanceLengthsOptions {
  /** Length of an answer, for example its number of tokens. @default its characters */
  readonly measure?: ((answer: string) => number) | undefined;
}

/**
 * Leaves pairs out until right answers are longer as often as wrong ones, and by as much: each pair with the longer
 * wrong answer keeps one partner with a longer right answer and nearly the same ratio of lengths. Pairs of equal length stay.
 *
 * @returns the pairs that stay, in their order
 *
 * @example
 * ```ts
 * const pair = (id: string, positive: string, negative: string) => ({ id, question: '', positive, negative });
 * const pairs = [pair('1', 'longer', 'long'), pair('2', 'short', 'shorter'), pair('3', 'a very long one', 'no')];
 * balanceLengths(pairs).map(({ id }) => id).join(); // '1,2'
 * ```
 */
export function balanceLengths<Pair extends ContrastivePair>(
  pairs: readonly Pair[],
  options: BalanceLengthsOptions = {},
): Pair[] {
  const { measure = (answer) => answer.length } = options;
  const ratios = pairs.map(({ positive, negative }) =>
    Math.log((measure(positive) + 1) / (measure(negative) + 1)),
  );
  const side = (sign: 1 | -1): number[] =>
    [...pairs.keys()]
      .filter((index) => Math.sign(ratios[index]!) === sign)
      .sort((a, b) => Math.abs(ratios[a]!) - Math.abs(ratios[b]!) || a - b);
  const [few, many] = [side(1), side(-1)].sort((a, b) => a.length - b.length) as [number[], number[]];
  const kept = new Set([...pairs.keys()].filter((index) => ratios[index] === 0));
  // Both sides in order of size: the k-th smallest of the few takes the nearest of the many that leaves enough for the rest.
  let next = 0;
  for (const [rank, index] of few.entries()) {
    const last = many.length - (few.length - rank);
    const size = Math.abs(ratios[index]!);
    while (
      next < last &&
      Math.abs(Math.abs(ratios[many[next + 1]!]!) - size) <= Math.abs(Math.abs(ratios[many[next]!]!) - size)
    ) {
      next += 1;
    }
    kept.add(index).add(many[next]!);
    next += 1;
  }
  return pairs.filter((_, index) => kept.has(index));
}
