/**
 * From counts to a ranking of units. Source: AUSteer §3.3, Eq. 6-7; `set_MFU` of the released `steer.py`.
 *
 * @module
 */
import {
  EmptyInputError,
  InvalidArgumentError,
  SITES,
  type Site,
  type Unit,
  UnknownNameError,
} from '@austeer/core';
import type { DifferenceMoments, SiteMoments } from './difference-moments.ts';
import type { MomentumCounts } from './momentum-counts.ts';
import { checkMergeable } from './pair-check.ts';

/**
 * Which sign a unit has when as many pairs promote as suppress it: `official` takes + (the released code),
 * `paper` − (its Eq. 6). Nothing else differs.
 */
export type ScoringMode = 'official' | 'paper';

/** A unit with a score and a direction, in rank order. */
export interface ScoredUnit extends Unit {
  /** How strongly the unit tells right from wrong, > 0; what it is measured in is the ranking's. */
  readonly score: number;
  /** 1: the right answer has the higher value; −1: the lower. */
  readonly sign: 1 | -1;
}

/**
 * A unit with a score in (0, 1], the momentum s = max(n⁺, n⁻) / N unless the ranking has one of its own, and the
 * pairs behind it.
 */
export interface RankedUnit extends ScoredUnit {
  readonly promoted: number;
  readonly suppressed: number;
  /** Causal score, in nats for a gain of 1; given by causal rankings. */
  readonly effect?: number | undefined;
}

/** How many units share the score at a cut: with few pairs thousands do, and their order decides. */
export interface TiesAtCut {
  readonly score: number;
  /** Units with exactly this score. */
  readonly tied: number;
  /** Of these, units within the cut. */
  readonly taken: number;
}

/**
 * In which order units of equal score stand: `index` by layer, site, index (the released code); `effect-size` by
 * the size of the mean difference over its deviation, then by index.
 */
export type TieOrder = 'index' | 'effect-size';

const MODES: readonly ScoringMode[] = ['official', 'paper'];
const TIE_ORDERS: readonly TieOrder[] = Object.freeze(['index', 'effect-size'] as const);

/**
 * Ranks units by score, highest first. The order of ties is part of the result, as it is in the released code:
 * lowest layer, then lowest index; several sites ranked together are ordered by layer, then site, then index.
 * Units with a score of 0 are left out.
 *
 * @param counts counts over N pairs
 * @param options.sites sites ranked together. @default all that were counted
 * @param options.top most units returned, ≥ 1. @default all
 * @param options.mode sign on a tie of n⁺ and n⁻. @default 'official'
 * @param options.ties order of units with equal scores; `effect-size` needs `moments`. @default 'index'
 * @param options.moments moments of the same pairs' differences
 * @throws InvalidArgumentError when a site was not counted, `top` is no whole number ≥ 1, or moments are missing
 *   or of other pairs.
 * @throws UnknownNameError for another mode or order.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 2, promoted: Int32Array.of(3, 0), suppressed: Int32Array.of(1, 4) } };
 * rankUnits({ pairs: 4, layers: 1, sites }).map(({ index, score, sign }) => [index, score, sign]); // [[1, 1, -1], [0, 0.75, 1]]
 * ```
 */
export function rankUnits(
  counts: MomentumCounts,
  options: {
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
    mode?: ScoringMode | undefined;
    ties?: TieOrder | undefined;
    moments?: DifferenceMoments | undefined;
  } = {},
): RankedUnit[] {
  const { top = Number.POSITIVE_INFINITY, mode = 'official', ties = 'index', moments } = options;
  const sites = chooseSites(counts, options.sites);
  if (!MODES.includes(mode)) throw new UnknownNameError({ kind: 'scoring mode', given: mode, known: MODES });
  checkTies(ties);
  checkTop(top);
  const effects = ties === 'effect-size' ? effectsFor(counts, moments, counts.pairs) : undefined;
  const histogram = scoreHistogram(counts, sites);
  // The lowest score that can be among the top: everything below need not be looked at again.
  let lowest = counts.pairs;
  let above = 0;
  while (lowest > 1 && above + histogram[lowest]! < top) above += histogram[lowest--]!;

  const byScore: RankedUnit[][] = Array.from({ length: counts.pairs + 1 }, () => []);
  for (let layer = 0; layer < counts.layers; layer++) {
    for (const site of sites) {
      const { width, promoted, suppressed } = counts.sites[site]!;
      for (let index = 0; index < width; index++) {
        const up = promoted[layer * width + index]!;
        const down = suppressed[layer * width + index]!;
        const most = Math.max(up, down);
        if (most < lowest) continue;
        const sign = up > down || (up === down && mode === 'official') ? 1 : -1;
        byScore[most]!.push({
          site,
          layer,
          index,
          score: most / counts.pairs,
          sign,
          promoted: up,
          suppressed: down,
        });
      }
    }
  }
  if (effects !== undefined) {
    for (const units of byScore) sortBySize(units, (unit) => Math.abs(scoreOf(effects, unit)));
  }
  return byScore.reverse().flat().slice(0, top);
}

/** Signed scores of every unit, row-major `[layers, width]` per site: positive where right answers lie higher. */
export interface UnitScores {
  readonly layers: number;
  readonly sites: Readonly<Partial<Record<Site, { readonly width: number; readonly values: Float64Array }>>>;
}

/**
 * Ranks units by the size of any signed score, largest first; ties by layer, site, index. Scores of 0 are left
 * out, and NaN, which stands for a unit that was not measured.
 *
 * @param options.sites sites ranked together. @default all that have scores
 * @param options.top most units returned, ≥ 1. @default all
 * @param options.ties order of units with equal scores; `effect-size` needs `moments`. @default 'index'
 * @param options.moments moments of the same pairs' differences
 * @throws InvalidArgumentError when a site has no scores, `top` is no whole number ≥ 1, or moments are missing or of
 *   another model.
 * @throws UnknownNameError for another order.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 3, values: Float64Array.of(0.5, -2, 0) } };
 * rankScores({ layers: 1, sites }).map(({ index, score, sign }) => [index, score, sign]); // [[1, 2, -1], [0, 0.5, 1]]
 * ```
 */
export function rankScores(
  scores: UnitScores,
  options: {
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
    ties?: TieOrder | undefined;
    moments?: DifferenceMoments | undefined;
  } = {},
): ScoredUnit[] {
  const { top = Number.POSITIVE_INFINITY, ties = 'index', moments } = options;
  const sites = chooseSites(scores, options.sites);
  checkTies(ties);
  checkTop(top);
  const effects = ties === 'effect-size' ? effectsFor(scores, moments) : undefined;
  const units: ScoredUnit[] = [];
  for (let layer = 0; layer < scores.layers; layer++) {
    for (const site of sites) {
      const { width, values } = scores.sites[site]!;
      for (let index = 0; index < width; index++) {
        const value = values[layer * width + index]!;
        if (value > 0 || value < 0)
          units.push({ site, layer, index, score: Math.abs(value), sign: value > 0 ? 1 : -1 });
      }
    }
  }
  if (effects !== undefined) sortBySize(units, (unit) => Math.abs(scoreOf(effects, unit)));
  sortBySize(units, ({ score }) => score);
  return units.slice(0, top);
}

/**
 * Effect size of every unit: mean difference over its standard deviation (N − 1). 0 where the mean is 0; ±∞ where
 * every pair differs by the same amount.
 *
 * @throws InvalidArgumentError with fewer than two pairs: one pair has no deviation.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 1, mean: Float64Array.of(3), squares: Float64Array.of(4) } };
 * effectSizes({ pairs: 2, layers: 1, sites }).sites.ffn?.values[0]; // 1.5
 * ```
 */
export function effectSizes(moments: DifferenceMoments): UnitScores {
  const { pairs } = moments;
  if (pairs < 2) {
    throw new InvalidArgumentError({ argument: 'pairs', given: pairs, expected: 'two or more' });
  }
  return mapMoments(moments, (mean, squares) => (mean === 0 ? 0 : mean / Math.sqrt(squares / (pairs - 1))));
}

/**
 * Mean difference of every unit, the score of SADI and of the paper's ablation "activation difference".
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 1, mean: Float64Array.of(-3), squares: Float64Array.of(4) } };
 * rankScores(activationDifferences({ pairs: 2, layers: 1, sites })); // [{ site: 'ffn', layer: 0, index: 0, score: 3, sign: -1 }]
 * ```
 */
export function activationDifferences(moments: DifferenceMoments): UnitScores {
  return mapMoments(moments, (mean) => mean);
}

function mapMoments(
  { layers, sites }: DifferenceMoments,
  score: (mean: number, squares: number) => number,
): UnitScores {
  const scored = (Object.entries(sites) as [Site, SiteMoments][]).map(([site, { width, mean, squares }]) => [
    site,
    { width, values: mean.map((value, unit) => score(value, squares[unit]!)) },
  ]);
  return { layers, sites: Object.fromEntries(scored) };
}

/** Effect sizes to break ties by, from moments of the same table, and of as many pairs where that is known. */
function effectsFor(
  table: Parameters<typeof checkMergeable>[1][number],
  moments: DifferenceMoments | undefined,
  pairs = moments?.pairs,
): UnitScores {
  if (moments === undefined || moments.pairs !== pairs) {
    throw new InvalidArgumentError({
      argument: 'moments',
      given: moments === undefined ? 'missing' : `of ${moments.pairs} pairs`,
      expected: `the moments of the ${pairs ?? 'same'} pairs that were counted`,
      advice: 'Measure them in the same run: measurePairs',
    });
  }
  checkMergeable('moments', [table, moments]);
  return effectSizes(moments);
}

function scoreOf({ sites }: UnitScores, { site, layer, index }: Unit): number {
  const { width, values } = sites[site]!;
  return values[layer * width + index]!;
}

function checkTies(ties: TieOrder): void {
  if (!TIE_ORDERS.includes(ties)) {
    throw new UnknownNameError({ kind: 'order of ties', given: ties, known: TIE_ORDERS });
  }
}

/** Largest first; equal sizes keep their order. */
function sortBySize<T>(units: T[], size: (unit: T) => number): void {
  const sized = units.map((unit) => ({ unit, size: size(unit) }));
  // Two infinite effect sizes tie: their difference would be NaN.
  sized.sort((a, b) => (a.size === b.size ? 0 : b.size - a.size));
  for (const [rank, { unit }] of sized.entries()) units[rank] = unit;
}

function checkTop(top: number): void {
  if (top !== Number.POSITIVE_INFINITY && (!Number.isInteger(top) || top < 1)) {
    throw new InvalidArgumentError({ argument: 'top', given: top, expected: 'a whole number ≥ 1' });
  }
}

/**
 * How many units tie where a ranking is cut after k units.
 *
 * @param counts counts over N pairs
 * @param options.k units taken, ≥ 1
 * @param options.sites sites ranked together. @default all that were counted
 * @throws InvalidArgumentError when `k` is no whole number ≥ 1.
 * @throws EmptyInputError when no unit has a score above 0.
 *
 * @example
 * ```ts
 * const sites = { ffn: { width: 3, promoted: Int32Array.of(2, 2, 2), suppressed: Int32Array.of(0, 0, 0) } };
 * tiesAtCut({ pairs: 2, layers: 1, sites }, { k: 2 }); // { score: 1, tied: 3, taken: 2 }
 * ```
 */
export function tiesAtCut(
  counts: MomentumCounts,
  options: { k: number; sites?: readonly Site[] | undefined },
): TiesAtCut {
  const { k } = options;
  if (!Number.isInteger(k) || k < 1) {
    throw new InvalidArgumentError({ argument: 'k', given: k, expected: 'a whole number ≥ 1' });
  }
  const histogram = scoreHistogram(counts, chooseSites(counts, options.sites));
  let above = 0;
  for (let most = counts.pairs; most >= 1; most--) {
    const tied = histogram[most]!;
    if (tied > 0 && above + tied >= k) return { score: most / counts.pairs, tied, taken: k - above };
    above += tied;
  }
  const last = histogram.findIndex((units, most) => most > 0 && units > 0);
  if (last < 0) throw new EmptyInputError({ what: 'Units with a score above 0' });
  return { score: last / counts.pairs, tied: histogram[last]!, taken: histogram[last]! };
}

/** How many units have max(n⁺, n⁻) of 0, 1, … N. */
function scoreHistogram(counts: MomentumCounts, sites: readonly Site[]): Float64Array {
  const histogram = new Float64Array(counts.pairs + 1);
  for (const site of sites) {
    const { promoted, suppressed } = counts.sites[site]!;
    for (let unit = 0; unit < promoted.length; unit++) {
      histogram[Math.max(promoted[unit]!, suppressed[unit]!)]! += 1;
    }
  }
  return histogram;
}

function chooseSites(
  measured: { readonly sites: Readonly<Partial<Record<Site, unknown>>> },
  sites: readonly Site[] | undefined,
): Site[] {
  const counted = SITES.filter((site) => measured.sites[site] !== undefined);
  for (const site of sites ?? []) {
    if (!counted.includes(site)) {
      throw new InvalidArgumentError({
        argument: 'sites',
        given: site,
        expected: `sites that were counted (${counted.join(', ')})`,
      });
    }
  }
  return sites === undefined ? counted : counted.filter((site) => sites.includes(site));
}
