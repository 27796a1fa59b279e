/**
 * The paired test of two answers to the same items.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';

/**
 * McNemar's exact test: under no difference, items that only one of the two got right fall on either side like
 * coin flips. Source: McNemar, Psychometrika 12 (1947), with the exact binomial in place of the approximation.
 *
 * @param options.onlyFirst items that only the first got right, whole number ≥ 0
 * @param options.onlySecond items that only the second got right
 * @returns two-sided p value; 1 when no item differs
 * @throws InvalidArgumentError for numbers that are no counts.
 *
 * @example
 * ```ts
 * mcNemarExact({ onlyFirst: 2, onlySecond: 2 }); // 1
 * ```
 */
export function mcNemarExact(options: { onlyFirst: number; onlySecond: number }): number {
  const { onlyFirst, onlySecond } = options;
  for (const [argument, given] of Object.entries({ onlyFirst, onlySecond })) {
    if (!Number.isInteger(given) || given < 0) {
      throw new InvalidArgumentError({ argument, given, expected: 'a whole number ≥ 0' });
    }
  }
  const flips = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (2 * fewer === flips) return 1;
  // log C(n, k) step by step keeps thousands of items within range.
  let logChoose = 0;
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    if (k > 0) logChoose += Math.log(flips - k + 1) - Math.log(k);
    tail += Math.exp(logChoose - flips * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}
