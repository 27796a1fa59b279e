/**
 * Drawing many rows that come in few kinds, without drawing each.
 *
 * @module
 */
import type { Random } from '@austeer/core';
import { logGamma } from './distributions.ts';

/**
 * How often each group is drawn when as many rows as there are are drawn with replacement: one draw of the multinomial
 * distribution, as a chain of binomial ones. It takes some √rows steps, where drawing row by row takes `rows`.
 *
 * @param sizes rows of each group
 *
 * @example
 * ```ts
 * import { createRandom } from '@austeer/core';
 * drawGroupCounts(createRandom(1), [3, 0, 7]).reduce((sum, count) => sum + count, 0); // 10
 * ```
 */
export function drawGroupCounts(random: Random, sizes: readonly number[]): number[] {
  let sizeLeft = sizes.reduce((sum, size) => sum + size, 0);
  let rowsLeft = sizeLeft;
  return sizes.map((size) => {
    const count = size === sizeLeft ? rowsLeft : drawBinomial(random, rowsLeft, size / sizeLeft);
    sizeLeft -= size;
    rowsLeft -= count;
    return count;
  });
}

/** One draw of the binomial distribution: by inversion, from the likeliest value outwards. */
function drawBinomial(random: Random, trials: number, share: number): number {
  if (trials === 0 || share === 0) return 0;
  const mode = Math.min(trials, Math.floor((trials + 1) * share));
  const odds = share / (1 - share);
  const atMode = Math.exp(
    logGamma(trials + 1) -
      logGamma(mode + 1) -
      logGamma(trials - mode + 1) +
      mode * Math.log(share) +
      (trials - mode) * Math.log1p(-share),
  );
  let left = random.next() - atMode;
  let [low, high] = [mode, mode];
  let [atLow, atHigh] = [atMode, atMode];
  while (left >= 0 && (low > 0 || high < trials)) {
    if (high < trials) {
      atHigh *= ((trials - high) / (high + 1)) * odds;
      high++;
      left -= atHigh;
      if (left < 0) return high;
    }
    if (low > 0) {
      atLow *= low / ((trials - low + 1) * odds);
      low--;
      left -= atLow;
      if (left < 0) return low;
    }
  }
  return mode;
}
