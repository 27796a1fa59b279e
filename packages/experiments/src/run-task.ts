/**
 * The main job as one call: pairs → a method fitted → a setting chosen on validation items → one test, vanilla beside
 * steered.
 *
 * @module
 */
import { createAusteerMethod, type FittedUnits, type UnitRules } from '@austeer/baselines';
import {
  EmptyInputError,
  InvalidArgumentError,
  type LanguageModel,
  type ModelCallOptions,
  type Site,
} from '@austeer/core';
import {
  type AnswerComparison,
  type AnswerSummary,
  compareAnswers,
  summarizeAnswers,
} from '@austeer/evaluators';
import { labelShare, needsGradients, rankPairs, tiesAtCut } from '@austeer/localize';
import { type EncodeReport, splitItems, type Task, type TestItem } from '@austeer/pairs';
import {
  compilePlan,
  describePlan,
  type FittedMethod,
  type MethodSetting,
  planToSafetensors,
  type SteeringMethod,
  type SteeringPlan,
} from '@austeer/steering';
import type { Condition } from './answer-items.ts';
import {
  answerLines,
  checkSettings,
  conditionOf,
  fitOnTask,
  type SelectedSetting,
  type SelectionOptions,
  selectSetting,
  usualValidation,
} from './fit-on-task.ts';
import { type AnswerJudges, answerAndJudge, checkJudges, verdictOf } from './judged-answers.ts';
import { describeTask, type LocalizationLog, type RunHeader, type RunLog } from './run-log.ts';
import { type EvaluatedCell, gridCells, settingOf } from './select-cell.ts';
import { summarizeVerdicts } from './verdict-summary.ts';

/** How AUSteer is fitted. */
export interface FitOptions extends SelectionOptions, Omit<UnitRules, 'grid'> {
  /** Budgets k. @default [16, 64] */
  readonly budgets?: readonly number[] | undefined;
  /** Strengths α. @default [5, 20]; [0.05, 0.25, 1] for causal rankings, whose gains are ± α */
  readonly strengths?: readonly number[] | undefined;
}

/** How any method is fitted. */
export interface UseOptions extends SelectionOptions {
  readonly use: SteeringMethod;
  /** Settings to choose among. @default the method's grid */
  readonly settings?: readonly MethodSetting[] | undefined;
}

/** Options of {@link runTask}. */
export interface RunTaskOptions extends ModelCallOptions, AnswerJudges {
  readonly model: LanguageModel;
  readonly task: Task;
  /**
   * What is tested beside vanilla: AUSteer or any other method fitted on the task's pairs, a given plan, or nothing.
   * @default { fit: {} }
   */
  readonly method?:
    | { readonly fit: FitOptions }
    | UseOptions
    | { readonly plan: SteeringPlan }
    | 'vanilla'
    | undefined;
  /** Most test items. @default all */
  readonly testItems?: number | undefined;
  /** Decides the split into validation and test, and the bootstrap. @default 0 */
  readonly seed?: number | undefined;
  /** Program and version for the log. */
  readonly tool: RunHeader['tool'];
  /** How the model computes, for the log. */
  readonly precision: string;
  /** Called as results come. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/** What happens in a run. */
export type RunEvent =
  | {
      readonly kind: 'fitted';
      readonly method: string;
      readonly facts: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'localized'; readonly localization: LocalizationLog }
  | { readonly kind: 'cell'; readonly cell: EvaluatedCell; readonly done: number; readonly total: number }
  | { readonly kind: 'selected'; readonly chosen: EvaluatedCell }
  | { readonly kind: 'testing'; readonly items: number };

/** What a run found. */
export interface RunResult {
  readonly log: RunLog;
  readonly plan?: SteeringPlan | undefined;
  readonly vanilla: AnswerSummary;
  readonly steered?: AnswerSummary | undefined;
  /** Absent where a judge compared both: see `log.header.test.winRate`. */
  readonly comparison?: AnswerComparison | undefined;
}

/** Units listed in the log for each site. */
const LISTED_UNITS = 100;

/**
 * Runs a task. The setting is chosen on validation items and tested once on the rest; a seed fixes everything.
 *
 * @throws EmptyInputError when the task has no pairs or no test items.
 * @throws InvalidArgumentError when the validation items use up all items; without the scorer or judge that the task needs; for
 *   a task that a judge decides, when nothing steers.
 *
 * @example
 * ```ts
 * import type { Task } from '@austeer/pairs';
 * declare const model: LanguageModel;
 * declare const task: Task;
 * const result = await runTask({ model, task, tool: { name: 'mine', version: '1' }, precision: 'fp32' });
 * result.comparison?.accuracy.pValue;
 * ```
 */
export async function runTask(options: RunTaskOptions): Promise<RunResult> {
  const { model, task, method = { fit: {} }, testItems, seed = 0, tool, precision } = options;
  checkJudges(task, options);
  if (verdictOf(task) === 'judge' && method === 'vanilla') {
    throw new InvalidArgumentError({
      argument: 'method',
      given: method,
      expected: `a method or a plan: a judge compares the responses of ${task.name} with the model’s own`,
    });
  }
  const started = new Date();
  if (task.items.length === 0) throw new EmptyInputError({ what: `Test items of ${task.name}` });
  const use = useOf(method);
  const { validation, test } = splitItems(task.items, {
    validation: use === undefined ? 0 : (use.validationItems ?? usualValidation(task.items.length)),
    seed,
    ...(testItems === undefined ? {} : { limit: testItems }),
  });

  const found = use === undefined ? undefined : await fitAndSelect(options, use, validation);
  const plan = found?.plan ?? (typeof method === 'object' && 'plan' in method ? method.plan : undefined);
  options.onEvent?.({ kind: 'testing', items: test.length });
  const steering: Condition =
    found?.condition ?? (plan && compilePlan(plan, model.identity, { tokenStrength: true }));
  const conditions = steering === undefined ? [undefined] : [undefined, steering];
  const { toxicity, judge } = options;
  const answering = { ...callOptions(options), model, task, items: test, conditions, toxicity, judge };
  const answered = await answerAndJudge(answering);
  const [vanillaRecords, steeredRecords] = [answered[0]!, answered[1]];
  const verdicts = summarizeVerdicts({
    task,
    vanilla: vanillaRecords,
    steered: steeredRecords,
    judges: { toxicity, judge },
    seed,
  });
  const vanilla = summarizeAnswers(vanillaRecords, { seed });
  // Where a judge could say nothing of any pair, `winRate` counts why.
  const steered = steeredRecords?.some(({ correct }) => correct !== undefined)
    ? summarizeAnswers(steeredRecords, { seed })
    : undefined;
  // Vanilla has no wins of its own to compare with.
  const comparison =
    steeredRecords && verdicts.winRate === undefined
      ? compareAnswers(vanillaRecords, steeredRecords, { seed })
      : undefined;

  const header: RunHeader = {
    format: 'austeer-run',
    version: 1,
    tool,
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    seed,
    model: { ...model.identity, precision },
    task: describeTask(task, { validation, test }),
    ...(found && { method: { name: found.fitted.name, facts: found.fitted.facts } }),
    ...(found?.localization && { localization: found.localization }),
    ...(found && { selection: found.selection }),
    ...(plan && { plan: describePlan(plan) }),
    test: { vanilla, ...(steered && { steered }), ...(comparison && { comparison }), ...verdicts },
  };
  const log: RunLog = {
    header,
    answers: [
      ...(found?.answers ?? []),
      ...answerLines('test', 'vanilla', test, vanillaRecords),
      ...(steeredRecords === undefined ? [] : answerLines('test', 'steered', test, steeredRecords)),
    ],
    files: {
      ...found?.fitted.files?.(),
      ...(plan && { 'plan.safetensors': planToSafetensors(plan) }),
    },
  };
  return {
    log,
    ...(plan && { plan }),
    vanilla,
    ...(steered && { steered }),
    ...(comparison && { comparison }),
  };
}

interface Found extends SelectedSetting {
  readonly fitted: FittedMethod;
  readonly localization: LocalizationLog | undefined;
  readonly plan: SteeringPlan;
  readonly condition: Condition;
}

type FilledUse = UseOptions & { readonly settings: readonly MethodSetting[] };

/** The method of the options; `undefined` where nothing is fitted. */
function useOf(method: NonNullable<RunTaskOptions['method']>): FilledUse | undefined {
  if (typeof method === 'string' || 'plan' in method) return undefined;
  if ('use' in method) return { ...method, settings: method.settings ?? method.use.grid };
  const { sites = ['attention', 'ffn'], budgets = [16, 64], ranking = 'momentum' } = method.fit;
  const { strengths = needsGradients(ranking) ? [0.05, 0.25, 1] : [5, 20] } = method.fit;
  const settings = gridCells({ sites, budgets, strengths }).map(settingOf);
  return { ...method.fit, use: createAusteerMethod({ ...method.fit, sites }), settings };
}

async function fitAndSelect(
  options: RunTaskOptions,
  use: FilledUse,
  validation: readonly TestItem[],
): Promise<Found> {
  const { model, task, seed, onEvent } = options;
  const { use: method, settings, criterion, join, cut } = use;
  checkSettings(settings, validation.length);
  const call = callOptions(options);
  const { fitted, report } = await fitOnTask({ ...call, model, task, method, seed, join, cut });
  const localization = hasUnits(fitted) ? describeUnits(fitted, report, use) : undefined;
  if (localization === undefined) onEvent?.({ kind: 'fitted', method: fitted.name, facts: fitted.facts });
  else onEvent?.({ kind: 'localized', localization });
  const total = settings.length;
  const selected = await selectSetting({
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
    onCell: (cell, done) => onEvent?.({ kind: 'cell', cell, done, total }),
  });
  if (selected.chosen !== undefined) onEvent?.({ kind: 'selected', chosen: selected.chosen });
  const { setting } = selected;
  return {
    ...selected,
    fitted,
    localization,
    plan: fitted.plan(setting),
    condition: conditionOf(fitted, setting, model),
  };
}

function hasUnits(fitted: FittedMethod): fitted is FittedUnits {
  return 'statistics' in fitted;
}

function describeUnits(fitted: FittedUnits, report: EncodeReport, use: FilledUse): LocalizationLog {
  const { statistics, rules } = fitted;
  const { counts, byLabel } = statistics;
  const { ranking, ties, mode } = rules;
  const budget = Math.max(1, ...use.settings.map((setting) => Math.floor(setting.budget ?? 1)));
  const listed = rules.sites.map((site: Site) => [
    site,
    {
      top: rankPairs(statistics, { ranking, ties, mode, sites: [site], top: LISTED_UNITS }),
      ties: tiesAtCut(counts, { k: budget, sites: [site] }),
      ...(Object.keys(byLabel).length > 1 && {
        labelShare: labelShare(statistics, { k: budget, sites: [site] }),
      }),
    },
  ]);
  return {
    pairs: counts.pairs,
    ranking,
    tieOrder: ties,
    mode,
    join: use.join ?? 'text',
    pairsJoinedDifferently: report.joinedDifferently.length,
    pairsTruncated: report.truncated.length,
    pairsThatLostTheirAnswer: report.answerLost.length,
    pairsIdentical: report.identical.length,
    sites: Object.fromEntries(listed),
  };
}

function callOptions({ batchSize, signal, onProgress }: RunTaskOptions): ModelCallOptions {
  return { batchSize, signal, onProgress };
}
