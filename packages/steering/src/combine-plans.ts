/**
 * Plans together: added, and compared.
 *
 * @module
 */
import {
  AusteerError,
  canonicalJson,
  EmptyInputError,
  type ModelIdentity,
  ModelMismatchError,
  type PositionRule,
  type Site,
  type StrengthSchedule,
} from '@austeer/core';
import { effectOf, type PlanEdit, planFromEdits, type SteeringPlan, unitName } from './steering-plan.ts';

/**
 * What happens where plans edit the same unit: `sum` adds gains and biases, `priority` keeps the edit of the first
 * plan that has one, `error` refuses.
 */
export type ConflictRule = 'sum' | 'priority' | 'error';

/** Plans cannot be one plan: they edit the same unit, or steer different tokens. */
export class PlanConflictError extends AusteerError {
  /** What they disagree on: a unit such as `ffn.3.226`, `positions` or `schedule`. */
  readonly subject: string;

  constructor(options: { subject: string; first: unknown; second: unknown; advice: string }) {
    const { subject, first, second, advice } = options;
    super(
      'PLAN_CONFLICT',
      `The plans disagree on ${subject}: ${JSON.stringify(first)} against ${JSON.stringify(second)}. ${advice}.`,
    );
    this.subject = subject;
  }
}

/**
 * One plan that does what several do together. The result has strength 1; the strengths of the parts are inside its
 * edits.
 *
 * @param options.conflicts what happens where they edit the same unit. @default 'sum'
 * @throws EmptyInputError without plans.
 * @throws ModelMismatchError when they were made for different models.
 * @throws PlanConflictError when they steer different tokens, or, with `error`, the same unit.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 0.5, bias: 0 }], model, strength: 4 });
 * mergePlans([plan, plan]).edits; // [{ site: 'ffn', layer: 0, index: 1, gain: 4, bias: 0 }]
 * ```
 */
export function mergePlans(
  plans: readonly SteeringPlan[],
  options: { conflicts?: ConflictRule | undefined } = {},
): SteeringPlan {
  const { conflicts = 'sum' } = options;
  const [first] = plans;
  if (first === undefined) throw new EmptyInputError({ what: 'Plans to merge' });
  const edits = new Map<string, PlanEdit>();
  let model = first.model;
  for (const plan of plans) {
    requireSameTokens(first, plan);
    model = commonModel(model, plan.model);
    for (const edit of plan.edits) {
      const { site, layer, index } = edit;
      const { gain, bias } = effectOf(plan, edit);
      const name = unitName(edit);
      const before = edits.get(name);
      if (before === undefined) edits.set(name, { site, layer, index, gain, bias });
      else if (conflicts === 'sum') {
        edits.set(name, { site, layer, index, gain: before.gain + gain, bias: before.bias + bias });
      } else if (conflicts === 'error') {
        throw new PlanConflictError({
          subject: name,
          first: { gain: before.gain, bias: before.bias },
          second: { gain, bias },
          advice: 'Merge with conflicts `sum` or `priority`, or restrict one plan',
        });
      }
    }
  }
  return planFromEdits({
    edits: [...edits.values()],
    model,
    positions: first.positions,
    schedule: first.schedule,
    provenance: { merged: plans.map(({ provenance }) => provenance) },
  });
}

/** How two plans differ, at their strengths. */
export interface PlanDifference {
  readonly onlyFirst: readonly PlanEdit[];
  readonly onlySecond: readonly PlanEdit[];
  /** Units both edit, with the effective numbers of each. */
  readonly both: readonly {
    readonly unit: string;
    readonly first: { readonly gain: number; readonly bias: number };
    readonly second: { readonly gain: number; readonly bias: number };
  }[];
  /** Units in both over units in either. */
  readonly jaccard: number;
  /** Position rules of the first and the second plan. */
  readonly positions: readonly [first: PositionRule, second: PositionRule];
  /** Schedules of the first and the second plan. */
  readonly schedules: readonly [first: StrengthSchedule, second: StrengthSchedule];
}

/**
 * Compares two plans of one model.
 *
 * @throws ModelMismatchError when they were made for different models.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model });
 * diffPlans(plan, plan).jaccard; // 1
 * ```
 */
export function diffPlans(first: SteeringPlan, second: SteeringPlan): PlanDifference {
  commonModel(first.model, second.model);
  const byUnit = ({ edits }: SteeringPlan): Map<string, PlanEdit> =>
    new Map(edits.map((edit) => [unitName(edit), edit]));
  const [a, b] = [byUnit(first), byUnit(second)];
  const shared = [...a.keys()].filter((unit) => b.has(unit));
  return {
    onlyFirst: [...a].filter(([unit]) => !b.has(unit)).map(([, edit]) => edit),
    onlySecond: [...b].filter(([unit]) => !a.has(unit)).map(([, edit]) => edit),
    both: shared.map((unit) => ({
      unit,
      first: effectOf(first, a.get(unit)!),
      second: effectOf(second, b.get(unit)!),
    })),
    jaccard: shared.length / (a.size + b.size - shared.length),
    positions: [first.positions, second.positions],
    schedules: [first.schedule, second.schedule],
  };
}

/** The first model with the sites of both. Weights may differ, as `checkPlan` allows. */
function commonModel(first: ModelIdentity, second: ModelIdentity): ModelIdentity {
  const require = (property: string, expected: unknown, given: unknown): void => {
    if (given === expected) return;
    throw new ModelMismatchError({ what: 'The first plan', property, given, expected });
  };
  require('architecture', first.architecture, second.architecture);
  require('layers', first.layers, second.layers);
  for (const [site, width] of Object.entries(second.widths) as [Site, number][]) {
    if (first.widths[site] !== undefined) require(`width of ${site}`, first.widths[site], width);
  }
  return { ...first, widths: { ...second.widths, ...first.widths } };
}

/** One row of a model has one strength at each token, so plans of different rules cannot be summed. */
function requireSameTokens(first: SteeringPlan, second: SteeringPlan): void {
  for (const subject of ['positions', 'schedule'] as const) {
    if (canonicalJson(first[subject]) !== canonicalJson(second[subject])) {
      throw new PlanConflictError({
        subject,
        first: first[subject],
        second: second[subject],
        advice: 'Give them the same with `withPositions` and `withSchedule`',
      });
    }
  }
}
