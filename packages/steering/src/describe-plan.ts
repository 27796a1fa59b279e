/**
 * A plan in numbers that a person can read.
 *
 * @module
 */
import { type PositionRule, SITES, type Site, type StrengthSchedule } from '@austeer/core';
import { effectOf, type SteeringPlan } from './steering-plan.ts';

/** Summary of a plan. */
export interface PlanDescription {
  readonly edits: number;
  readonly strength: number;
  readonly positions: PositionRule;
  readonly schedule: StrengthSchedule;
  readonly sites: readonly {
    readonly site: Site;
    readonly edits: number;
    /** Edits in each layer. */
    readonly perLayer: readonly number[];
    /** Smallest and largest effective gain. */
    readonly gain: readonly [number, number];
    /** Smallest and largest effective bias. */
    readonly bias: readonly [number, number];
  }[];
}

/**
 * Counts and ranges of a plan, at its strength.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 1, index: 1, gain: 1, bias: 0 }], model, strength: 5 });
 * describePlan(plan).sites[0]?.perLayer; // [0, 1]
 * ```
 */
export function describePlan(plan: SteeringPlan): PlanDescription {
  const sites = SITES.flatMap((site) => {
    const edits = plan.edits.filter((edit) => edit.site === site);
    if (edits.length === 0) return [];
    const perLayer = Array.from({ length: plan.model.layers }, () => 0);
    for (const { layer } of edits) perLayer[layer]! += 1;
    // Not Math.min(...numbers): a vector of every unit has more numbers than a call takes arguments.
    const range = (numbers: readonly number[]): [number, number] => [
      numbers.reduce((a, b) => Math.min(a, b)),
      numbers.reduce((a, b) => Math.max(a, b)),
    ];
    return [
      {
        site,
        edits: edits.length,
        perLayer,
        gain: range(edits.map((edit) => effectOf(plan, edit).gain)),
        bias: range(edits.map((edit) => effectOf(plan, edit).bias)),
      },
    ];
  });
  const { edits, strength, positions, schedule } = plan;
  return { edits: edits.length, strength, positions, schedule, sites };
}
