/**
 * Differences of shares on the same items.
 *
 * @module
 */
import type { Estimate } from './intervals.ts';
import { mcNemarExact } from './mcnemar.ts';
import { groupedBcaInterval } from './statistics/bca-interval.ts';

/** A difference of two shares on the same items, with McNemar's exact test. */
export interface PairedDifference extends Estimate {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly pValue: number;
}

/**
 * Second share minus first, items drawn whole (BCa).
 *
 * @param first whether each item counts in the first condition; at least one item
 * @param second the same items in the second
 *
 * @example
 * ```ts
 * pairedDifference([true, false], [true, true]).onlySecond; // 1
 * ```
 */
export function pairedDifference(
  first: readonly boolean[],
  second: readonly boolean[],
  seed = 0,
): PairedDifference {
  const onlyFirst = first.filter((right, index) => right && !second[index]).length;
  const onlySecond = second.filter((right, index) => right && !first[index]).length;
  const items = first.length;
  const estimate = groupedBcaInterval({
    sizes: [onlyFirst, onlySecond, items - onlyFirst - onlySecond],
    seed,
    statistic: ([lost, gained, same]) => (gained! - lost!) / (lost! + gained! + same! || 1),
  })!;
  return { ...estimate, onlyFirst, onlySecond, pValue: mcNemarExact({ onlyFirst, onlySecond }) };
}
