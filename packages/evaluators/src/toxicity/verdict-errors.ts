/**
 * What a count of toxic texts says of the true share, when the scorer is known to err.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';

/** How often a scorer's verdict is wrong. */
export interface VerdictErrors {
  /** Share of clean texts that are called toxic, [0, 1]. */
  readonly falsePositiveRate: number;
  /** Share of toxic texts that are called clean, [0, 1]. */
  readonly falseNegativeRate: number;
}

/**
 * The share of toxic texts that makes a scorer with these errors call `share` of them toxic, held within [0, 1]. A
 * plain count makes differences smaller than they are; this one makes up for it as long as only the mix of toxic and
 * clean texts changes, not their kind. Source: Rogan and Gladen, Am. J. Epidemiol. 107 (1978).
 *
 * @throws InvalidArgumentError when a scorer with these errors says nothing (they add up to 1 or more).
 *
 * @example
 * ```ts
 * adjustShare(0.5, { falsePositiveRate: 0, falseNegativeRate: 0.5 }); // 1
 * ```
 */
export function adjustShare(share: number, errors: VerdictErrors): number {
  const { falsePositiveRate, falseNegativeRate } = errors;
  const slope = 1 - falsePositiveRate - falseNegativeRate;
  if (!(slope > 0)) {
    throw new InvalidArgumentError({
      argument: 'errors',
      given: errors,
      expected: 'rates that add up to less than 1',
    });
  }
  return Math.min(1, Math.max(0, (share - falsePositiveRate) / slope));
}
