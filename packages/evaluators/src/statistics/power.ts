/**
 * How many items it takes to see a difference.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import { logGamma, normalQuantile } from './distributions.ts';

/** Chances are computed by logarithms, right to so much; a level such as 1/4 may be met exactly. */
const ROUNDING = 1e-9;

/** A true difference between two conditions on the same items. */
export interface PairedEffect {
  /** Difference of the two shares right, for example 0.03 for three points. */
  readonly difference: number;
  /** Share of items that are right in one condition and wrong in the other, at least the difference. */
  readonly changed: number;
}

/**
 * The chance that McNemar's exact test shows a difference.
 *
 * @param options.items whole number ≥ 1
 * @param options.level the test's, two-sided. @default 0.05
 * @returns in [0, 1]; exact, summed over all numbers of changed items
 * @throws InvalidArgumentError for shares that cannot be.
 *
 * @example
 * ```ts
 * mcNemarPower({ items: 200, difference: 0.1, changed: 0.1 }) > 0.99; // true
 * ```
 */
export function mcNemarPower(options: PairedEffect & { items: number; level?: number }): number {
  const { items, difference, changed, level = 0.05 } = options;
  checkEffect({ difference, changed });
  if (!Number.isInteger(items) || items < 1) {
    throw new InvalidArgumentError({ argument: 'items', given: items, expected: 'a whole number ≥ 1' });
  }
  const share = 0.5 + Math.abs(difference) / (2 * changed);
  // Nearly all of the probability lies within nine deviations.
  const spread = 9 * Math.sqrt(items * changed * (1 - changed)) + 1;
  const first = Math.max(0, Math.floor(items * changed - spread));
  const last = Math.min(items, Math.ceil(items * changed + spread));
  let power = 0;
  for (let flips = first; flips <= last; flips++) {
    const chance = binomial(items, flips, changed);
    if (chance < 1e-18) continue;
    // Largest number of flips on the rarer side at which the test still shows a difference.
    let tail = 0;
    let shown = 0;
    for (let fewer = 0; 2 * fewer < flips; fewer++) {
      tail += binomial(flips, fewer, 0.5);
      if (2 * tail > level * (1 + ROUNDING)) break;
      shown += binomial(flips, fewer, share) + binomial(flips, fewer, 1 - share);
    }
    power += chance * shown;
  }
  return Math.min(1, power);
}

/**
 * Items needed for McNemar's exact test to show a difference with a given chance. Power does not rise evenly with the
 * number of items (the test is made of whole items), so the answer is right to about one in a hundred.
 *
 * @param options.power chance to see the difference, in (0, 1). @default 0.8
 * @param options.level the test's, two-sided. @default 0.05
 * @throws InvalidArgumentError for shares that cannot be, or no difference.
 *
 * @example
 * ```ts
 * itemsForDifference({ difference: 0.05, changed: 0.15 }); // 498
 * ```
 */
export function itemsForDifference(options: PairedEffect & { power?: number; level?: number }): number {
  const { difference, changed, power = 0.8, level = 0.05 } = options;
  checkEffect({ difference, changed });
  if (difference === 0) {
    throw new InvalidArgumentError({ argument: 'difference', given: 0, expected: 'another number than 0' });
  }
  for (const [argument, given] of Object.entries({ power, level })) {
    if (!(given > 0 && given < 1)) {
      throw new InvalidArgumentError({ argument, given, expected: 'a number between 0 and 1' });
    }
  }
  // Connor, Biometrics 43 (1987); without its approximation of the test it is the place to search from.
  const z = normalQuantile(1 - level / 2) * Math.sqrt(changed);
  const rest = normalQuantile(power) * Math.sqrt(changed - difference ** 2);
  const near = Math.max(1, Math.ceil(((z + rest) / difference) ** 2));
  const enough = (items: number): boolean => mcNemarPower({ items, difference, changed, level }) >= power;
  let [low, high] = [Math.floor(near * 0.8), near];
  while (!enough(high)) [low, high] = [high, Math.ceil(high * 1.1) + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle >= 1 && enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function checkEffect({ difference, changed }: PairedEffect): void {
  if (!(changed > 0 && changed <= 1)) {
    throw new InvalidArgumentError({
      argument: 'changed',
      given: changed,
      expected: 'a share above 0, at most 1',
    });
  }
  if (!(Math.abs(difference) <= changed)) {
    throw new InvalidArgumentError({
      argument: 'difference',
      given: difference,
      expected: `at most ${changed} either way, the share of items that change`,
    });
  }
}

/** Chance of k successes in n trials. */
function binomial(n: number, k: number, share: number): number {
  if (share >= 1) return k === n ? 1 : 0;
  if (share <= 0) return k === 0 ? 1 : 0;
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return Math.exp(choose + k * Math.log(share) + (n - k) * Math.log1p(-share));
}
