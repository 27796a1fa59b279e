/**
 * Several seeds: what they tell beyond one, and what they do not.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError } from '@austeer/core';
import type { Estimate } from '../intervals.ts';
import { studentQuantile } from './distributions.ts';

/** A mean over seeds and items, both seen as samples of what could have been drawn. */
export interface SeedEffect extends Estimate {
  readonly seeds: number;
  /** Items with a value under every seed; the others are left out. */
  readonly items: number;
  readonly missing: number;
  /** The mean of each seed. */
  readonly perSeed: readonly number[];
  /** Standard deviation of the means that seeds would have on endless items; 0 where the data show none. */
  readonly betweenSeeds: number;
  /** Standard deviation of the means that items would have over endless seeds. */
  readonly betweenItems: number;
  /** Degrees of freedom of the interval (Satterthwaite). */
  readonly degrees: number;
}

/**
 * The mean over seeds and items with an interval for new seeds and new items. The seeds answer the same items, so
 * their means share the items' luck: an interval over the seeds' means alone is too narrow, however many seeds there
 * are. Variances are those of the two-way random-effects analysis of variance without replication. Source:
 * Satterthwaite, Biometrics Bulletin 2 (1946).
 *
 * @param options.values one list for each seed, items in the same order; `undefined` where there is no value
 * @param options.level in (0, 1). @default 0.95
 * @throws InvalidArgumentError for fewer than two seeds, or lists of different length.
 * @throws EmptyInputError for fewer than two items with a value under every seed.
 *
 * @example
 * ```ts
 * const right = [[1, 0, 1, 1], [1, 0, 0, 1], [1, 1, 1, 0]];
 * seedEffect({ values: right }).perSeed; // [0.75, 0.5, 0.75]
 * ```
 */
export function seedEffect(options: {
  values: readonly (readonly (number | undefined)[])[];
  level?: number;
}): SeedEffect {
  const { values, level = 0.95 } = options;
  const seeds = values.length;
  const total = values[0]?.length ?? 0;
  if (seeds < 2 || values.some((list) => list.length !== total)) {
    throw new InvalidArgumentError({
      argument: 'values',
      given: `lists of ${values.map((list) => list.length).join(', ')} values`,
      expected: 'at least two lists of the same items',
    });
  }
  const kept = [...values[0]!.keys()].filter((item) => values.every((list) => list[item] !== undefined));
  const items = kept.length;
  if (items < 2) throw new EmptyInputError({ what: 'Two items with a value under every seed' });
  const rows = values.map((list) => kept.map((item) => list[item]!));
  const perSeed = rows.map(meanOf);
  const perItem = kept.map((_, item) => meanOf(rows.map((row) => row[item]!)));
  const value = meanOf(perSeed);
  const squares = (means: readonly number[]): number => means.reduce((sum, x) => sum + (x - value) ** 2, 0);
  const residual = rows.reduce(
    (sum, row, seed) =>
      sum + row.reduce((part, x, item) => part + (x - perSeed[seed]! - perItem[item]! + value) ** 2, 0),
    0,
  );
  const parts = [
    { degrees: seeds - 1, square: (items * squares(perSeed)) / (seeds - 1) },
    { degrees: items - 1, square: (seeds * squares(perItem)) / (items - 1) },
    { degrees: (seeds - 1) * (items - 1), square: residual / ((seeds - 1) * (items - 1)) },
  ] as const;
  const [bySeed, byItem, rest] = parts;
  const seedVariance = Math.max(0, (bySeed.square - rest.square) / items);
  const itemVariance = Math.max(0, (byItem.square - rest.square) / seeds);
  const cells = seeds * items;
  const variance = seedVariance / seeds + itemVariance / items + rest.square / cells;
  // Each mean square with what it counts for in that sum.
  const weights = [seedVariance > 0 ? 1 : 0, itemVariance > 0 ? 1 : 0];
  const restWeight = 1 - weights[0]! - weights[1]!;
  const spread = parts.reduce((sum, { degrees, square }, index) => {
    const weight = index < 2 ? weights[index]! : restWeight;
    return sum + ((weight * square) / cells) ** 2 / degrees;
  }, 0);
  const degrees = spread > 0 ? variance ** 2 / spread : rest.degrees;
  const half = variance > 0 ? studentQuantile((1 + level) / 2, degrees) * Math.sqrt(variance) : 0;
  return {
    value,
    low: value - half,
    high: value + half,
    seeds,
    items,
    missing: total - items,
    perSeed,
    betweenSeeds: Math.sqrt(seedVariance),
    betweenItems: Math.sqrt(itemVariance),
    degrees,
  };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}
