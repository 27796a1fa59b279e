/**
 * Which units could be chance: sign tests with the false discovery rate held. An extra that the paper does not
 * have: with a few pairs and 100,000 units, many reach a high score by luck.
 *
 * @module
 */
import { InvalidArgumentError, type Site } from '@austeer/core';
import type { MomentumCounts } from './momentum-counts.ts';

/**
 * Two-sided p-value of the sign test of every unit: how likely a split of n⁺ + n⁻ pairs as uneven as this one is
 * where both directions are equally likely. Exact (binomial); 1 where no pair differs.
 *
 * @param options.site the site tested
 * @returns `[layers, width]`, row-major
 * @throws InvalidArgumentError when the site was not counted.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 2, promoted: Int32Array.of(5, 2), suppressed: Int32Array.of(0, 2) } };
 * Array.from(signTest({ pairs: 5, layers: 1, sites }, { site: 'ffn' })); // [0.0625, 1]
 * ```
 */
export function signTest(counts: MomentumCounts, options: { site: Site }): Float64Array {
  const counted = counts.sites[options.site];
  if (counted === undefined) {
    throw new InvalidArgumentError({
      argument: 'site',
      given: options.site,
      expected: `a site that was counted (${Object.keys(counts.sites).join(', ')})`,
    });
  }
  const { promoted, suppressed } = counted;
  // A few thousand different splits at most, a hundred thousand units.
  const tails = new Map<number, Float64Array>();
  return Float64Array.from(promoted, (up, unit) => {
    const down = suppressed[unit]!;
    const pairs = up + down;
    const values = tails.get(pairs) ?? binomialTails(pairs);
    tails.set(pairs, values);
    return Math.min(1, 2 * values[Math.min(up, down)]!);
  });
}

/**
 * Benjamini and Hochberg's adjusted p-values (1995): taking all units at or below q keeps the expected share of
 * false ones among them at q or less.
 *
 * @throws InvalidArgumentError when a value is not between 0 and 1.
 *
 * @example
 * ```ts
 * Array.from(adjustPValues(Float64Array.of(0.01, 0.5, 0.02))); // [0.03, 0.5, 0.03]
 * ```
 */
export function adjustPValues(values: Float64Array): Float64Array {
  const wrong = values.find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined) {
    throw new InvalidArgumentError({ argument: 'p-value', given: wrong, expected: 'between 0 and 1' });
  }
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const adjusted = new Float64Array(values.length);
  let lowest = 1;
  for (const [place, at] of order.entries()) {
    lowest = Math.min(lowest, (values[at]! * values.length) / (values.length - place));
    adjusted[at] = lowest;
  }
  return adjusted;
}

/** P(X ≤ x) of a fair binomial over n, for x from 0 to half of n; by logarithms, as 2⁻ⁿ is too small to hold. */
function binomialTails(n: number): Float64Array {
  let term = -n * Math.LN2;
  let sum = 0;
  return Float64Array.from({ length: Math.floor(n / 2) + 1 }, (_, x) => {
    if (x > 0) term += Math.log((n - x + 1) / x);
    sum += Math.exp(term);
    return sum;
  });
}
