/**
 * A steering plan: which units are edited, and how. A plain, JSON-safe value.
 *
 * @module
 */
import {
  EmptyInputError,
  InvalidArgumentError,
  type ModelIdentity,
  type PositionRule,
  type Site,
  type StrengthSchedule,
} from '@austeer/core';
import { parsePositionRule, parseStrengthSchedule } from './position-rule.ts';

/**
 * The edit of one unit: x̂ = x · (1 + α · gain) + α · bias, with α the plan's strength times the edit's own. AUSteer's
 * γ = α·sign·s has gain = sign·s.
 */
export interface PlanEdit {
  readonly site: Site;
  readonly layer: number;
  readonly index: number;
  /** Gain at strength 1. */
  readonly gain: number;
  /** Bias at strength 1, in the units of the activation. */
  readonly bias: number;
  /** Multiplies the plan's strength for this unit; left out where it is 1. @default 1 */
  readonly strength?: number | undefined;
}

/** A steering plan. */
export interface SteeringPlan {
  /** The model it was made for. */
  readonly model: ModelIdentity;
  /** Which tokens are steered. The paper and its released code steer `all`, in every forward pass. */
  readonly positions: PositionRule;
  /** Strength along those tokens. The paper's is `constant`. */
  readonly schedule: StrengthSchedule;
  /** α: multiplies every gain and bias. */
  readonly strength: number;
  /** At most one edit a unit. */
  readonly edits: readonly PlanEdit[];
  /** Free facts: method, pairs, task, seed, versions. JSON-safe. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** What {@link createPlan} needs of a ranked unit; `rankUnits` of `@austeer/localize` gives it. */
export interface ScoredUnit {
  readonly site: Site;
  readonly layer: number;
  readonly index: number;
  /** s in (0, 1] */
  readonly score: number;
  readonly sign: 1 | -1;
}

/**
 * AUSteer's plan: the first k units of a ranking, each scaled in proportion to its own activation and score,
 * γ = α·sign·s. Source: AUSteer §3.4, Eq. 8-9; `set_MFU` of the released `steer.py`.
 *
 * @param options.ranking units in rank order
 * @param options.k units taken, ≥ 1 and at most the ranking's length
 * @param options.alpha strength α, finite
 * @param options.model the model the ranking was made on
 * @param options.positions which tokens are steered. @default 'all', as released
 * @param options.schedule strength along those tokens. @default 'constant', as released
 * @param options.provenance @default {}
 * @throws InvalidArgumentError for a `k` or `alpha` out of range, or a unit that the model lacks.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const ranking = [{ site: 'ffn', layer: 1, index: 3, score: 0.9, sign: -1 } as const];
 * createPlan({ ranking, k: 1, alpha: 10, model }).edits; // [{ site: 'ffn', layer: 1, index: 3, gain: -0.9, bias: 0 }]
 * ```
 */
export function createPlan(options: {
  ranking: readonly ScoredUnit[];
  k: number;
  alpha: number;
  model: ModelIdentity;
  positions?: PositionRule | undefined;
  schedule?: StrengthSchedule | undefined;
  provenance?: Readonly<Record<string, unknown>> | undefined;
}): SteeringPlan {
  const { ranking, k, alpha, model, positions, schedule, provenance } = options;
  if (ranking.length === 0) {
    throw new EmptyInputError({
      what: 'Ranked units',
      advice: 'No unit differs between right and wrong answers in these pairs',
    });
  }
  if (!Number.isInteger(k) || k < 1 || k > ranking.length) {
    throw new InvalidArgumentError({
      argument: 'k',
      given: k,
      expected: `a whole number from 1 to ${ranking.length}, the units that were ranked`,
    });
  }
  const edits = ranking.slice(0, k).map(
    ({ site, layer, index, score, sign }): PlanEdit => ({
      site,
      layer,
      index,
      gain: sign * score,
      bias: 0,
    }),
  );
  return planFromEdits({ edits, strength: alpha, model, positions, schedule, provenance });
}

/**
 * A plan of given edits.
 *
 * @param options.strength α. @default 1
 * @param options.positions which tokens are steered. @default 'all'
 * @param options.schedule strength along those tokens. @default 'constant'
 * @param options.provenance @default {}
 * @throws EmptyInputError without edits.
 * @throws InvalidArgumentError for a unit that the model lacks or that is edited twice, a number not finite, or a rule
 * or schedule that there is not.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const edits = [{ site: 'ffn', layer: 0, index: 1, gain: 0, bias: 2 }] as const;
 * planFromEdits({ edits, model }).strength; // 1
 * ```
 */
export function planFromEdits(options: {
  edits: readonly PlanEdit[];
  model: ModelIdentity;
  strength?: number | undefined;
  positions?: PositionRule | undefined;
  schedule?: StrengthSchedule | undefined;
  provenance?: Readonly<Record<string, unknown>> | undefined;
}): SteeringPlan {
  const { edits, model, strength = 1, positions = 'all', schedule = 'constant', provenance = {} } = options;
  checkStrength(strength);
  if (edits.length === 0) throw new EmptyInputError({ what: 'Edits of the plan' });
  const seen = new Set<string>();
  for (const edit of edits) {
    const problem =
      problemOfEdit(edit, model) ?? (seen.has(unitName(edit)) ? 'a unit that is edited once' : undefined);
    if (problem !== undefined)
      throw new InvalidArgumentError({ argument: 'edit', given: edit, expected: problem });
    seen.add(unitName(edit));
  }
  return {
    model,
    positions: parsePositionRule(positions),
    schedule: parseStrengthSchedule(schedule),
    strength: withoutNegativeZero(strength),
    edits: edits.map(({ site, layer, index, gain, bias, strength: own = 1 }) => ({
      site,
      layer,
      index,
      gain,
      bias,
      ...(own === 1 ? {} : { strength: own }),
    })),
    provenance,
  };
}

/**
 * The same plan at another strength.
 *
 * @throws InvalidArgumentError when it is not finite.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model });
 * withStrength(plan, -3).strength; // -3
 * ```
 */
export function withStrength(plan: SteeringPlan, strength: number): SteeringPlan {
  checkStrength(strength);
  return { ...plan, strength: withoutNegativeZero(strength) };
}

/**
 * The same plan at other tokens.
 *
 * @throws InvalidArgumentError for a rule that there is not.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model });
 * withPositions(plan, 'generated').positions; // 'generated'
 * ```
 */
export function withPositions(plan: SteeringPlan, positions: PositionRule): SteeringPlan {
  return { ...plan, positions: parsePositionRule(positions) };
}

/**
 * The same plan with another strength along the tokens that it steers.
 *
 * @throws InvalidArgumentError for a schedule that there is not.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model });
 * withSchedule(plan, { halfLife: 20 }).schedule; // { halfLife: 20 }
 * ```
 */
export function withSchedule(plan: SteeringPlan, schedule: StrengthSchedule): SteeringPlan {
  return { ...plan, schedule: parseStrengthSchedule(schedule) };
}

/** Gain and bias of an edit at the plan's strength and its own. */
export function effectOf(
  plan: Pick<SteeringPlan, 'strength'>,
  { gain, bias, strength = 1 }: PlanEdit,
): { readonly gain: number; readonly bias: number } {
  const total = plan.strength * strength;
  return { gain: total * gain, bias: total * bias };
}

/** What an edit ought to be for this model; `undefined` when it is right. */
export function problemOfEdit(
  { site, layer, index, gain, bias, strength = 1 }: PlanEdit,
  model: ModelIdentity,
): string | undefined {
  const width = model.widths[site];
  if (width === undefined) return `a site of the model (${Object.keys(model.widths).join(', ')})`;
  if (!Number.isInteger(layer) || layer < 0 || layer >= model.layers)
    return `a layer from 0 to ${model.layers - 1}`;
  if (!Number.isInteger(index) || index < 0 || index >= width)
    return `an index of ${site} from 0 to ${width - 1}`;
  if (![gain, bias, strength].every(Number.isFinite)) return 'a finite gain, bias and strength';
  return undefined;
}

/** Name of a unit, for sets. */
export function unitName({ site, layer, index }: { site: Site; layer: number; index: number }): string {
  return `${site}.${layer}.${index}`;
}

/** JSON has no −0, and a plan must come back from its file as it was. */
function withoutNegativeZero(number: number): number {
  return number === 0 ? 0 : number;
}

function checkStrength(strength: number): void {
  if (!Number.isFinite(strength)) {
    throw new InvalidArgumentError({
      argument: 'strength (α)',
      given: strength,
      expected: 'a finite number',
    });
  }
}
