/**
 * What a ranking looks like: where scores and units lie, what rankings share, and how stable they are. Source:
 * AUSteer, appendices D, E and F.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError, type Random, type Site, type Unit } from '@austeer/core';
import { type MomentumCounts, mergeCounts } from './momentum-counts.ts';
import { rankUnits } from './ranking.ts';

/**
 * How many units have each score, by layer and head: element `[layer][group][n]` counts units with max(n⁺, n⁻) = n,
 * a score of n/N.
 *
 * @param options.groupSize neighbouring dimensions to a group, a divisor of the width: the head size, for heads.
 *   @default the width: one group a layer
 * @throws InvalidArgumentError when the site was not counted, or groups do not fill the width.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 2, promoted: Int32Array.of(2, 1), suppressed: Int32Array.of(0, 1) } };
 * scoreDistribution({ pairs: 2, layers: 1, sites }, { site: 'ffn' }); // [[[0, 1, 1]]]
 * ```
 */
export function scoreDistribution(
  counts: MomentumCounts,
  options: { site: Site; groupSize?: number | undefined },
): number[][][] {
  return byGroup(counts, options, (most) => {
    const histogram = new Array<number>(counts.pairs + 1).fill(0);
    for (const n of most) histogram[n]! += 1;
    return histogram;
  });
}

/**
 * Mean score of the units of each layer, or of each head: blocks scored from their units.
 *
 * @param options.groupSize as in {@link scoreDistribution}
 * @returns `[layer][group]`, each in [0, 1]
 * @throws InvalidArgumentError when the site was not counted, or groups do not fill the width.
 *
 * @example
 * ```ts
 * const sites = { attention: { width: 4, promoted: Int32Array.of(2, 1, 2, 2), suppressed: Int32Array.of(0, 1, 0, 0) } };
 * groupScores({ pairs: 2, layers: 1, sites }, { site: 'attention', groupSize: 2 }); // [[0.75, 1]]
 * ```
 */
export function groupScores(
  counts: MomentumCounts,
  options: { site: Site; groupSize?: number | undefined },
): number[][] {
  return byGroup(counts, options, (most) => most.reduce((sum, n) => sum + n, 0) / most.length / counts.pairs);
}

/** Something of each group's max(n⁺, n⁻). */
function byGroup<T>(
  counts: MomentumCounts,
  { site, groupSize }: { site: Site; groupSize?: number | undefined },
  read: (most: Int32Array) => T,
): T[][] {
  const counted = counts.sites[site];
  if (counted === undefined) {
    throw new InvalidArgumentError({
      argument: 'site',
      given: site,
      expected: `a site that was counted (${Object.keys(counts.sites).join(', ')})`,
    });
  }
  const { width, promoted, suppressed } = counted;
  const size = checkGroupSize(groupSize, width);
  const most = promoted.map((up, unit) => Math.max(up, suppressed[unit]!));
  return Array.from({ length: counts.layers }, (_, layer) =>
    Array.from({ length: width / size }, (_, group) => {
      const start = layer * width + group * size;
      return read(most.subarray(start, start + size));
    }),
  );
}

function checkGroupSize(groupSize: number | undefined, width: number): number {
  if (groupSize === undefined) return width;
  if (Number.isInteger(groupSize) && groupSize >= 1 && width % groupSize === 0) return groupSize;
  throw new InvalidArgumentError({
    argument: 'groupSize',
    given: groupSize,
    expected: `a divisor of the width ${width}`,
  });
}

/**
 * How many units lie in each layer, or in each group of `groupSize` neighbouring dimensions of a layer: with the
 * head size, in each attention head.
 *
 * @param units units of one site
 * @param options.layers layers of the model
 * @param options.width width of the site
 * @param options.groupSize dimensions to a group, a divisor of the width. @default the width: one group a layer
 * @returns `[layer][group]`
 * @throws InvalidArgumentError when a unit lies outside, or groups do not fill the width.
 *
 * @example
 * ```ts
 * const units = [{ site: 'attention', layer: 1, index: 5 }, { site: 'attention', layer: 1, index: 0 }] as const;
 * unitLocations(units, { layers: 2, width: 8, groupSize: 4 }); // [[0, 0], [1, 1]]
 * ```
 */
export function unitLocations(
  units: readonly Unit[],
  options: { layers: number; width: number; groupSize?: number | undefined },
): number[][] {
  const { layers, width } = options;
  const groupSize = checkGroupSize(options.groupSize, width);
  const located = Array.from({ length: layers }, () => new Array<number>(width / groupSize).fill(0));
  for (const { site, layer, index } of units) {
    const row = located[layer];
    if (row === undefined || !(index >= 0 && index < width)) {
      throw new InvalidArgumentError({
        argument: 'unit',
        given: `${site} ${layer}.${index}`,
        expected: `a unit of ${layers} layers of width ${width}`,
      });
    }
    row[Math.floor(index / groupSize)]! += 1;
  }
  return located;
}

/** What two sets of units share. */
export interface Overlap {
  readonly shared: number;
  /** Shared units over all units of either set; `undefined` when both are empty. */
  readonly jaccard: number | undefined;
}

/**
 * What two sets of units share, whatever their order.
 *
 * @example
 * ```ts
 * const unit = (index: number) => ({ site: 'ffn', layer: 0, index }) as const;
 * unitOverlap([unit(1), unit(2)], [unit(2), unit(3)]); // { shared: 1, jaccard: 1 / 3 }
 * ```
 */
export function unitOverlap(first: readonly Unit[], second: readonly Unit[]): Overlap {
  const [a, b] = [new Set(first.map(unitName)), new Set(second.map(unitName))];
  const shared = [...a].filter((name) => b.has(name)).length;
  const either = a.size + b.size - shared;
  return { shared, jaccard: either === 0 ? undefined : shared / either };
}

/**
 * Spearman's rank correlation of two counts' scores over all units, ties at their mean rank.
 *
 * @param options.site the site compared
 * @returns between −1 and 1; `undefined` where one side has a single score everywhere
 * @throws InvalidArgumentError when the site was not counted in both, or of another size.
 *
 * @example
 * ```ts
 * const of = (...promoted: number[]) => ({
 *   pairs: 4,
 *   layers: 1,
 *   sites: { ffn: { width: 3, promoted: Int32Array.from(promoted), suppressed: new Int32Array(3) } },
 * });
 * scoreCorrelation(of(1, 2, 3), of(4, 3, 2), { site: 'ffn' }); // -1
 * ```
 */
export function scoreCorrelation(
  first: MomentumCounts,
  second: MomentumCounts,
  options: { site: Site },
): number | undefined {
  const [a, b] = [first, second].map(({ sites }) => {
    const counted = sites[options.site];
    return counted?.promoted.map((up, unit) => Math.max(up, counted.suppressed[unit]!));
  });
  if (a === undefined || b === undefined || a.length !== b.length) {
    throw new InvalidArgumentError({
      argument: `counts of ${options.site}`,
      given: `${a?.length ?? 'no'} and ${b?.length ?? 'no'} units`,
      expected: 'the same units in both',
    });
  }
  return correlation(meanRanks(a), meanRanks(b));
}

/** How much of a ranking remains when pairs are few or others. */
export interface RankingStability {
  /** The best k of the first 1, 2, … parts against the best k of all. */
  readonly growth: readonly (Overlap & { readonly pairs: number })[];
  /** The best k of resampled parts against the best k of all, one for each resample. */
  readonly resamples: readonly Overlap[];
  /** By unit of the best k of all: the share of resamples whose best k has it. */
  readonly kept: readonly (Unit & { readonly share: number })[];
}

/**
 * How stable the best k units are: against fewer pairs (nested subsets) and against other pairs of the same kind
 * (bootstrap). Works on counts of parts of the pairs, say of ten pairs each, which are drawn whole.
 *
 * @param parts counts of disjoint parts, two or more; their order is the order of growth
 * @param options.k units compared
 * @param options.sites sites ranked together. @default all that were counted
 * @param options.resamples how often parts are drawn with replacement. @default 200
 * @param options.random seeded source of draws
 * @throws EmptyInputError with fewer than two parts.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 2, promoted: Int32Array.of(1, 0), suppressed: Int32Array.of(0, 0) } };
 * const part = { pairs: 1, layers: 1, sites };
 * const { growth } = rankingStability([part, part], { k: 1, random: createRandom(1) });
 * growth[0]; // { pairs: 1, shared: 1, jaccard: 1 }
 * ```
 */
export function rankingStability(
  parts: readonly MomentumCounts[],
  options: {
    k: number;
    random: Random;
    sites?: readonly Site[] | undefined;
    resamples?: number | undefined;
  },
): RankingStability {
  const { k, random, sites, resamples = 200 } = options;
  if (parts.length < 2) {
    throw new EmptyInputError({ what: 'Further parts', advice: 'Count the pairs in two or more parts' });
  }
  const best = (counts: MomentumCounts) => rankUnits(counts, { top: k, sites });
  const whole = best(mergeCounts(parts));
  const growth = parts.map((_, last) => {
    const counts = mergeCounts(parts.slice(0, last + 1));
    return { pairs: counts.pairs, ...unitOverlap(best(counts), whole) };
  });
  const times = new Map(whole.map((unit) => [unitName(unit), 0]));
  const drawn = Array.from({ length: resamples }, () => {
    const units = best(mergeCounts(parts.map(() => parts[random.integer(parts.length)]!)));
    for (const name of units.map(unitName)) {
      const seen = times.get(name);
      if (seen !== undefined) times.set(name, seen + 1);
    }
    return unitOverlap(units, whole);
  });
  const kept = whole.map(({ site, layer, index }) => ({
    site,
    layer,
    index,
    share: times.get(unitName({ site, layer, index }))! / resamples,
  }));
  return { growth, resamples: drawn, kept };
}

function unitName({ site, layer, index }: Unit): string {
  return `${site} ${layer}.${index}`;
}

/** Ranks from 0, tied values at the mean of theirs. The values are whole numbers ≥ 0: counted, not sorted. */
function meanRanks(values: Int32Array): Float64Array {
  const histogram = new Float64Array(values.reduce((a, b) => Math.max(a, b), 0) + 1);
  for (const value of values) histogram[value]! += 1;
  let below = 0;
  const ranks = histogram.map((count) => {
    const rank = below + (count - 1) / 2;
    below += count;
    return rank;
  });
  return Float64Array.from(values, (value) => ranks[value]!);
}

function correlation(a: Float64Array, b: Float64Array): number | undefined {
  const middle = (a.length - 1) / 2;
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (let unit = 0; unit < a.length; unit++) {
    const [x, y] = [a[unit]! - middle, b[unit]! - middle];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? undefined : both / Math.sqrt(squaresA * squaresB);
}
