/**
 * Changing plans.
 *
 * @module
 */
import {
  negatePlan,
  restrictPlan,
  type SteeringPlan,
  scalePlan,
  withPositions,
  withSchedule,
} from '@austeer/steering';
import type { PlanChangeFlags } from '../commands/plan-change.ts';
import type { AusteerContext } from '../context.ts';
import { savePlan } from '../output/save-plan.ts';
import { readPlan } from '../plan-of-flags.ts';

export async function runPlanChange(
  this: AusteerContext,
  flags: PlanChangeFlags,
  path: string,
): Promise<void> {
  const { scale, negate, positions, schedule } = flags;
  const changes: readonly ((plan: SteeringPlan) => SteeringPlan)[] = [
    (plan) => restrictPlan(plan, flags),
    ...(scale === undefined ? [] : [(plan: SteeringPlan) => scalePlan(plan, scale)]),
    ...(negate ? [negatePlan] : []),
    ...(positions === undefined ? [] : [(plan: SteeringPlan) => withPositions(plan, positions)]),
    ...(schedule === undefined ? [] : [(plan: SteeringPlan) => withSchedule(plan, schedule)]),
  ];
  const plan = changes.reduce((before, apply) => apply(before), await readPlan(path));
  await savePlan(this, plan, flags);
}
