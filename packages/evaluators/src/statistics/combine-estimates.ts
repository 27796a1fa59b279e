/**
 * Estimates of independent data taken together.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import type { Estimate } from '../intervals.ts';
import { studentQuantile } from './distributions.ts';

/** Estimates combined as draws around a common mean. */
export interface CombinedEstimate extends Estimate {
  /** Standard deviation τ of the true values around their mean; 0 where the data show none. */
  readonly between: number;
  /** Cochran's Q: about the number of estimates less one when all estimate the same. */
  readonly heterogeneity: number;
}

/**
 * A random-effects mean: τ² by DerSimonian and Laird (Control. Clin. Trials 7, 1986), the interval by Hartung and
 * Knapp (Statist. Med. 20, 2001), which is right for few estimates, never narrower than the usual one. For estimates of independent data: other models,
 * other tasks, other items. Seeds on the same items are not independent: see `seedEffect`.
 *
 * @param estimates at least two, each with its standard error > 0
 * @param options.level in (0, 1). @default 0.95
 * @throws InvalidArgumentError for fewer than two, or standard errors that are no positive numbers.
 *
 * @example
 * ```ts
 * const same = { value: 0.25, standardError: 0.1 };
 * combineEstimates([same, same]).value; // 0.25
 * ```
 */
export function combineEstimates(
  estimates: readonly { readonly value: number; readonly standardError: number }[],
  options: { level?: number } = {},
): CombinedEstimate {
  const { level = 0.95 } = options;
  if (estimates.length < 2) {
    throw new InvalidArgumentError({
      argument: 'estimates',
      given: `${estimates.length} estimates`,
      expected: 'at least two',
    });
  }
  const bad = estimates.find(({ standardError }) => !(standardError > 0 && Number.isFinite(standardError)));
  if (bad !== undefined) {
    throw new InvalidArgumentError({
      argument: 'standardError',
      given: bad.standardError,
      expected: 'a finite number > 0',
    });
  }
  const degrees = estimates.length - 1;
  const fixed = weigh(estimates, 0);
  const squares = fixed.weights.reduce((sum, weight) => sum + weight * weight, 0);
  const excess = fixed.scatter - degrees;
  const variance = Math.max(0, excess / (fixed.total - squares / fixed.total));
  const random = weigh(estimates, variance);
  // Estimates that happen to lie close together must not make the interval narrower than their own errors.
  const inflation = Math.max(1, random.scatter / degrees);
  const half = studentQuantile((1 + level) / 2, degrees) * Math.sqrt(inflation / random.total);
  return {
    value: random.mean,
    low: random.mean - half,
    high: random.mean + half,
    between: Math.sqrt(variance),
    heterogeneity: fixed.scatter,
  };
}

/** Mean by inverse variances, and the weighted squares around it. */
function weigh(
  estimates: readonly { readonly value: number; readonly standardError: number }[],
  between: number,
): { weights: number[]; total: number; mean: number; scatter: number } {
  const weights = estimates.map(({ standardError }) => 1 / (standardError ** 2 + between));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = estimates.reduce((sum, { value }, index) => sum + weights[index]! * value, 0) / total;
  const scatter = estimates.reduce((sum, { value }, index) => sum + weights[index]! * (value - mean) ** 2, 0);
  return { weights, total, mean, scatter };
}
