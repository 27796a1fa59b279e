/**
 * How much a plan touches. Source: AUSteer, Table 1, column #Acts.
 *
 * @module
 */
import type { SteeringPlan } from '@austeer/steering';

/**
 * Activations that a plan changes at a steered token: its edits that do something at its strength. Computed from the
 * plan, never from the method's description: k for AUSteer, heads × head size for ITI and SADI, the hidden size for CAA
 * and STA.
 *
 * @example
 * ```ts
 * import { planFromEdits } from '@austeer/steering';
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const edits = [0, 1].map((index) => ({ site: 'ffn', layer: 0, index, gain: index, bias: 0 }) as const);
 * countActs(planFromEdits({ edits, model })); // 1
 * ```
 */
export function countActs({ strength, edits }: SteeringPlan): number {
  return edits.filter(
    ({ gain, bias, strength: own = 1 }) => strength * own !== 0 && (gain !== 0 || bias !== 0),
  ).length;
}
