/**
 * Items answered under one condition: vanilla, a plan at a strength, or the best of several settings that were answered
 * before on other items.
 *
 * @module
 */
import { canonicalJson } from '@austeer/core';
import { type AnswerRecord, summarizeAnswers } from '@austeer/evaluators';
import type { MethodSetting } from '@austeer/steering';
import type { Condition } from '../answer-items.ts';
import { answerAndJudge } from '../judged-answers.ts';
import { cellOf, type SelectionCriterion, selectCell } from '../select-cell.ts';
import { type Cell, type CellKind, defineCell, type RunningCell } from './cell.ts';
import type { CellContext, CellModel, ItemsInput, ModelInput } from './cell-context.ts';
import { describeSetting, type PlanResult, planCondition } from './plan.ts';
import type { SearchResult } from './search.ts';
import type { StoredCell } from './stored-cell.ts';

/** Inputs of answers. Needs: none for vanilla; `plan`; candidates, which are answers themselves; or `search`. */
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
    const chosen = await Promise.all(cells.map((cell) => choose(cell, model, context)));
    const call = {
      model,
      task,
      items,
      conditions: chosen.map(({ condition }) => condition),
      batchSize: context.batchSize,
      signal: context.signal,
      onProgress: context.onProgress,
    };
    const records = await answerAndJudge({
      ...call,
      toxicity: context.toxicity,
      judge: context.judge?.(model),
    });
    return chosen.map(({ setting, plan }, index) => ({
      result: { records: records[index]!, ...(setting && { setting }), ...(plan && { plan }) },
    }));
  },
};

interface Chosen {
  readonly condition?: Condition;
  readonly setting?: MethodSetting;
  readonly plan?: string;
}

async function choose(
  { inputs, needs }: RunningCell<AnswersInputs>,
  model: CellModel,
  context: CellContext,
): Promise<Chosen> {
  const { criterion } = inputs;
  const found = needs.search as StoredCell<SearchResult> | undefined;
  const { setting, plan } =
    found?.result ??
    (criterion === undefined
      ? { setting: inputs.setting, plan: needs.plan?.hash }
      : bestOf(Object.values(needs) as StoredCell<AnswersResult>[], criterion));
  if (setting === undefined || plan === undefined) return {};
  return { setting, plan, condition: await planCondition(plan, setting, model, context) };
}

/** The best of several answers, as `selectCell` chooses. */
export function bestOf(
  candidates: readonly StoredCell<AnswersResult>[],
  criterion: SelectionCriterion,
): AnswersResult {
  const evaluated = candidates.map(({ result }) => ({
    ...cellOf(result.setting ?? { strength: 0 }),
    summary: summarizeAnswers(result.records),
    result,
  }));
  const best = selectCell(evaluated, criterion);
  return evaluated.find((candidate) => candidate === best)!.result;
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

/** Answers under the setting that a search has found. */
export function searchedCell(inputs: AnswersInputs, search: Cell<SearchResult>): Cell<AnswersResult> {
  return defineCell(answers, inputs, { search });
}

export { answers as ANSWERS_KIND };
