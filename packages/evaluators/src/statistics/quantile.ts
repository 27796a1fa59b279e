/**
 * Quantiles of numbers at hand.
 *
 * @module
 */

/**
 * Linear interpolation between sorted values.
 *
 * @param share in [0, 1]
 *
 * @example
 * ```ts
 * quantile([1, 2, 4], 0.75); // 3
 * ```
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (high - low) * (place - Math.floor(place));
}
