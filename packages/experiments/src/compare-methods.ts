/**
 * Methods side by side on one task: each fitted on the same pairs, its setting chosen on the same validation items,
 * tested once on the same test items.
 *
 * @module
 */
import { countActs } from '@austeer/baselines';
import {
  AusteerError,
  EmptyInputError,
  InvalidArgumentError,
  type LanguageModel,
  type ModelCallOptions,
  type PositionRule,
} from '@austeer/core';
import {
  type AnswerComparison,
  type AnswerRecord,
  type AnswerSummary,
  compareAnswers,
  summarizeAnswers,
  type ToxicitySummary,
  type WinRateSummary,
} from '@austeer/evaluators';
import { splitItems, type Task, type TestItem } from '@austeer/pairs';
import { type MethodSetting, planToSafetensors, type SteeringMethod } from '@austeer/steering';
import type { Condition } from './answer-items.ts';
import {
  answerLines,
  checkSettings,
  conditionOf,
  fitOnTask,
  type SelectionOptions,
  selectSetting,
  usualValidation,
} from './fit-on-task.ts';
import { type AnswerJudges, checkJudges, judgeAnswers, verdictOf, writeAnswers } from './judged-answers.ts';
import { type AnswerLine, describeTask, type RunHeader, type SelectionLog } from './run-log.ts';
import type { EvaluatedCell, SelectionCriterion, SteeringCell } from './select-cell.ts';
import { summarizeVerdicts, type ToxicityVerdicts } from './verdict-summary.ts';

/** A method and the settings that it may choose among. */
export interface ComparedMethod {
  readonly method: SteeringMethod;
  /** @default the method's grid */
  readonly settings?: readonly MethodSetting[] | undefined;
}

/** Options of {@link compareMethods}. */
export interface CompareMethodsOptions extends ModelCallOptions, SelectionOptions, AnswerJudges {
  readonly model: LanguageModel;
  readonly task: Task;
  readonly methods: readonly ComparedMethod[];
  /** Name of the method that the others are tested against beside vanilla. @default 'austeer' */
  readonly reference?: string | undefined;
  /** Most test items. @default all */
  readonly testItems?: number | undefined;
  /** @default 0 */
  readonly seed?: number | undefined;
  readonly tool: RunHeader['tool'];
  readonly precision: string;
  readonly onEvent?: ((event: ComparisonEvent) => void) | undefined;
}

/** What happens in a comparison. */
export type ComparisonEvent =
  | { readonly kind: 'fitting' | 'testing'; readonly method: string }
  | { readonly kind: 'refused'; readonly method: string; readonly reason: string }
  | {
      readonly kind: 'cell';
      readonly method: string;
      readonly cell: EvaluatedCell;
      readonly done: number;
      readonly total: number;
    };

/** One method of a comparison. Numbers are absent where it could not be fitted. */
export interface MethodResult {
  readonly method: string;
  /** Why it could not be fitted or steered. */
  readonly refused?: string | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  readonly setting?: SteeringCell | undefined;
  readonly selection?: SelectionLog | undefined;
  /** Activations that its plan changes at a steered token: #Acts of the paper's Table 1. */
  readonly acts?: number | undefined;
  readonly positions?: PositionRule | undefined;
  readonly summary?: AnswerSummary | undefined;
  /** This method minus vanilla. */
  readonly againstVanilla?: AnswerComparison | undefined;
  /** This method minus the reference; absent for the reference itself. */
  readonly againstReference?: AnswerComparison | undefined;
  /** Tasks that a toxicity scorer reads. */
  readonly toxicity?: Pick<ToxicityVerdicts, 'steered' | 'comparison'> | undefined;
  /** Tasks that a judge decides: this method against vanilla, in place of `againstVanilla`. */
  readonly winRate?: WinRateSummary | undefined;
  readonly seconds?: MethodSeconds | undefined;
}

/** Wall-clock times. */
export interface MethodSeconds {
  /** Of the fit, once. */
  readonly fit: number;
  /** Of choosing the setting, once. */
  readonly select: number;
  /** Of a test item, alone in its condition, reading the prompt for it included. */
  readonly item: number;
}

/** `comparison.json`. */
export interface ComparisonHeader
  extends Omit<RunHeader, 'format' | 'localization' | 'selection' | 'plan' | 'test' | 'method'> {
  readonly format: 'austeer-comparison';
  readonly criterion: SelectionCriterion;
  readonly reference: string;
  readonly vanilla: {
    readonly summary: AnswerSummary;
    /** Tasks that a toxicity scorer reads. */
    readonly toxicity?: ToxicitySummary | undefined;
    readonly secondsPerItem: number;
  };
  readonly methods: readonly MethodResult[];
}

/** Everything that a comparison leaves behind; `writeRunLog` writes it. */
export interface ComparisonLog {
  readonly header: ComparisonHeader;
  readonly answers: readonly AnswerLine[];
  /** `iti-probe.plan.safetensors` and so on. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Compares methods. A method that refuses the pairs, the model or a setting has its reason in the result, and the
 * others go on. Times are of this machine at this hour: compare them within one comparison only.
 *
 * @throws EmptyInputError without methods, pairs or test items.
 * @throws InvalidArgumentError when the validation items use up all items, a grid meets none, or two methods have one
 *   name; and without the scorer or judge that the task needs.
 *
 * @example
 * ```ts
 * import { createAusteerMethod, createItiMethod } from '@austeer/baselines';
 * import type { Task } from '@austeer/pairs';
 * declare const model: LanguageModel;
 * declare const task: Task;
 * const { header } = await compareMethods({
 *   model,
 *   task,
 *   methods: [
 *     { method: createAusteerMethod(), settings: [{ site: 'ffn', budget: 16, strength: 5 }] },
 *     { method: createItiMethod(), settings: [{ budget: 8, strength: 15 }] },
 *   ],
 *   tool: { name: 'mine', version: '1' },
 *   precision: 'fp32',
 * });
 * header.methods.map(({ acts }) => acts);
 * ```
 */
export async function compareMethods(options: CompareMethodsOptions): Promise<ComparisonLog> {
  const { model, task, methods, reference = 'austeer', testItems, seed = 0, tool, precision } = options;
  const { criterion = 'accuracy', validationItems = usualValidation(task.items.length) } = options;
  const started = new Date();
  checkMethods(methods);
  checkJudges(task, options);
  if (task.pairs.length === 0) throw new EmptyInputError({ what: `Pairs of ${task.name}` });
  if (task.items.length === 0) throw new EmptyInputError({ what: `Test items of ${task.name}` });
  const { validation, test } = splitItems(task.items, {
    validation: validationItems,
    seed,
    limit: testItems,
  });
  for (const { method, settings = method.grid } of methods) checkSettings(settings, validation.length);

  const plain = await answerTimed(options, test, { condition: undefined });
  const judges = { toxicity: options.toxicity, judge: options.judge };
  const verdicts = (steered?: readonly AnswerRecord[]) =>
    summarizeVerdicts({ task, vanilla: plain.records, steered, judges, seed });
  const toxicity = verdicts().toxicity?.vanilla;
  const answers = answerLines('test', 'vanilla', test, plain.records);
  const files: Record<string, Uint8Array> = {};
  const tested: { result: MethodResult; records?: readonly AnswerRecord[] }[] = [];
  for (const compared of methods) {
    const { name } = compared.method;
    try {
      const found = await runMethod(options, compared, { validation, test, own: plain.written });
      tested.push({ result: found.result, records: found.records });
      answers.push(...found.answers);
      files[`${name.replaceAll(/[^\w-]+/g, '-')}.plan.safetensors`] = found.plan;
    } catch (error) {
      if (!AusteerError.isInstance(error)) throw error;
      options.onEvent?.({ kind: 'refused', method: name, reason: error.message });
      tested.push({ result: { method: name, refused: error.message } });
    }
  }
  const referenceRecords = tested.find(({ result }) => result.method === reference)?.records;
  const header: ComparisonHeader = {
    format: 'austeer-comparison',
    version: 1,
    tool,
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    seed,
    model: { ...model.identity, precision },
    task: describeTask(task, { validation, test }),
    criterion,
    reference,
    vanilla: {
      summary: summarizeAnswers(plain.records, { seed }),
      ...(toxicity && { toxicity }),
      secondsPerItem: plain.secondsPerItem,
    },
    methods: tested.map(({ result, records }) => ({
      ...result,
      ...(records &&
        (verdictOf(task) === 'judge'
          ? verdicts(records)
          : {
              againstVanilla: compareAnswers(plain.records, records, { seed }),
              ...withoutVanilla(verdicts(records).toxicity),
            })),
      ...(records &&
        referenceRecords &&
        records !== referenceRecords && {
          againstReference: compareAnswers(referenceRecords, records, { seed }),
        }),
    })),
  };
  return { header, answers, files };
}

async function runMethod(
  options: CompareMethodsOptions,
  { method, settings = method.grid }: ComparedMethod,
  items: {
    validation: readonly TestItem[];
    test: readonly TestItem[];
    own: readonly AnswerRecord[];
  },
) {
  const { validation, test, own } = items;
  const { model, task, criterion, join, cut, seed = 0, batchSize, signal, onProgress, onEvent } = options;
  const call = { batchSize, signal, onProgress };
  const { name } = method;
  onEvent?.({ kind: 'fitting', method: name });
  const { fitted, seconds: fit } = await fitOnTask({ ...call, model, task, method, seed, join, cut });
  const started = performance.now();
  const { setting, selection, answers } = await selectSetting({
    ...call,
    model,
    task,
    fitted,
    settings,
    validation,
    criterion,
    seed,
    toxicity: options.toxicity,
    judge: options.judge,
    onCell: (cell, done) => onEvent?.({ kind: 'cell', method: name, cell, done, total: settings.length }),
  });
  const select = (performance.now() - started) / 1000;
  const plan = fitted.plan(setting);
  onEvent?.({ kind: 'testing', method: name });
  const condition = conditionOf(fitted, setting, model);
  const { records, secondsPerItem } = await answerTimed(options, test, { condition, own });
  const result: MethodResult = {
    method: name,
    facts: fitted.facts,
    setting: selection.chosen,
    selection,
    acts: countActs(plan),
    positions: plan.positions,
    summary: summarizeAnswers(records, { seed }),
    seconds: { fit, select, item: secondsPerItem },
  };
  return {
    result,
    records,
    plan: planToSafetensors(plan),
    answers: [
      ...answers.map((line) => ({ ...line, condition: `${name}: ${line.condition}` })),
      ...answerLines('test', name, test, records),
    ],
  };
}

/**
 * The answers of one condition alone, and what an item took; verdicts of others take no time of it. The first item runs
 * once before, to load the session.
 */
async function answerTimed(
  { model, task, batchSize, signal, onProgress, toxicity, judge }: CompareMethodsOptions,
  items: readonly TestItem[],
  { condition, own }: { condition: Condition; own?: readonly AnswerRecord[] },
): Promise<{ written: AnswerRecord[]; records: AnswerRecord[]; secondsPerItem: number }> {
  const call = { batchSize, signal, onProgress };
  const run = (some: readonly TestItem[]): Promise<AnswerRecord[][]> =>
    writeAnswers({ model, task, items: some, conditions: [condition], ...call });
  await run(items.slice(0, 1));
  const started = performance.now();
  const [written] = await run(items);
  const secondsPerItem = (performance.now() - started) / 1000 / items.length;
  const judging = { task, items, toxicity, judge, own: own ?? written, ...call };
  return { written: written!, records: await judgeAnswers(written!, judging), secondsPerItem };
}

function withoutVanilla(verdicts: ToxicityVerdicts | undefined): Pick<MethodResult, 'toxicity'> {
  if (verdicts === undefined) return {};
  const { vanilla: _, ...toxicity } = verdicts;
  return { toxicity };
}

function checkMethods(methods: readonly ComparedMethod[]): void {
  if (methods.length === 0) throw new EmptyInputError({ what: 'Methods to compare' });
  const names = methods.map(({ method }) => method.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new InvalidArgumentError({
    argument: 'methods',
    given: twice,
    expected: 'methods of different names',
    advice: 'Give one of them another name: { ...method, name }',
  });
}
