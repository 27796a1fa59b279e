/**
 * The bootstrap interval that corrects itself for bias and skew.
 *
 * @module
 */
import { createRandom, EmptyInputError, InvalidArgumentError } from '@austeer/core';
import type { Estimate } from '../intervals.ts';
import { normalQuantile, normalShare } from './distributions.ts';
import { drawGroupCounts } from './draw-group-counts.ts';
import { quantile } from './quantile.ts';

/**
 * A statistic with its BCa bootstrap interval (bias-corrected and accelerated). Whole rows are drawn: put into one row
 * what belongs together, for example both conditions of an item, or all samples of a prompt. Source: Efron, JASA 82
 * (1987); equal to `scipy.stats.bootstrap` with `method='BCa'` on the same draws.
 *
 * @param options.rows number of rows, ≥ 1
 * @param options.statistic of drawn rows; `undefined` where it has no value: that draw is left out. The list is used again
 *   for the next draw
 * @param options.leaveOneOut the statistic with each row left out, where there is a quicker way than to ask `statistic`
 * @param options.draws @default 2000
 * @param options.seed @default 0
 * @param options.level in (0, 1). @default 0.95
 * @returns `undefined` when the statistic has no value on the rows themselves
 * @throws EmptyInputError without rows.
 *
 * @example
 * ```ts
 * const numbers = [1, 2, 3, 10];
 * const mean = (rows: readonly number[]) => rows.reduce((sum, row) => sum + numbers[row]!, 0) / rows.length;
 * bcaInterval({ rows: 4, statistic: mean })?.value; // 4
 * ```
 */
export function bcaInterval(options: {
  rows: number;
  statistic: (rows: readonly number[]) => number | undefined;
  leaveOneOut?: (() => readonly (number | undefined)[]) | undefined;
  draws?: number;
  seed?: number;
  level?: number;
}): Estimate | undefined {
  const { rows, statistic, draws = 2000, seed = 0, level = 0.95 } = options;
  checkDrawing(rows, level);
  const all = Array.from({ length: rows }, (_, row) => row);
  const value = statistic(all);
  if (value === undefined) return undefined;
  const random = createRandom(seed);
  const { leaveOneOut = () => all.map((left) => statistic(all.filter((row) => row !== left))) } = options;
  const jackknife = leaveOneOut().filter((found) => found !== undefined);
  const drawn: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    for (let place = 0; place < rows; place++) all[place] = random.integer(rows);
    const found = statistic(all);
    if (found !== undefined) drawn.push(found);
  }
  return { value, ...bcaLimits({ value, drawn, jackknife, level }) };
}

/**
 * The same for a statistic that tells rows apart by a few groups only, such as right or wrong under each of two
 * conditions: a draw takes no longer for a million rows than for a thousand times fewer.
 *
 * @param options.sizes rows of each group
 * @param options.statistic of rows drawn from each group, in the order of `sizes`
 * @returns `undefined` when the statistic has no value on the rows themselves
 * @throws EmptyInputError without rows.
 *
 * @example
 * ```ts
 * // 30 of 40 are right.
 * groupedBcaInterval({ sizes: [10, 30], statistic: ([wrong, right]) => right! / (wrong! + right!) })?.value; // 0.75
 * ```
 */
export function groupedBcaInterval(options: {
  sizes: readonly number[];
  statistic: (counts: readonly number[]) => number | undefined;
  draws?: number;
  seed?: number;
  level?: number;
}): Estimate | undefined {
  const { sizes, statistic, draws = 2000, seed = 0, level = 0.95 } = options;
  checkDrawing(
    sizes.reduce((sum, size) => sum + size, 0),
    level,
  );
  const value = statistic(sizes);
  if (value === undefined) return undefined;
  const jackknife = sizes.flatMap((size, group) => {
    if (size === 0) return [];
    const left = statistic(sizes.map((count, at) => (at === group ? count - 1 : count)));
    return left === undefined ? [] : new Array<number>(size).fill(left);
  });
  const random = createRandom(seed);
  const drawn: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const found = statistic(drawGroupCounts(random, sizes));
    if (found !== undefined) drawn.push(found);
  }
  return { value, ...bcaLimits({ value, drawn, jackknife, level }) };
}

function checkDrawing(rows: number, level: number): void {
  if (rows < 1) throw new EmptyInputError({ what: 'Rows to draw from' });
  if (!(level > 0 && level < 1)) {
    throw new InvalidArgumentError({ argument: 'level', given: level, expected: 'a number between 0 and 1' });
  }
}

/**
 * The limits from what was drawn.
 *
 * @param options.jackknife the statistic with each row left out
 *
 * @example
 * ```ts
 * bcaLimits({ value: 1, drawn: [1, 1, 1], jackknife: [1, 1], level: 0.95 }); // { low: 1, high: 1 }
 * ```
 */
export function bcaLimits(options: {
  value: number;
  drawn: readonly number[];
  jackknife: readonly number[];
  level: number;
}): { low: number; high: number } {
  const { value, drawn, jackknife, level } = options;
  if (drawn.length === 0) return { low: value, high: value };
  const sorted = drawn.toSorted((a, b) => a - b);
  const below = sorted.filter((x) => x < value).length;
  const atMost = sorted.filter((x) => x <= value).length;
  // A value beyond all draws has no finite quantile; half a draw is the most that they can tell.
  const edge = 0.5 / sorted.length;
  const bias = normalQuantile(Math.min(1 - edge, Math.max(edge, (below + atMost) / (2 * sorted.length))));
  const mean = jackknife.reduce((sum, x) => sum + x, 0) / jackknife.length;
  const squares = jackknife.reduce((sum, x) => sum + (mean - x) ** 2, 0);
  const cubes = jackknife.reduce((sum, x) => sum + (mean - x) ** 3, 0);
  const acceleration = squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
  const limit = (share: number): number => {
    const shifted = bias + normalQuantile(share);
    return quantile(sorted, normalShare(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: limit((1 - level) / 2), high: limit((1 + level) / 2) };
}
