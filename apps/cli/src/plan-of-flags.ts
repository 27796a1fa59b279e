/**
 * The plan that steers a command.
 *
 * @module
 */
import type { ModelIdentity, SteeringValues } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import {
  checkPlan,
  compilePlan,
  planFromSafetensors,
  type SteeringPlan,
  withStrength,
} from '@austeer/steering';
import type { AusteerContext } from './context.ts';
import { usageError } from './flags.ts';
import type { PlanFlags } from './plan-flags.ts';

/** Reads a plan file. */
export async function readPlan(path: string): Promise<SteeringPlan> {
  return planFromSafetensors(await readFileBytes(path, { what: 'Steering plan' }), { path });
}

/** The plan of the flags, checked against the model; its warnings go to stderr. */
export async function planOfFlags(
  { terminal }: AusteerContext,
  { plan: path, alpha }: PlanFlags,
  model: ModelIdentity,
): Promise<SteeringPlan | undefined> {
  if (path === undefined) {
    if (alpha !== undefined) throw usageError('--alpha', alpha, 'a --plan beside it');
    return undefined;
  }
  const plan = await readPlan(path);
  for (const warning of checkPlan(plan, model).warnings) terminal.say(`warning: ${warning}`);
  return alpha === undefined ? plan : withStrength(plan, alpha);
}

/** The same, compiled for the model. */
export async function steeringOfFlags(
  context: AusteerContext,
  flags: PlanFlags,
  model: ModelIdentity,
): Promise<SteeringValues | undefined> {
  const plan = await planOfFlags(context, flags, model);
  return plan && compilePlan(plan, model, { tokenStrength: true });
}
