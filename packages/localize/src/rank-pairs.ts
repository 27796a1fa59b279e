/**
 * The rankings that one pass over the pairs allows, by name: the paper's, and others to compare it with.
 *
 * @module
 */
import { InvalidArgumentError, type Site, UnknownNameError } from '@austeer/core';
import type { CountsFile } from './counts-file.ts';
import type { DifferenceMoments } from './difference-moments.ts';
import { naturalGains } from './gain-information.ts';
import { causalScores, type GradientClass } from './gradient-moments.ts';
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
  type UnitScores,
} from './ranking.ts';

/**
 * What units are ordered by.
 *
 * - `momentum`: the share of pairs that agree on a direction, as the paper does
 * - `balanced`: that share averaged over classes of the right answer, see {@link balancedScores}
 * - `effect-size`: the mean difference over its deviation
 * - `difference`: the mean difference, as SADI does
 * - `causal`: what the unit's gain does to the right answer, see {@link causalScores}
 * - `causal-then-momentum`: momentum among the units with the largest causal scores, with their signs
 * - `natural-gradient`: what a gain does to the right answer for what it does to neutral text, see {@link naturalGains}
 *
 * @example
 * ```ts
 * RANKINGS.slice(0, 5); // ['momentum', 'balanced', 'effect-size', 'difference', 'causal']
 * ```
 */
export const RANKINGS = Object.freeze([
  'momentum',
  'balanced',
  'effect-size',
  'difference',
  'causal',
  'causal-then-momentum',
  'natural-gradient',
] as const);

/** One of {@link RANKINGS}. */
export type Ranking = (typeof RANKINGS)[number];

/**
 * Whether a ranking is made of gradients.
 *
 * @example
 * ```ts
 * needsGradients('causal'); // true
 * ```
 */
export function needsGradients(ranking: Ranking): boolean {
  return ranking === 'causal' || ranking === 'causal-then-momentum' || needsInformation(ranking);
}

/**
 * Whether a ranking is made of the information of gains as well.
 *
 * @example
 * ```ts
 * needsInformation('natural-gradient'); // true
 * ```
 */
export function needsInformation(ranking: Ranking): boolean {
  return ranking === 'natural-gradient';
}

/** Units with the largest causal scores that `causal-then-momentum` orders. */
const CAUSAL_SHORTLIST = 500;

/**
 * Ranks units by name of the ranking. Whatever orders them, `score` is in (0, 1], so that plans of different rankings
 * steer with like strength: the balanced share of pairs for `balanced`, 1 for `causal` (the gain is ± the strength), the
 * gain over the largest of all units for `natural-gradient`, momentum for the others. `sign` is the ranking's own.
 *
 * @param options.ranking what units are ordered by. @default 'momentum'
 * @param options.ties order of units of one momentum or balanced share. @default 'index', as released
 * @param options.mode sign of `momentum` where n⁺ = n⁻. @default 'official'
 * @param options.sites sites ranked together. @default all that were measured
 * @param options.top most units returned, ≥ 1. @default all
 * @throws UnknownNameError for another ranking, order or mode.
 * @throws EmptyInputError for `balanced` where pairs have no label.
 * @throws InvalidArgumentError when a site was not measured, `top` is no whole number ≥ 1, moments, gradients or
 *   information are missing where they are needed, or a single pair has no deviation.
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
  statistics: Pick<CountsFile, 'counts' | 'moments' | 'byLabel' | 'gradients' | 'information'>,
  options: {
    ranking?: Ranking | undefined;
    ties?: TieOrder | undefined;
    mode?: ScoringMode | undefined;
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
  },
): RankedUnit[] {
  const { ranking = 'momentum', ties, mode, sites, top } = options;
  const { counts, moments, byLabel = {}, gradients, information } = statistics;
  switch (ranking) {
    case 'momentum':
      return rankUnits(counts, { sites, top, mode, ties, moments });
    case 'balanced':
      return withCounts(rankScores(balancedScores(byLabel), { sites, top, ties, moments }), counts);
    case 'effect-size':
      return byMomentum(rankScores(effectSizes(needed(moments)), { sites, top }), counts);
    case 'difference':
      return byMomentum(rankScores(activationDifferences(needed(moments)), { sites, top }), counts);
    case 'causal':
      return byCause(gradients, counts, { sites, top }).map((unit) => ({ ...unit, score: 1 }));
    case 'causal-then-momentum':
      return byCause(gradients, counts, { sites, top: CAUSAL_SHORTLIST })
        .sort((a, b) => momentumOf(b, counts) - momentumOf(a, counts))
        .slice(0, top)
        .map((unit) => ({ ...unit, score: momentumOf(unit, counts) }));
    case 'natural-gradient':
      return byWorth(gradients, information, counts, { sites, top });
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

/** Units by the size of their causal scores, which stand as `effect`. */
function byCause(
  gradients: readonly GradientClass[] | undefined,
  counts: MomentumCounts,
  options: { sites: readonly Site[] | undefined; top: number | undefined },
): RankedUnit[] {
  const units = rankScores(causalScores(measured(gradients)), options);
  return withCounts(units, counts).map((unit) => ({ ...unit, effect: unit.sign * unit.score }));
}

/** Units by what the natural gradient gains with each, weighed by their gains. */
function byWorth(
  gradients: readonly GradientClass[] | undefined,
  information: DifferenceMoments | undefined,
  counts: MomentumCounts,
  options: { sites: readonly Site[] | undefined; top: number | undefined },
): RankedUnit[] {
  if (information === undefined) {
    throw new InvalidArgumentError({
      argument: 'information',
      given: 'missing',
      expected: 'the information of the gains on neutral text, which this ranking is made of',
      advice: 'Measure it: measureGainInformation, or `austeer localize --ranking natural-gradient`',
    });
  }
  const effects = causalScores(measured(gradients));
  const gains = naturalGains(measured(gradients), information);
  const worths = Object.entries(effects.sites).map(([site, { width, values }]) => {
    const own = gains.sites[site as Site]!.values;
    return [site, { width, values: values.map((effect, unit) => effect * Math.abs(own[unit]!)) }];
  });
  const units = rankScores({ layers: effects.layers, sites: Object.fromEntries(worths) }, options);
  const scoreOf = ({ sites }: UnitScores, { site, layer, index }: ScoredUnit): number =>
    sites[site]!.values[layer * sites[site]!.width + index]!;
  const sites = new Set(options.sites ?? (Object.keys(gains.sites) as Site[]));
  const largest = [...sites].reduce(
    (most, site) =>
      gains.sites[site]!.values.reduce(
        (of, gain) => (Number.isNaN(gain) ? of : Math.max(of, Math.abs(gain))),
        most,
      ),
    0,
  );
  return withCounts(units, counts).map((unit) => ({
    ...unit,
    score: Math.abs(scoreOf(gains, unit)) / largest,
    effect: scoreOf(effects, unit),
  }));
}

function measured(gradients: readonly GradientClass[] | undefined): readonly GradientClass[] {
  if (gradients !== undefined) return gradients;
  throw new InvalidArgumentError({
    argument: 'gradients',
    given: 'missing',
    expected: 'the gradients of the pairs, which this ranking is made of',
    advice: 'Measure them with the counts: measureGradients, or `austeer localize --ranking causal`',
  });
}

function momentumOf({ promoted, suppressed }: RankedUnit, { pairs }: MomentumCounts): number {
  return Math.max(promoted, suppressed) / pairs;
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
  return withCounts(units, counts).map((unit) => ({ ...unit, score: momentumOf(unit, counts) }));
}
