/**
 * The main job as one call: pairs → capture → counts → ranking → a setting chosen on validation items → one test,
 * vanilla beside steered.
 *
 * @module
 */
import {
  EmptyInputError,
  InvalidArgumentError,
  type LanguageModel,
  type ModelCallOptions,
  type Site,
} from '@austeer/core';
import {
  type AnswerComparison,
  type AnswerRecord,
  type AnswerSummary,
  compareAnswers,
  summarizeAnswers,
} from '@austeer/evaluators';
import {
  countsToSafetensors,
  labelShare,
  measurePairs,
  needsGradients,
  type PairStatistics,
  type RankedUnit,
  type Ranking,
  rankPairs,
  type ScoringMode,
  type TieOrder,
  tiesAtCut,
} from '@austeer/localize';
import { encodePairs, splitItems, type Task, type TestItem } from '@austeer/pairs';
import {
  compilePlan,
  createPlan,
  describePlan,
  planToSafetensors,
  type SteeringPlan,
} from '@austeer/steering';
import { answerItems } from './answer-items.ts';
import { measurePairGradients } from './pair-gradients.ts';
import type { AnswerLine, LocalizationLog, RunHeader, RunLog, SelectionLog } from './run-log.ts';
import {
  type EvaluatedCell,
  gridCells,
  type SelectionCriterion,
  type SteeringCell,
  selectCell,
} from './select-cell.ts';

/** How AUSteer is fitted. */
export interface FitOptions {
  /** @default ['attention', 'ffn'] */
  readonly sites?: readonly Site[] | undefined;
  /** Budgets k. @default [16, 64] */
  readonly budgets?: readonly number[] | undefined;
  /** Strengths α. @default [5, 20]; [0.05, 0.25, 1] for causal rankings, whose gains are ± α */
  readonly strengths?: readonly number[] | undefined;
  /** Items on which the setting is chosen. @default 60 */
  readonly validationItems?: number | undefined;
  /** @default 'accuracy', as the paper */
  readonly criterion?: SelectionCriterion | undefined;
  /** What units are ordered by, see `rankPairs`. @default 'momentum', the paper's */
  readonly ranking?: Ranking | undefined;
  /** Order of units of one score. @default 'index', as released */
  readonly ties?: TieOrder | undefined;
  /** @default 'official' */
  readonly mode?: ScoringMode | undefined;
  /** How question and answer are joined, see `encodePairs`. @default 'text', as released */
  readonly join?: 'text' | 'tokens' | undefined;
  /** What a pair over 512 tokens loses, see `encodePairs`. @default 'question', which keeps the answer */
  readonly cut?: 'end' | 'question' | undefined;
}

/** Options of {@link runTask}. */
export interface RunTaskOptions extends ModelCallOptions {
  readonly model: LanguageModel;
  readonly task: Task;
  /**
   * What is tested beside vanilla: AUSteer fitted on the task's pairs, a given plan, or nothing.
   * @default { fit: {} }
   */
  readonly method?: { readonly fit: FitOptions } | { readonly plan: SteeringPlan } | 'vanilla' | undefined;
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
  readonly comparison?: AnswerComparison | undefined;
}

/** Units listed in the log for each site. */
const LISTED_UNITS = 100;

/**
 * Runs a task. The setting is chosen on validation items and tested once on the rest; a seed fixes everything.
 *
 * @throws EmptyInputError when the task has no pairs or no test items.
 * @throws InvalidArgumentError when the validation items use up all items.
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
  const started = new Date();
  if (task.items.length === 0) throw new EmptyInputError({ what: `Test items of ${task.name}` });
  const fit = typeof method === 'object' && 'fit' in method ? method.fit : undefined;
  const wantedValidation = fit === undefined ? 0 : (fit.validationItems ?? 60);
  const { validation, test } = splitItems(task.items, {
    validation: wantedValidation,
    seed,
    ...(testItems === undefined ? {} : { limit: testItems }),
  });

  const fitted = fit === undefined ? undefined : await fitAusteer(options, fit, validation);
  const plan = fitted?.plan ?? (typeof method === 'object' && 'plan' in method ? method.plan : undefined);
  options.onEvent?.({ kind: 'testing', items: test.length });
  const conditions =
    plan === undefined
      ? [undefined]
      : [undefined, compilePlan(plan, model.identity, { tokenStrength: true })];
  const answered = await answerItems({ ...callOptions(options), model, task, items: test, conditions });
  const [vanillaRecords, steeredRecords] = [answered[0]!, answered[1]];
  const vanilla = summarizeAnswers(vanillaRecords, { seed });
  const steered = steeredRecords && summarizeAnswers(steeredRecords, { seed });
  const comparison = steeredRecords && compareAnswers(vanillaRecords, steeredRecords, { seed });

  const header: RunHeader = {
    format: 'austeer-run',
    version: 1,
    tool,
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    seed,
    model: { ...model.identity, precision },
    task: {
      name: task.name,
      description: task.description,
      answerKind: task.answerKind,
      source: task.source,
      pairs: task.pairs.length,
      validationItems: validation.length,
      testItems: test.length,
    },
    ...(fitted && { localization: fitted.localization, selection: fitted.selection }),
    ...(plan && { plan: describePlan(plan) }),
    test: { vanilla, ...(steered && { steered }), ...(comparison && { comparison }) },
  };
  const log: RunLog = {
    header,
    answers: [
      ...(fitted?.answers ?? []),
      ...answerLines('test', 'vanilla', test, vanillaRecords),
      ...(steeredRecords === undefined ? [] : answerLines('test', 'steered', test, steeredRecords)),
    ],
    files: {
      ...(fitted && { 'counts.safetensors': countsFile(options, fitted.statistics) }),
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

interface Fitted {
  readonly statistics: PairStatistics;
  readonly localization: LocalizationLog;
  readonly selection: SelectionLog;
  readonly answers: readonly AnswerLine[];
  readonly plan: SteeringPlan;
}

async function fitAusteer(
  options: RunTaskOptions,
  fit: FitOptions,
  validation: readonly TestItem[],
): Promise<Fitted> {
  const { model, task, seed = 0, onEvent } = options;
  const {
    sites = ['attention', 'ffn'],
    budgets = [16, 64],
    strengths = needsGradients(fit.ranking ?? 'momentum') ? [0.05, 0.25, 1] : [5, 20],
    criterion = 'accuracy',
  } = fit;
  const cells = gridCells({ sites, budgets, strengths });
  if (validation.length === 0 && cells.length > 1) {
    throw new InvalidArgumentError({
      argument: 'validationItems',
      given: 0,
      expected: `at least 1, to choose among ${cells.length} settings`,
    });
  }
  const { statistics, localization, rankings } = await localize(options, fit, sites, Math.max(...budgets));
  onEvent?.({ kind: 'localized', localization });

  const planOf = ({ site, k, alpha }: SteeringCell): SteeringPlan =>
    createPlan({
      ranking: rankings[site]!,
      k,
      alpha,
      model: model.identity,
      provenance: {
        method: 'austeer',
        task: task.name,
        pairs: localization.pairs,
        ranking: localization.ranking,
        ties: localization.tieOrder,
        mode: localization.mode,
        seed,
      },
    });
  const evaluated: EvaluatedCell[] = [];
  const answers: AnswerLine[] = [];
  if (validation.length > 0) {
    for (const cell of cells) {
      const values = compilePlan(planOf(cell), model.identity);
      const [records] = await answerItems({
        ...callOptions(options),
        model,
        task,
        items: validation,
        conditions: [values],
      });
      const found: EvaluatedCell = { ...cell, summary: summarizeAnswers(records!, { seed }) };
      evaluated.push(found);
      answers.push(
        ...answerLines('validation', `${cell.site} k ${cell.k} α ${cell.alpha}`, validation, records!),
      );
      onEvent?.({ kind: 'cell', cell: found, done: evaluated.length, total: cells.length });
    }
  }
  const chosen = evaluated.length === 0 ? undefined : selectCell(evaluated, criterion);
  if (chosen !== undefined) onEvent?.({ kind: 'selected', chosen });
  const { site, k, alpha } = chosen ?? cells[0]!;
  return {
    statistics,
    localization,
    selection: { criterion, cells: evaluated, chosen: { site, k, alpha } },
    answers,
    plan: planOf({ site, k, alpha }),
  };
}

async function localize(
  options: RunTaskOptions,
  fit: FitOptions,
  sites: readonly Site[],
  budget: number,
): Promise<{
  statistics: PairStatistics;
  localization: LocalizationLog;
  rankings: Partial<Record<Site, readonly RankedUnit[]>>;
}> {
  const { model, task, signal, onProgress } = options;
  const { ranking = 'momentum', ties = 'index', mode = 'official', join = 'text', cut = 'question' } = fit;
  if (task.pairs.length === 0) throw new EmptyInputError({ what: `Pairs of ${task.name}` });
  if (model.tokenizer === undefined) {
    throw new InvalidArgumentError({
      argument: 'model',
      given: `${model.identity.name} without a tokenizer`,
      expected: 'a model with a tokenizer, which texts need',
    });
  }
  const { pairs, report } = encodePairs(task.pairs, model.tokenizer, { join, cut });
  const source = model.capturePairs(pairs, { sites, signal, onProgress });
  const measured = await measurePairs(source, { sites, signal });
  const gradients = needsGradients(ranking)
    ? (await measurePairGradients({ model, pairs, sites, signal, onProgress })).classes
    : undefined;
  const statistics = { ...measured, ...(gradients && { gradients }) };
  const { counts, byLabel } = statistics;
  const rankings: Partial<Record<Site, readonly RankedUnit[]>> = {};
  const listed: Record<string, LocalizationLog['sites'][string]> = {};
  for (const site of sites) {
    const top = Math.max(budget, LISTED_UNITS);
    const units = rankPairs(statistics, { ranking, ties, mode, sites: [site], top });
    rankings[site] = units;
    listed[site] = {
      top: units.slice(0, LISTED_UNITS),
      ties: tiesAtCut(counts, { k: budget, sites: [site] }),
      ...(Object.keys(byLabel).length > 1 && {
        labelShare: labelShare(statistics, { k: budget, sites: [site] }),
      }),
    };
  }
  const localization: LocalizationLog = {
    pairs: counts.pairs,
    ranking,
    tieOrder: ties,
    mode,
    join,
    pairsJoinedDifferently: report.joinedDifferently.length,
    pairsTruncated: report.truncated.length,
    pairsThatLostTheirAnswer: report.answerLost.length,
    pairsIdentical: report.identical.length,
    sites: listed,
  };
  return { statistics, localization, rankings };
}

function answerLines(
  phase: AnswerLine['phase'],
  condition: string,
  items: readonly TestItem[],
  records: readonly AnswerRecord[],
): AnswerLine[] {
  return records.map((record, index) => ({ phase, condition, prompt: items[index]!.prompt, ...record }));
}

function countsFile({ model, task, seed = 0 }: RunTaskOptions, statistics: PairStatistics): Uint8Array {
  return countsToSafetensors({ ...statistics, model: model.identity, provenance: { task: task.name, seed } });
}

function callOptions({ batchSize, signal, onProgress }: RunTaskOptions): ModelCallOptions {
  return { batchSize, signal, onProgress };
}
