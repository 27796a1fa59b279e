/**
 * Steering plans: which units are scaled or shifted, by how much, at which tokens; saved safely, compiled for a model.
 *
 * @module
 */
export { negatePlan, restrictPlan, scalePlan } from './change-plan.ts';
export {
  type ConflictRule,
  diffPlans,
  mergePlans,
  PlanConflictError,
  type PlanDifference,
} from './combine-plans.ts';
export { describePlan, type PlanDescription } from './describe-plan.ts';
export { parseEditRow } from './edit-row.ts';
export { checkPlan, compilePlan, TokenStrengthUnsupportedError } from './fit-plan.ts';
export { planFromControlVector, planToControlVector } from './formats/control-vector.ts';
export { planFromCsv, planToCsv } from './formats/csv.ts';
export { FormatLossError } from './formats/format-loss-error.ts';
export { planToLmEval } from './formats/lm-eval.ts';
export { planFromSvec, planToSvec } from './formats/svec.ts';
export { planFromSafetensors, planToSafetensors } from './plan-file.ts';
export { namesTokens, parsePositionRule, parseStrengthSchedule } from './position-rule.ts';
export { type PromptText, readPromptText } from './prompt-text.ts';
export { followPositions, type PromptRow, resolvePositions } from './resolve-positions.ts';
export type { FitMethodOptions, FittedMethod, MethodSetting, SteeringMethod } from './steering-method.ts';
export {
  createPlan,
  type PlanEdit,
  planFromEdits,
  type ScoredUnit,
  type SteeringPlan,
  withPositions,
  withSchedule,
  withStrength,
} from './steering-plan.ts';
export { followStrengths, resolveStrengths } from './token-strength.ts';
