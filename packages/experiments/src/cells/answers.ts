/**
 * Items answered under one condition: vanilla, a plan at a strength, or the best of several settings that were answered
 * before on other items.
 *
 * @module
 */
import { canonicalJson, type SteeringValues } from '@austeer/core';
import { type AnswerRecord, summarizeAnswers } from '@austeer/evaluators';
import type { MethodSetting } from '@austeer/steering';
import { answerItems } from '../answer-items.ts';
import type { SelectionCriterion } from '../select-cell.ts';
import { type Cell, type CellKind, defineCell, type RunningCell, type StoredCell } from './cell.ts';
import type { CellContext, CellModel, ItemsInput, ModelInput } from './cell-context.ts';
import { describeSetting, type PlanResult, planValues } from './plan.ts';

/** Inputs of answers. Needs: none for vanilla; `plan`; or candidates, which are answers themselves. */
export interface AnswersInputs {
  readonly model: ModelInput;
  readonly items: ItemsInput;
  /** As tables name it. */
  readonly condition: string;
  /** The setting of the plan. */
  readonly setting?: MethodSetting | undefined;
  /** What the best candidate is chosen by. */
  readonly criterion?: SelectionCriterion | undefined;
}

/** Answers and the setting they were given under. */
export interface AnswersResult {
  readonly records: readonly AnswerRecord[];
  readonly setting?: MethodSetting | undefined;
  /** Hash of the plan. */
  readonly plan?: string | undefined;
}

const answers: CellKind<AnswersInputs, AnswersResult> = {
  name: 'answers',
  version: 1,
  label: ({ condition, setting, items }) =>
    `${condition} ${setting === undefined ? '' : `${describeSetting(setting)} `}on ${items.count} ${items.part} items of ${items.task}`,
  work: ({ items }) => items.count,
  groupOf: ({ model, items }) => canonicalJson({ model, items }),
  async run(cells, context) {
    const { model: input, items: wanted } = cells[0]!.inputs;
    const model = await context.model(input);
    const { task, items } = await context.items(wanted);
    const chosen = await Promise.all(cells.map((cell) => conditionOf(cell, model, context)));
    const records = await answerItems({
      model,
      task,
      items,
      conditions: chosen.map(({ values }) => values),
      batchSize: context.batchSize,
      signal: context.signal,
      onProgress: context.onProgress,
    });
    return chosen.map(({ setting, plan }, index) => ({
      result: { records: records[index]!, ...(setting && { setting }), ...(plan && { plan }) },
    }));
  },
};

interface Condition {
  readonly values?: SteeringValues;
  readonly setting?: MethodSetting;
  readonly plan?: string;
}

async function conditionOf(
  { inputs, needs }: RunningCell<AnswersInputs>,
  model: CellModel,
  { file }: CellContext,
): Promise<Condition> {
  const { criterion } = inputs;
  const found =
    criterion === undefined
      ? { setting: inputs.setting, plan: needs.plan?.hash }
      : bestOf(Object.values(needs) as StoredCell<AnswersResult>[], criterion);
  const { setting, plan } = found;
  if (setting === undefined || plan === undefined) return {};
  return { setting, plan, values: await planValues({ hash: plan }, setting.strength, model, file) };
}

/** The best of several answers. Ties go to fewer units, then to the weaker strength: steering less. */
export function bestOf(
  candidates: readonly StoredCell<AnswersResult>[],
  criterion: SelectionCriterion,
): AnswersResult {
  const scored = candidates.map(({ result }) => ({ result, value: criterionOf(result, criterion) }));
  return scored.reduce((best, next) => {
    const [a, b] = [best.result.setting, next.result.setting];
    const difference =
      next.value - best.value ||
      (a?.budget ?? 0) - (b?.budget ?? 0) ||
      Math.abs(a?.strength ?? 0) - Math.abs(b?.strength ?? 0);
    return difference > 0 ? next : best;
  }).result;
}

/** A missing criterion loses against every number. */
function criterionOf({ records }: AnswersResult, criterion: SelectionCriterion): number {
  const scored = records.filter(({ correct }) => correct !== undefined);
  if (scored.length === 0) return Number.NEGATIVE_INFINITY;
  if (criterion === 'accuracy') return scored.filter(({ correct }) => correct).length / scored.length;
  return summarizeAnswers(records)[criterion]?.value ?? Number.NEGATIVE_INFINITY;
}

/** Answers without steering. */
export function vanillaCell(inputs: Omit<AnswersInputs, 'condition'>): Cell<AnswersResult> {
  return defineCell(answers, { ...inputs, condition: 'vanilla' });
}

/** Answers under a plan at a strength. */
export function steeredCell(
  inputs: AnswersInputs & { readonly setting: MethodSetting },
  plan: Cell<PlanResult>,
): Cell<AnswersResult> {
  return defineCell(answers, inputs, { plan });
}

/** Answers under the setting of that candidate which is best by the criterion. */
export function chosenCell(
  inputs: AnswersInputs & { readonly criterion: SelectionCriterion },
  candidates: readonly Cell<AnswersResult>[],
): Cell<AnswersResult> {
  const roles = candidates.map((cell, index) => [`candidate${String(index).padStart(4, '0')}`, cell]);
  return defineCell(answers, inputs, Object.fromEntries(roles));
}

export { answers as ANSWERS_KIND };
