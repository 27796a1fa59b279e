/**
 * From counts to a ranking of units. Source: AUSteer §3.3, Eq. 6-7; `set_MFU` of the released `steer.py`.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError, SITES, type Site, UnknownNameError } from '@austeer/core';
import type { MomentumCounts } from './momentum-counts.ts';

/**
 * Which sign a unit has when as many pairs promote as suppress it: `official` takes + (the released code),
 * `paper` − (its Eq. 6). Nothing else differs.
 */
export type ScoringMode = 'official' | 'paper';

/** A unit with its score, in rank order. */
export interface RankedUnit {
  readonly site: Site;
  readonly layer: number;
  readonly index: number;
  /** s = max(n⁺, n⁻) / N, in (0, 1]. */
  readonly score: number;
  /** 1: the right answer has the higher value; −1: the lower. */
  readonly sign: 1 | -1;
  readonly promoted: number;
  readonly suppressed: number;
}

/** How many units share the score at a cut: with few pairs thousands do, and their order decides. */
export interface TiesAtCut {
  readonly score: number;
  /** Units with exactly this score. */
  readonly tied: number;
  /** Of these, units within the cut. */
  readonly taken: number;
}

const MODES: readonly ScoringMode[] = ['official', 'paper'];

/**
 * Ranks units by score, highest first. The order of ties is part of the result, as it is in the released code:
 * lowest layer, then lowest index; several sites ranked together are ordered by layer, then site, then index.
 * Units with a score of 0 are left out.
 *
 * @param counts counts over N pairs
 * @param options.sites sites ranked together. @default all that were counted
 * @param options.top most units returned, ≥ 1. @default all
 * @param options.mode sign on a tie of n⁺ and n⁻. @default 'official'
 * @throws InvalidArgumentError when a site was not counted or `top` is no whole number ≥ 1.
 * @throws UnknownNameError for another mode.
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
  } = {},
): RankedUnit[] {
  const { top = Number.POSITIVE_INFINITY, mode = 'official' } = options;
  const sites = chooseSites(counts, options.sites);
  if (!MODES.includes(mode)) throw new UnknownNameError({ kind: 'scoring mode', given: mode, known: MODES });
  if (top !== Number.POSITIVE_INFINITY && (!Number.isInteger(top) || top < 1)) {
    throw new InvalidArgumentError({ argument: 'top', given: top, expected: 'a whole number ≥ 1' });
  }
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
  return byScore.reverse().flat().slice(0, top);
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

function chooseSites(counts: MomentumCounts, sites: readonly Site[] | undefined): Site[] {
  const counted = SITES.filter((site) => counts.sites[site] !== undefined);
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
