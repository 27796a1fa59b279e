/**
 * Steering plans: which units are scaled or shifted, by how much; saved safely, compiled for a model.
 *
 * @module
 */
export { diffPlans, mergePlans, type PlanDifference } from './combine-plans.ts';
export { describePlan, type PlanDescription } from './describe-plan.ts';
export { parseEditRow } from './edit-row.ts';
export { checkPlan, compilePlan } from './fit-plan.ts';
export { planFromSafetensors, planToSafetensors } from './plan-file.ts';
export {
  createPlan,
  type PlanEdit,
  type PositionRule,
  planFromEdits,
  type ScoredUnit,
  type SteeringPlan,
  withStrength,
} from './steering-plan.ts';
