/**
 * Plans together: added, and compared.
 *
 * @module
 */
import { EmptyInputError, ModelMismatchError } from '@austeer/core';
import { type PlanEdit, planFromEdits, type SteeringPlan, unitName } from './steering-plan.ts';

/**
 * One plan that does what several do together. Where they edit the same unit, gains add and biases add. The
 * result has strength 1; the strengths of the parts are inside its edits.
 *
 * @throws EmptyInputError without plans.
 * @throws ModelMismatchError when they were made for different models.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 0.5, bias: 0 }], model, strength: 4 });
 * mergePlans([plan, plan]).edits; // [{ site: 'ffn', layer: 0, index: 1, gain: 4, bias: 0 }]
 * ```
 */
export function mergePlans(plans: readonly SteeringPlan[]): SteeringPlan {
  const [first] = plans;
  if (first === undefined) throw new EmptyInputError({ what: 'Plans to merge' });
  const sums = new Map<string, PlanEdit>();
  for (const { model, strength, edits } of plans) {
    requireSameModel(first, model);
    for (const edit of edits) {
      const name = unitName(edit);
      const before = sums.get(name);
      sums.set(name, {
        ...edit,
        gain: (before?.gain ?? 0) + strength * edit.gain,
        bias: (before?.bias ?? 0) + strength * edit.bias,
      });
    }
  }
  return planFromEdits({
    edits: [...sums.values()],
    model: first.model,
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
  requireSameModel(first, second.model);
  const byUnit = ({ edits }: SteeringPlan): Map<string, PlanEdit> =>
    new Map(edits.map((edit) => [unitName(edit), edit]));
  const [a, b] = [byUnit(first), byUnit(second)];
  const shared = [...a.keys()].filter((unit) => b.has(unit));
  const effective = ({ gain, bias }: PlanEdit, strength: number) => ({
    gain: gain * strength,
    bias: bias * strength,
  });
  return {
    onlyFirst: [...a].filter(([unit]) => !b.has(unit)).map(([, edit]) => edit),
    onlySecond: [...b].filter(([unit]) => !a.has(unit)).map(([, edit]) => edit),
    both: shared.map((unit) => ({
      unit,
      first: effective(a.get(unit)!, first.strength),
      second: effective(b.get(unit)!, second.strength),
    })),
    jaccard: shared.length / (a.size + b.size - shared.length),
  };
}

function requireSameModel(first: SteeringPlan, model: SteeringPlan['model']): void {
  for (const property of ['architecture', 'layers'] as const) {
    if (first.model[property] !== model[property]) {
      throw new ModelMismatchError({
        what: 'The first plan',
        property,
        given: model[property],
        expected: first.model[property],
      });
    }
  }
}
