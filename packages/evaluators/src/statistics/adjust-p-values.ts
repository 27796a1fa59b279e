/**
 * Several tests in one table: the more of them, the more are small by chance.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';

/**
 * - `holm`: bounds the chance that any of the differences called real is none; for a table whose single cells are
 *   believed. Source: Holm, Scand. J. Statist. 6 (1979).
 * - `benjamini-hochberg`: bounds the share of false ones among those called real; for a search among many. Source:
 *   Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995).
 */
export type PValueAdjustment = 'holm' | 'benjamini-hochberg';

/**
 * Adjusted p values, in the order given: compare them with the level as if each stood alone.
 *
 * @param pValues in [0, 1]; `undefined` where there was no test: it does not count and stays `undefined`
 * @throws InvalidArgumentError for what is no probability.
 *
 * @example
 * ```ts
 * adjustPValues([0.01, 0.04, undefined], 'holm'); // [0.02, 0.04, undefined]
 * ```
 */
export function adjustPValues(
  pValues: readonly (number | undefined)[],
  method: PValueAdjustment,
): (number | undefined)[] {
  for (const given of pValues) {
    if (given !== undefined && !(given >= 0 && given <= 1)) {
      throw new InvalidArgumentError({ argument: 'pValues', given, expected: 'numbers from 0 to 1' });
    }
  }
  const order = [...pValues.keys()]
    .filter((index) => pValues[index] !== undefined)
    .sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted: (number | undefined)[] = pValues.map(() => undefined);
  const count = order.length;
  if (method === 'holm') {
    let largest = 0;
    for (const [rank, index] of order.entries()) {
      largest = Math.max(largest, Math.min(1, pValues[index]! * (count - rank)));
      adjusted[index] = largest;
    }
  } else {
    let smallest = 1;
    for (const [rank, index] of [...order.entries()].reverse()) {
      smallest = Math.min(smallest, pValues[index]! * (count / (rank + 1)));
      adjusted[index] = smallest;
    }
  }
  return adjusted;
}
