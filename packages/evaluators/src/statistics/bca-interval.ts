/**
 * The bootstrap interval that corrects itself for bias and skew.
 *
 * @module
 */
import { createRandom, EmptyInputError, InvalidArgumentError } from '@austeer/core';
import type { Estimate } from '../intervals.ts';
import { normalQuantile, normalShare } from './distributions.ts';
import { quantile } from './quantile.ts';

/**
 * A statistic with its BCa bootstrap interval (bias-corrected and accelerated). Whole rows are drawn: put into one row
 * what belongs together, for example both conditions of an item, or all samples of a prompt. Source: Efron, JASA 82
 * (1987); equal to `scipy.stats.bootstrap` with `method='BCa'` on the same draws.
 *
 * @param options.rows number of rows, ≥ 1
 * @param options.statistic of drawn rows; `undefined` where it has no value: that draw is left out
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
  draws?: number;
  seed?: number;
  level?: number;
}): Estimate | undefined {
  const { rows, statistic, draws = 2000, seed = 0, level = 0.95 } = options;
  if (rows < 1) throw new EmptyInputError({ what: 'Rows to draw from' });
  if (!(level > 0 && level < 1)) {
    throw new InvalidArgumentError({ argument: 'level', given: level, expected: 'a number between 0 and 1' });
  }
  const all = Array.from({ length: rows }, (_, row) => row);
  const value = statistic(all);
  if (value === undefined) return undefined;
  const random = createRandom(seed);
  const drawn: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const found = statistic(all.map(() => random.integer(rows)));
    if (found !== undefined) drawn.push(found);
  }
  const jackknife = all.flatMap((left) => statistic(all.filter((row) => row !== left)) ?? []);
  return { value, ...bcaLimits({ value, drawn, jackknife, level }) };
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
