/**
 * Differences of shares on the same items.
 *
 * @module
 */
import { bootstrapInterval, type Estimate } from './intervals.ts';
import { mcNemarExact } from './mcnemar.ts';

/** A difference of two shares on the same items, with McNemar's exact test. */
export interface PairedDifference extends Estimate {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly pValue: number;
}

/**
 * Second share minus first, items drawn whole.
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
  const estimate = bootstrapInterval({
    rows: first.length,
    seed,
    statistic: (rows) =>
      rows.reduce((sum, row) => sum + Number(second[row]) - Number(first[row]), 0) / rows.length,
  })!;
  return { ...estimate, onlyFirst, onlySecond, pValue: mcNemarExact({ onlyFirst, onlySecond }) };
}
