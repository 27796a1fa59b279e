/**
 * Means of what comes in clusters: continuations of a prompt, tokens of a text.
 *
 * @module
 */
import type { Estimate } from '../intervals.ts';
import { bcaInterval } from './bca-interval.ts';

/** What the members of a cluster add up to, and how many there are. */
export interface Cluster {
  readonly sum: number;
  readonly count: number;
}

/**
 * The mean over all members with its BCa interval, whole clusters drawn.
 *
 * @param clusters at least one
 * @param options.transform of the mean, for example `Math.exp`. @default the mean itself
 * @param options.seed @default 0
 *
 * @example
 * ```ts
 * clusterMean([{ sum: 3, count: 1 }, { sum: 1, count: 3 }]).value; // 1
 * ```
 */
export function clusterMean(
  clusters: readonly Cluster[],
  options: { seed?: number; transform?: (mean: number) => number } = {},
): Estimate {
  const { seed = 0, transform = (mean) => mean } = options;
  const whole = clusters.reduce((sum, cluster) => sum + cluster.sum, 0);
  const members = clusters.reduce((sum, { count }) => sum + count, 0);
  return bcaInterval({
    rows: clusters.length,
    seed,
    leaveOneOut: () =>
      clusters.map(({ sum, count }) =>
        // With a single cluster nothing is left when it is left out.
        count === members ? undefined : transform((whole - sum) / (members - count)),
      ),
    statistic: (rows) => {
      let [sum, count] = [0, 0];
      for (const row of rows) {
        sum += clusters[row]!.sum;
        count += clusters[row]!.count;
      }
      return count === 0 ? undefined : transform(sum / count);
    },
  })!;
}

/**
 * The mean of single numbers.
 *
 * @example
 * ```ts
 * meanInterval([1, 2]).value; // 1.5
 * ```
 */
export function meanInterval(numbers: readonly number[], seed = 0): Estimate {
  return clusterMean(
    numbers.map((sum) => ({ sum, count: 1 })),
    { seed },
  );
}
