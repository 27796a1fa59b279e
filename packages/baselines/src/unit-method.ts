/**
 * Methods that steer single units in the order of a ranking: AUSteer, and everything that differs from it in one place.
 *
 * @module
 */
import {
  createRandom,
  EmptyInputError,
  type GainGradientSource,
  InvalidArgumentError,
  type LanguageModel,
  type ModelIdentity,
  type Random,
  type Site,
  siteWidth,
  type Unit,
} from '@austeer/core';
import {
  type CountsFile,
  countsToSafetensors,
  measurePairs,
  needsGradients,
  needsInformation,
  type PairStatistics,
  type RankedUnit,
  type Ranking,
  rankPairs,
  type ScoringMode,
  type TieOrder,
} from '@austeer/localize';
import { type FittedMethod, type MethodSetting, type PlanEdit, planFromEdits } from '@austeer/steering';
import { measureGainInformation } from './gain-information.ts';
import { refuse } from './method-checks.ts';
import { NothingToSteerError } from './nothing-to-steer-error.ts';
import { measurePairGradients, type PairGradientOptions } from './pair-gradients.ts';
import type { TypedMethod } from './typed-method.ts';

/** How units are found. */
export interface UnitRules {
  /** Sites that may be steered, one at a time; a setting names one. @default ['attention', 'ffn'] */
  readonly sites?: readonly Site[] | undefined;
  /** What units are ordered by, see `rankPairs`. @default 'momentum', the paper's */
  readonly ranking?: Ranking | undefined;
  /** Order of units of one score. @default 'index', as released */
  readonly ties?: TieOrder | undefined;
  /** Sign on a tie of promoted and suppressed. @default 'official' */
  readonly mode?: ScoringMode | undefined;
  /** Settings to try. @default those that the paper sweeps */
  readonly grid?: readonly MethodSetting[] | undefined;
  /** How causal rankings are measured. */
  readonly causal?: CausalRules | undefined;
}

/** How the gradients of causal rankings are measured. */
export interface CausalRules extends Pick<PairGradientOptions, 'answerForms' | 'perToken'> {
  /** Where gradients come from, for models that cannot be differentiated. @default the model itself */
  readonly source?: ((model: LanguageModel) => GainGradientSource) | undefined;
}

/** Counts and moments, and gradients and information where the ranking is made of them. */
export type UnitStatistics = PairStatistics & Pick<CountsFile, 'gradients' | 'information'>;

/** Units found on pairs. */
export interface FittedUnits extends FittedMethod {
  /** Counts and moments of the pairs, at all sites of the method. */
  readonly statistics: UnitStatistics;
  readonly rules: {
    readonly sites: readonly Site[];
    readonly ranking: Ranking;
    readonly ties: TieOrder;
    readonly mode: ScoringMode;
  };
}

/** A method whose fit keeps its counts. */
export type UnitMethod = TypedMethod<FittedUnits>;

/** One way to steer by a ranking. */
export interface UnitVariant {
  readonly name: string;
  readonly grid: readonly MethodSetting[];
  /** False where the variant takes every unit. @default true */
  readonly hasBudget?: boolean | undefined;
  /** Units of the variant, in order. @default the first of the ranking */
  choose?(site: RankedSite, budget: number, random: Random): readonly RankedUnit[];
  /** Gain and bias of a unit at strength 1. @default AUSteer's gain, sign · score */
  edit?(unit: RankedUnit, site: RankedSite, random: Random): { readonly gain: number; readonly bias: number };
  /** What all gains of a plan are multiplied by. @default 1 */
  scale?(edits: readonly PlanEdit[], statistics: UnitStatistics): number;
}

/** One site as a variant sees it. */
export interface RankedSite {
  readonly site: Site;
  readonly layers: number;
  readonly width: number;
  /** The first `top` units. @param top @default all with a score above 0 */
  ranking(top?: number): RankedUnit[];
  /** Mean difference, right minus wrong, of a unit. */
  meanOf(unit: Unit): number;
}

/** Makes a method of a variant. */
export function createUnitMethod(variant: UnitVariant, options: UnitRules): UnitMethod {
  const { sites = ['attention', 'ffn'], ranking = 'momentum', ties = 'index', mode = 'official' } = options;
  const { name, hasBudget = true } = variant;
  const { source, ...causal } = options.causal ?? {};
  if (sites.length === 0) throw new EmptyInputError({ what: `Sites of ${name}` });
  return {
    name,
    ...(hasBudget && { budgetOf: 'units' as const }),
    grid: options.grid ?? variant.grid.flatMap((setting) => sites.map((site) => ({ ...setting, site }))),
    async fit({ model, pairs, seed = 0, provenance = {}, ...call }) {
      const measured = await measurePairs(model.capturePairs(pairs, { ...call, sites }), {
        sites,
        signal: call.signal,
      });
      const { counts } = measured;
      const tells = Object.values(counts.sites).some(({ promoted, suppressed }) =>
        promoted.some((up, unit) => up > 0 || suppressed[unit]! > 0),
      );
      if (!tells) {
        throw new NothingToSteerError({
          method: name,
          reason: `no unit of ${sites.join(', ')} differs between right and wrong texts in ${counts.pairs} pairs`,
        });
      }
      const gradients = needsGradients(ranking)
        ? await measurePairGradients({ ...call, ...causal, model: source?.(model) ?? model, pairs, sites })
        : undefined;
      const information = needsInformation(ranking)
        ? await measureGainInformation({ ...call, model, sites, seed })
        : undefined;
      const statistics = {
        ...measured,
        ...(gradients && { gradients: gradients.classes }),
        ...(information && { information }),
      };
      const facts = {
        ...{ method: name, pairs: counts.pairs, sites, ranking, ties, mode, seed },
        ...(gradients && {
          withoutMargin: gradients.leftOut.length,
          meanMargin: gradients.meanMargin,
          perToken: gradients.perToken,
        }),
      };
      return {
        name,
        facts,
        statistics,
        rules: { sites, ranking, ties, mode },
        files: () => ({
          'counts.safetensors': countsToSafetensors({
            ...statistics,
            model: model.identity,
            provenance: { ...provenance, seed },
          }),
        }),
        plan(setting) {
          const { strength, site = sites[0]! } = setting;
          refuse(setting, 'layer');
          if (!hasBudget) refuse(setting, 'budget');
          const ranked = rankedSite(model.identity, statistics, { sites, ranking, ties, mode }, site);
          const budget = hasBudget ? checkBudget(setting.budget, ranked) : Number.POSITIVE_INFINITY;
          // A stream of its own for each setting: what is drawn does not depend on which plans were made before.
          const random = createRandom(seed);
          const chosen = variant.choose?.(ranked, budget, random) ?? firstUnits(ranked, budget);
          const edits = chosen.map((unit): PlanEdit => {
            const { layer, index } = unit;
            const edit = variant.edit?.(unit, ranked, random) ?? gainOf(unit);
            return { site, layer, index, ...edit };
          });
          const scale = variant.scale?.(edits, statistics) ?? 1;
          return planFromEdits({
            edits: scale === 1 ? edits : edits.map((edit) => ({ ...edit, gain: edit.gain * scale })),
            strength,
            model: model.identity,
            provenance: { ...provenance, ...facts, sites: [site] },
          });
        },
      };
    },
  };
}

/** The first units of the ranking; refuses more than there are. */
function firstUnits(site: RankedSite, budget: number): readonly RankedUnit[] {
  if (budget === Number.POSITIVE_INFINITY) return site.ranking();
  const units = site.ranking(budget);
  if (units.length === budget) return units;
  throw new InvalidArgumentError({
    argument: 'budget',
    given: budget,
    expected: `at most ${units.length}, the units of ${site.site} that were ranked`,
  });
}

/** AUSteer's γ at strength 1. */
export function gainOf({ sign, score }: RankedUnit): { gain: number; bias: number } {
  return { gain: sign * score, bias: 0 };
}

function rankedSite(
  model: ModelIdentity,
  statistics: UnitStatistics,
  rules: FittedUnits['rules'],
  site: Site,
): RankedSite {
  if (!rules.sites.includes(site)) {
    throw new InvalidArgumentError({
      argument: 'site',
      given: site,
      expected: `a site that the method was fitted at (${rules.sites.join(', ')})`,
    });
  }
  const { mean } = statistics.moments.sites[site]!;
  const width = siteWidth(model, site);
  return {
    site,
    layers: model.layers,
    width,
    ranking: (top) => rankPairs(statistics, { ...rules, sites: [site], top }),
    meanOf: ({ layer, index }) => mean[layer * width + index]!,
  };
}

/** A whole number, or a share of the site's units below 1. */
function checkBudget(budget: number | undefined, { site, layers, width }: RankedSite): number {
  const all = layers * width;
  const units = budget !== undefined && budget > 0 && budget < 1 ? Math.round(budget * all) : budget;
  if (units !== undefined && Number.isInteger(units) && units >= 1 && units <= all) return units;
  throw new InvalidArgumentError({
    argument: 'budget',
    given: budget,
    expected: `a whole number of units from 1 to ${all}, those of ${site}, or a share of them below 1`,
  });
}
