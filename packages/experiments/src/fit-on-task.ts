/**
 * A steering method meets a task: fitted on its pairs, its setting chosen on validation items.
 *
 * @module
 */
import {
  EmptyInputError,
  InvalidArgumentError,
  type LanguageModel,
  type ModelCallOptions,
} from '@austeer/core';
import { type AnswerRecord, summarizeAnswers } from '@austeer/evaluators';
import { type EncodeReport, encodePairs, type Task, type TestItem } from '@austeer/pairs';
import { compilePlan, type FittedMethod, type MethodSetting, type SteeringMethod } from '@austeer/steering';
import type { Condition } from './answer-items.ts';
import { type AnswerJudges, answerAndJudge, verdictOf, writeAnswers } from './judged-answers.ts';
import type { AnswerLine, SelectionLog } from './run-log.ts';
import {
  cellOf,
  describeCell,
  type EvaluatedCell,
  type SelectionCriterion,
  selectCell,
  settingOf,
} from './select-cell.ts';

/** Validation items where there are many. */
const USUAL_VALIDATION = 60;

/** How pairs are encoded and a setting is chosen, whatever the method. */
export interface SelectionOptions {
  /** Items on which the setting is chosen. @default 60; half of the items where there are no more than 60 */
  readonly validationItems?: number | undefined;
  /** @default 'accuracy', as the paper */
  readonly criterion?: SelectionCriterion | undefined;
  /** How question and answer are joined, see `encodePairs`. @default 'text', as released */
  readonly join?: 'text' | 'tokens' | undefined;
  /** What a pair over 512 tokens loses, see `encodePairs`. @default 'question', which keeps the answer */
  readonly cut?: 'end' | 'question' | undefined;
}

/** Options of {@link fitOnTask}. */
export interface FitOnTaskOptions extends ModelCallOptions, Pick<SelectionOptions, 'join' | 'cut'> {
  readonly model: LanguageModel;
  readonly task: Task;
  readonly method: SteeringMethod;
  /** @default 0 */
  readonly seed?: number | undefined;
}

/** A method fitted on a task's pairs. */
export interface FittedOnTask {
  readonly fitted: FittedMethod;
  readonly report: EncodeReport;
  /** Wall-clock time of the fit. */
  readonly seconds: number;
}

/**
 * Fits a method on the pairs of a task.
 *
 * @throws EmptyInputError when the task has no pairs.
 * @throws InvalidArgumentError when the model has no tokenizer; and what the method throws.
 *
 * @example
 * ```ts
 * import { createAusteerMethod } from '@austeer/baselines';
 * import type { Task } from '@austeer/pairs';
 * declare const model: LanguageModel;
 * declare const task: Task;
 * const { fitted } = await fitOnTask({ model, task, method: createAusteerMethod() });
 * fitted.plan({ site: 'ffn', budget: 16, strength: 5 });
 * ```
 */
export async function fitOnTask(options: FitOnTaskOptions): Promise<FittedOnTask> {
  const { model, task, method, seed = 0, join = 'text', cut = 'question' } = options;
  const { batchSize, signal, onProgress } = options;
  if (task.pairs.length === 0) throw new EmptyInputError({ what: `Pairs of ${task.name}` });
  if (model.tokenizer === undefined) {
    throw new InvalidArgumentError({
      argument: 'model',
      given: `${model.identity.name} without a tokenizer`,
      expected: 'a model with a tokenizer, which texts need',
    });
  }
  const { pairs, report } = encodePairs(task.pairs, model.tokenizer, { join, cut });
  const provenance = { task: task.name };
  const started = performance.now();
  const fitted = await method.fit({ model, pairs, seed, provenance, batchSize, signal, onProgress });
  return { fitted, report, seconds: (performance.now() - started) / 1000 };
}

/**
 * Steering of a fitted method at one setting, as {@link answerItems} takes it.
 *
 * @throws InvalidArgumentError for a setting that the method does not have.
 *
 * @example
 * ```ts
 * import type { FittedMethod } from '@austeer/steering';
 * declare const fitted: FittedMethod;
 * declare const model: LanguageModel;
 * conditionOf(fitted, { budget: 16, strength: 5 }, model);
 * ```
 */
export function conditionOf(fitted: FittedMethod, setting: MethodSetting, model: LanguageModel): Condition {
  if (fitted.steer !== undefined) return (prompts, call) => fitted.steer!(prompts, setting, call);
  return compilePlan(fitted.plan(setting), model.identity, { tokenStrength: true });
}

/** Options of {@link selectSetting}. */
export interface SelectSettingOptions extends ModelCallOptions, AnswerJudges {
  readonly model: LanguageModel;
  readonly task: Task;
  readonly fitted: FittedMethod;
  /** Settings to choose among; a single one is taken as it is where there are no validation items. */
  readonly settings: readonly MethodSetting[];
  readonly validation: readonly TestItem[];
  /** @default 'accuracy' */
  readonly criterion?: SelectionCriterion | undefined;
  /** @default 0 */
  readonly seed?: number | undefined;
  /** Called after every setting. */
  readonly onCell?: ((cell: EvaluatedCell, done: number) => void) | undefined;
}

/** A setting, and how it was chosen. */
export interface SelectedSetting {
  readonly setting: MethodSetting;
  /** Absent where there was nothing to choose by. */
  readonly chosen: EvaluatedCell | undefined;
  readonly selection: SelectionLog;
  readonly answers: readonly AnswerLine[];
}

/**
 * Tries every setting on the validation items and takes the best, see `selectCell`.
 *
 * @throws EmptyInputError without settings.
 * @throws InvalidArgumentError when there are several settings and no validation items, and for a setting that the
 *   method does not have.
 *
 * @example
 * ```ts
 * import type { Task } from '@austeer/pairs';
 * import type { FittedMethod } from '@austeer/steering';
 * declare const model: LanguageModel;
 * declare const task: Task;
 * declare const fitted: FittedMethod;
 * const settings = [1, 2].map((strength) => ({ strength }));
 * const { setting } = await selectSetting({ model, task, fitted, settings, validation: task.items.slice(0, 60) });
 * ```
 */
export async function selectSetting(options: SelectSettingOptions): Promise<SelectedSetting> {
  const { model, task, fitted, settings, validation, criterion = 'accuracy', seed = 0, onCell } = options;
  const { batchSize, signal, onProgress, toxicity, judge } = options;
  const call = { batchSize, signal, onProgress, model, task, items: validation };
  checkSettings(settings, validation.length);
  // A setting that the method does not have is refused before any item is answered.
  for (const setting of settings) fitted.plan(setting);
  const cells: EvaluatedCell[] = [];
  const answers: AnswerLine[] = [];
  // The model's own responses are the same beside every setting.
  const own =
    verdictOf(task) === 'judge' && validation.length > 0
      ? (await writeAnswers({ ...call, conditions: [undefined] }))[0]
      : undefined;
  for (const setting of validation.length > 0 ? settings : []) {
    const conditions = [conditionOf(fitted, setting, model)];
    const [records] = await answerAndJudge({ ...call, conditions, toxicity, judge, own });
    const cell: EvaluatedCell = { ...cellOf(setting), summary: summarizeAnswers(records!, { seed }) };
    cells.push(cell);
    answers.push(...answerLines('validation', describeCell(cell), validation, records!));
    onCell?.(cell, cells.length);
  }
  const best = cells.length === 0 ? undefined : selectCell(cells, criterion);
  const setting = best === undefined ? settings[0]! : settingOf(best);
  return { setting, chosen: best, selection: { criterion, cells, chosen: cellOf(setting) }, answers };
}

/** Validation items where nobody said how many: of few items half, so that some remain to test on. */
export function usualValidation(items: number): number {
  return items > USUAL_VALIDATION ? USUAL_VALIDATION : Math.floor(items / 2);
}

/** Refuses a choice that nothing decides. */
export function checkSettings(settings: readonly MethodSetting[], validationItems: number): void {
  if (settings.length === 0) throw new EmptyInputError({ what: 'Settings to choose from' });
  if (validationItems === 0 && settings.length > 1) {
    throw new InvalidArgumentError({
      argument: 'validationItems',
      given: 0,
      expected: `at least 1, to choose among ${settings.length} settings`,
    });
  }
}

/** Records as lines of the log. */
export function answerLines(
  phase: AnswerLine['phase'],
  condition: string,
  items: readonly TestItem[],
  records: readonly AnswerRecord[],
): AnswerLine[] {
  return records.map((record, index) => {
    const { prompt, question } = items[index]!;
    return { phase, condition, prompt, question, ...record };
  });
}
