/**
 * One plan made of another: stronger, reversed, or less of it.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError, type Site } from '@austeer/core';
import { type SteeringPlan, withStrength } from './steering-plan.ts';

/**
 * The plan at `factor` times its strength.
 *
 * @throws InvalidArgumentError when the product is not finite.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model, strength: 4 });
 * scalePlan(plan, 0.5).strength; // 2
 * ```
 */
export function scalePlan(plan: SteeringPlan, factor: number): SteeringPlan {
  return withStrength(plan, plan.strength * factor);
}

/**
 * The plan with every edit turned round. Gains do not undo each other, (1 + g)(1 − g) ≠ 1, so this is the opposite
 * direction and not the inverse.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model, strength: 4 });
 * negatePlan(plan).strength; // -4
 * ```
 */
export function negatePlan(plan: SteeringPlan): SteeringPlan {
  return scalePlan(plan, -1);
}

/**
 * A part of a plan: the edits at given sites and layers, and of those the first `top` (a plan of a ranking is in rank
 * order).
 *
 * @param options.sites @default all sites
 * @param options.layers from 0. @default all layers
 * @param options.top whole number ≥ 1; more than there are keeps all. @default all
 * @throws EmptyInputError when nothing is left.
 * @throws InvalidArgumentError for a `top` or a layer out of range.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const edits = [0, 1].map((layer) => ({ site: 'ffn', layer, index: 1, gain: 1, bias: 0 }) as const);
 * restrictPlan(planFromEdits({ edits, model }), { layers: [1] }).edits.length; // 1
 * ```
 */
export function restrictPlan(
  plan: SteeringPlan,
  options: {
    sites?: readonly Site[] | undefined;
    layers?: readonly number[] | undefined;
    top?: number | undefined;
  },
): SteeringPlan {
  const { sites, layers, top = plan.edits.length } = options;
  if (!Number.isInteger(top) || top < 1) {
    throw new InvalidArgumentError({ argument: 'top', given: top, expected: 'a whole number ≥ 1' });
  }
  const last = plan.model.layers - 1;
  for (const layer of layers ?? []) {
    if (Number.isInteger(layer) && layer >= 0 && layer <= last) continue;
    throw new InvalidArgumentError({
      argument: 'layers',
      given: layer,
      expected: `layers from 0 to ${last}`,
    });
  }
  const edits = plan.edits
    .filter(({ site, layer }) => (sites?.includes(site) ?? true) && (layers?.includes(layer) ?? true))
    .slice(0, top);
  if (edits.length === 0) {
    throw new EmptyInputError({
      what: 'Edits at these sites and layers',
      advice: 'See which the plan has with describePlan or `austeer plan show`',
    });
  }
  return { ...plan, edits };
}
