/**
 * How far raters agree.
 *
 * @module
 */

/**
 * Krippendorff's α: 1 where raters agree, 0 where they agree as by chance, below 0 where they disagree more than that.
 * It takes missing ratings; what only one person rated says nothing. Source: Krippendorff, "Computing
 * Krippendorff's Alpha-Reliability" (2011).
 *
 * @param options.ratings one row for each rated thing, with what each rater gave it; `undefined` where they gave nothing
 * @param options.level distance of two ratings: `ordinal` counts the ratings between them, `interval` is their squared
 *   difference
 * @returns `undefined` where every rating is the same, or no thing was rated twice: there is no chance to compare with
 *
 * @example
 * ```ts
 * krippendorffAlpha({ ratings: [[1, 1], [3, 3], [2, undefined]], level: 'interval' }); // 1
 * ```
 */
export function krippendorffAlpha(options: {
  ratings: readonly (readonly (number | undefined)[])[];
  level: 'ordinal' | 'interval';
}): number | undefined {
  const { ratings, level } = options;
  const units = ratings
    .map((row) => row.filter((value) => value !== undefined))
    .filter(({ length }) => length >= 2);
  const values = [...new Set(units.flat())].sort((a, b) => a - b);
  if (values.length < 2) return undefined;
  const place = new Map(values.map((value, index) => [value, index]));
  const size = values.length;
  // Ordered pairs of values given to the same thing; a thing with m ratings counts m in all.
  const coincidences = new Float64Array(size * size);
  for (const unit of units) {
    for (const [i, one] of unit.entries()) {
      for (const [j, other] of unit.entries()) {
        if (i !== j) coincidences[place.get(one)! * size + place.get(other)!]! += 1 / (unit.length - 1);
      }
    }
  }
  const counts = values.map((_, row) =>
    coincidences.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  let observed = 0;
  let expected = 0;
  for (let low = 0; low < size; low++) {
    for (let high = low + 1; high < size; high++) {
      const distance =
        level === 'interval'
          ? (values[high]! - values[low]!) ** 2
          : (counts.slice(low, high + 1).reduce((sum, count) => sum + count, 0) -
              (counts[low]! + counts[high]!) / 2) **
            2;
      observed += coincidences[low * size + high]! * distance;
      expected += counts[low]! * counts[high]! * distance;
    }
  }
  return 1 - ((total - 1) * observed) / expected;
}
