/**
 * The rankings that one pass over the pairs allows, by name: the paper's, and others to compare it with.
 *
 * @module
 */
import { InvalidArgumentError, type Site, UnknownNameError } from '@austeer/core';
import type { CountsFile } from './counts-file.ts';
import type { DifferenceMoments } from './difference-moments.ts';
import { balancedScores } from './label-counts.ts';
import type { MomentumCounts } from './momentum-counts.ts';
import {
  activationDifferences,
  effectSizes,
  type RankedUnit,
  rankScores,
  rankUnits,
  type ScoredUnit,
  type ScoringMode,
  type TieOrder,
} from './ranking.ts';

/**
 * What units are ordered by.
 *
 * - `momentum`: the share of pairs that agree on a direction, as the paper does
 * - `balanced`: that share averaged over classes of the right answer, see {@link balancedScores}
 * - `effect-size`: the mean difference over its deviation
 * - `difference`: the mean difference, as SADI does
 *
 * @example
 * ```ts
 * RANKINGS; // ['momentum', 'balanced', 'effect-size', 'difference']
 * ```
 */
export const RANKINGS = Object.freeze(['momentum', 'balanced', 'effect-size', 'difference'] as const);

/** One of {@link RANKINGS}. */
export type Ranking = (typeof RANKINGS)[number];

/**
 * Ranks units by name of the ranking. Whatever orders them, `score` is a share of pairs in (0, 1], so that plans of
 * different rankings steer with like strength: the balanced share for `balanced`, momentum for the others. `sign` is
 * the ranking's own.
 *
 * @param options.ranking what units are ordered by. @default 'momentum'
 * @param options.ties order of units of one momentum or balanced share. @default 'index', as released
 * @param options.mode sign of `momentum` where n⁺ = n⁻. @default 'official'
 * @param options.sites sites ranked together. @default all that were measured
 * @param options.top most units returned, ≥ 1. @default all
 * @throws UnknownNameError for another ranking, order or mode.
 * @throws EmptyInputError for `balanced` where pairs have no label.
 * @throws InvalidArgumentError when a site was not measured, `top` is no whole number ≥ 1, moments are missing where
 *   they are needed, or a single pair has no deviation.
 *
 * @example
 * ```ts
 * const ffn = (...values: number[]) => ({ ffn: floatTensor(Float32Array.from(values), [1, 2]) });
 * const source = [
 *   { id: 'a', positive: ffn(9, 1), negative: ffn(0, 0) },
 *   { id: 'b', positive: ffn(0, 1), negative: ffn(1, 0) },
 * ];
 * const statistics = await measurePairs(source, { sites: ['ffn'] });
 * rankPairs(statistics, {}).map(({ index, score }) => [index, score]); // [[1, 1], [0, 0.5]]
 * rankPairs(statistics, { ranking: 'difference' }).map(({ index }) => index); // [0, 1]
 * ```
 */
export function rankPairs(
  statistics: Pick<CountsFile, 'counts' | 'moments' | 'byLabel'>,
  options: {
    ranking?: Ranking | undefined;
    ties?: TieOrder | undefined;
    mode?: ScoringMode | undefined;
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
  },
): RankedUnit[] {
  const { ranking = 'momentum', ties, mode, sites, top } = options;
  const { counts, moments, byLabel = {} } = statistics;
  switch (ranking) {
    case 'momentum':
      return rankUnits(counts, { sites, top, mode, ties, moments });
    case 'balanced':
      return withCounts(rankScores(balancedScores(byLabel), { sites, top, ties, moments }), counts);
    case 'effect-size':
      return byMomentum(rankScores(effectSizes(needed(moments)), { sites, top }), counts);
    case 'difference':
      return byMomentum(rankScores(activationDifferences(needed(moments)), { sites, top }), counts);
    default:
      throw new UnknownNameError({ kind: 'ranking', given: ranking, known: RANKINGS });
  }
}

function needed(moments: DifferenceMoments | undefined): DifferenceMoments {
  if (moments !== undefined) return moments;
  throw new InvalidArgumentError({
    argument: 'moments',
    given: 'missing',
    expected: 'the moments of the pairs, which this ranking is made of',
    advice: 'Measure them with the counts: measurePairs',
  });
}

function withCounts(units: readonly ScoredUnit[], counts: MomentumCounts): RankedUnit[] {
  return units.map((unit) => {
    const { width, promoted, suppressed } = counts.sites[unit.site]!;
    const at = unit.layer * width + unit.index;
    return { ...unit, promoted: promoted[at]!, suppressed: suppressed[at]! };
  });
}

/** The same order, with momentum for the score. */
function byMomentum(units: readonly ScoredUnit[], counts: MomentumCounts): RankedUnit[] {
  return withCounts(units, counts).map((unit) => ({
    ...unit,
    score: Math.max(unit.promoted, unit.suppressed) / counts.pairs,
  }));
}
