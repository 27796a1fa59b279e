/**
 * The plan that a method finds on pairs, at strength 1: every strength of a sweep shares it.
 *
 * @module
 */
import { canonicalJson } from '@austeer/core';
import {
  compilePlan,
  type MethodSetting,
  planFromSafetensors,
  planToSafetensors,
  type SteeringPlan,
  withStrength,
} from '@austeer/steering';
import type { Condition } from '../answer-items.ts';
import { conditionOf } from '../fit-on-task.ts';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { CellContext, CellModel, FitInput } from './cell-context.ts';
import type { StoredCell } from './stored-cell.ts';

/** Inputs of a plan. */
export interface PlanInputs extends FitInput {
  readonly setting: Omit<MethodSetting, 'strength'>;
}

/** What the plan comes to; its edits are in `plan.safetensors`. */
export interface PlanResult {
  readonly method: string;
  /** Activations that it steers: the paper's #Acts. */
  readonly edits: number;
  /** The steering depends on the prompt, so that there is no plan to keep: the method is fitted where it is used. */
  readonly perPrompt: boolean;
  readonly facts: Readonly<Record<string, unknown>>;
}

const PLAN_FILE = 'plan.safetensors';

const plan: CellKind<PlanInputs, PlanResult> = {
  name: 'plan',
  version: 1,
  label: ({ method, pairs, setting }) =>
    `${method} on ${pairs.count} pairs of ${pairs.task}, ${describeSetting(setting)}`,
  work: ({ pairs }) => pairs.count,
  groupOf: ({ model, pairs, method, seed }) => canonicalJson({ model, pairs, method, seed }),
  async run(cells, context) {
    const fitted = await context.fit(cells[0]!.inputs);
    return cells.map(({ inputs }) => {
      const found = fitted.plan({ ...inputs.setting, strength: 1 });
      const perPrompt = fitted.steer !== undefined;
      return {
        result: { method: fitted.name, edits: found.edits.length, perPrompt, facts: fitted.facts },
        ...(!perPrompt && { files: { [PLAN_FILE]: planToSafetensors(found) } }),
      };
    });
  },
};

/** A setting in a few words. */
export function describeSetting({ site, layer, budget, strength }: Partial<MethodSetting>): string {
  return [
    site,
    layer === undefined ? undefined : `layer ${layer}`,
    budget === undefined ? undefined : `k ${budget}`,
    strength === undefined ? undefined : `strength ${strength}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** The cell of a plan. */
export function planCell(inputs: PlanInputs): Cell<PlanResult> {
  return defineCell(plan, inputs);
}

/** The plan of a computed cell. */
async function readPlan(hash: string, file: CellContext['file']): Promise<SteeringPlan> {
  return planFromSafetensors(await file(hash, PLAN_FILE));
}

/** The plan of a computed cell at a setting's strength, as items are answered under it. */
export async function planCondition(
  hash: string,
  setting: MethodSetting,
  model: CellModel,
  context: CellContext,
): Promise<Condition> {
  const { inputs, result } = (await context.cell(hash)) as StoredCell<PlanResult>;
  if (result.perPrompt) return conditionOf(await context.fit(inputs as PlanInputs), setting, model);
  const plan = withStrength(await readPlan(hash, context.file), setting.strength);
  return compilePlan(plan, model.identity, { tokenStrength: true });
}

export { plan as PLAN_KIND };
