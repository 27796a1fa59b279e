/**
 * How sure a number is.
 *
 * @module
 */
import { createRandom, EmptyInputError, InvalidArgumentError } from '@austeer/core';
import { normalQuantile } from './statistics/distributions.ts';
import { quantile } from './statistics/quantile.ts';

/** A number with the interval that holds the true one in `level` of all samples. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The level of every interval that does not say otherwise. */
const LEVEL = 0.95;

/**
 * A share with its Wilson score interval, which stays within [0, 1] and is right for small samples and shares
 * near 0 or 1. Source: Wilson, JASA 22 (1927).
 *
 * @param options.successes whole number ≥ 0
 * @param options.trials whole number ≥ 1, at least `successes`
 * @param options.level in (0, 1). @default 0.95
 * @throws InvalidArgumentError for numbers out of range.
 *
 * @example
 * ```ts
 * wilsonInterval({ successes: 0, trials: 10 }).low; // 0
 * ```
 */
export function wilsonInterval(options: { successes: number; trials: number; level?: number }): Estimate {
  const { successes, trials, level = LEVEL } = options;
  if (!Number.isInteger(trials) || trials < 1) {
    throw new InvalidArgumentError({ argument: 'trials', given: trials, expected: 'a whole number ≥ 1' });
  }
  if (!Number.isInteger(successes) || successes < 0 || successes > trials) {
    throw new InvalidArgumentError({
      argument: 'successes',
      given: successes,
      expected: `a whole number from 0 to ${trials}`,
    });
  }
  const z = normalQuantile((1 + checkLevel(level)) / 2);
  const share = successes / trials;
  const centre = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half =
    (z / (1 + (z * z) / trials)) *
    Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  // At the ends the formula gives the end itself, up to rounding.
  return {
    value: share,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}

/**
 * A statistic with its percentile bootstrap interval: rows are drawn with replacement, whole rows at a time, so
 * what belongs together (vanilla and steered answer of one item) stays together.
 *
 * @param options.rows number of rows, ≥ 1
 * @param options.statistic of drawn rows; `undefined` where it has no value (a class was not drawn): left out
 * @param options.draws number of draws. @default 2000
 * @param options.seed @default 0
 * @param options.level in (0, 1). @default 0.95
 * @returns `undefined` when the statistic has no value on the rows themselves
 * @throws EmptyInputError without rows.
 *
 * @example
 * ```ts
 * const numbers = [1, 2, 3, 4];
 * const mean = (rows: readonly number[]) => rows.reduce((sum, row) => sum + numbers[row]!, 0) / rows.length;
 * bootstrapInterval({ rows: 4, statistic: mean })?.value; // 2.5
 * ```
 */
export function bootstrapInterval(options: {
  rows: number;
  statistic: (rows: readonly number[]) => number | undefined;
  draws?: number;
  seed?: number;
  level?: number;
}): Estimate | undefined {
  const { rows, statistic, draws = 2000, seed = 0, level = LEVEL } = options;
  if (rows < 1) throw new EmptyInputError({ what: 'Rows to draw from' });
  const all = Array.from({ length: rows }, (_, row) => row);
  const value = statistic(all);
  if (value === undefined) return undefined;
  const random = createRandom(seed);
  const found: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = statistic(all.map(() => random.integer(rows)));
    if (drawn !== undefined) found.push(drawn);
  }
  found.sort((a, b) => a - b);
  const tail = (1 - checkLevel(level)) / 2;
  return { value, low: quantile(found, tail), high: quantile(found, 1 - tail) };
}

function checkLevel(level: number): number {
  if (!(level > 0 && level < 1)) {
    throw new InvalidArgumentError({ argument: 'level', given: level, expected: 'a number between 0 and 1' });
  }
  return level;
}
