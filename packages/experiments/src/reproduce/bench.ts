/**
 * What an experiment is designed with: models, tasks and sizes of this run, and the cells that experiments share.
 *
 * @module
 */
import type { ModelIdentity, ToxicityScorer } from '@austeer/core';
import type { Task } from '@austeer/pairs';
import type { MethodSetting, SteeringMethod } from '@austeer/steering';
import { type AnswersResult, chosenCell, steeredCell, vanillaCell } from '../cells/answers.ts';
import type { Cell } from '../cells/cell.ts';
import type { ItemsInput, ModelInput, PairsInput } from '../cells/cell-context.ts';
import { type PlanResult, planCell } from '../cells/plan.ts';
import { itemsInput, pairsInput } from '../cells/task-data.ts';
import { verdictOf } from '../judged-answers.ts';
import { methodEntry } from '../methods.ts';
import type { SelectionCriterion } from '../select-cell.ts';

/** How much data is used. */
export interface Sizes {
  /** Contrastive pairs of a task. */
  readonly pairs: number;
  /** Items on which settings are chosen, and items tested; of tasks that generate text fewer may do. */
  readonly label: { readonly validation: number; readonly test: number };
  readonly text: { readonly validation: number; readonly test: number };
  /** Most new tokens of an answer. @default the task’s own limit */
  readonly newTokens?: number | undefined;
}

/**
 * The paper's sizes, with the validation of its Table 7.
 *
 * @example
 * ```ts
 * FULL_SIZES.pairs; // 1000
 * ```
 */
export const FULL_SIZES: Sizes = {
  pairs: 1000,
  label: { validation: 100, test: Number.MAX_SAFE_INTEGER },
  text: { validation: 100, test: Number.MAX_SAFE_INTEGER },
};

/**
 * Small enough for every experiment to run on a small machine.
 *
 * @example
 * ```ts
 * QUICK_SIZES.pairs < FULL_SIZES.pairs; // true
 * ```
 */
export const QUICK_SIZES: Sizes = {
  pairs: 24,
  label: { validation: 8, test: 30 },
  text: { validation: 3, test: 8 },
  newTokens: 64,
};

/** A model of this run. */
export interface BenchModel {
  /** As the user named it. */
  readonly name: string;
  readonly input: ModelInput;
  readonly identity: ModelIdentity;
  readonly headSize?: number | undefined;
}

/** Where wrong answers come from. */
export type Negatives = NonNullable<PairsInput['negatives']>;

/** A task's data. */
export interface BenchData {
  readonly task: Task;
  readonly pairs: PairsInput;
  readonly validation: ItemsInput;
  readonly test: ItemsInput;
  readonly missing?: undefined;
}

/** A task's data, or why there are none. */
export type BenchTask = BenchData | { readonly missing: string };

/** A method on a task: its settings on validation items, and the best of them on test items. */
export interface Sweep {
  readonly settings: readonly MethodSetting[];
  readonly plans: readonly Cell<PlanResult>[];
  readonly candidates: readonly Cell<AnswersResult>[];
  readonly chosen: Cell<AnswersResult>;
}

/** Options of {@link createBench}. */
export interface BenchOptions {
  readonly models: readonly BenchModel[];
  /** Reads a task whole. A task whose data are not there throws, and is missing from the figures. */
  readonly loadTask: (name: string, negatives: Negatives) => Promise<Task>;
  /** @default false */
  readonly quick?: boolean | undefined;
  /** @default by `quick` */
  readonly sizes?: Sizes | undefined;
  /** What detoxification is scored by; the context of the cells is given the same. @default none */
  readonly toxicity?: Pick<ToxicityScorer, 'name' | 'version'> | undefined;
  /** Name of the judge that compares responses; the context of the cells is given the judge itself. @default none */
  readonly judge?: string | undefined;
  /** @default 'accuracy', as the paper */
  readonly criterion?: SelectionCriterion | undefined;
  /** @default 0 */
  readonly seed?: number | undefined;
  /** Command line that makes an experiment. */
  readonly command: (id: string) => string;
}

/** See the module. */
export interface Bench {
  readonly models: readonly BenchModel[];
  /** The first one, on which everything but Tables 4 and 10 runs. */
  readonly model: BenchModel;
  readonly quick: boolean;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly criterion: SelectionCriterion;
  command(id: string): string;
  /**
   * A task's data.
   *
   * @param options.negatives where wrong answers come from. @default 'task'
   * @param options.answered whether its items will be answered: then whoever judges them must be there. @default true
   */
  data(name: string, options?: { negatives?: Negatives; answered?: boolean }): Promise<BenchTask>;
  /** Other items of a task than `data` gives. */
  items(task: Task, options: Omit<ItemsInput, 'task' | 'sha256'>): ItemsInput;
  /** Settings of a method that are tried in this run. */
  settings(method: string): readonly MethodSetting[];
  vanilla(model: BenchModel, items: ItemsInput): Cell<AnswersResult>;
  plan(options: {
    model?: BenchModel;
    pairs: PairsInput;
    method: string;
    setting: Omit<MethodSetting, 'strength'>;
    seed?: number;
  }): Cell<PlanResult>;
  steered(options: {
    model?: BenchModel;
    items: ItemsInput;
    method: string;
    setting: MethodSetting;
    plan: Cell<PlanResult>;
  }): Cell<AnswersResult>;
  sweep(options: {
    model?: BenchModel;
    data: BenchData;
    method: string;
    settings?: readonly MethodSetting[];
    seed?: number;
  }): Sweep;
}

/**
 * Makes a bench. Tasks are read once.
 *
 * @example
 * ```ts
 * import type { BenchOptions } from '@austeer/experiments';
 * declare const options: BenchOptions;
 * const bench = createBench(options);
 * const boolq = await bench.data('boolq');
 * ```
 */
export function createBench(options: BenchOptions): Bench {
  const {
    models,
    loadTask,
    quick = false,
    criterion = 'accuracy',
    seed = 0,
    toxicity,
    judge,
    command,
  } = options;
  const sizes = options.sizes ?? (quick ? QUICK_SIZES : FULL_SIZES);
  const [first] = models;
  const tasks = new Map<string, Promise<Task>>();

  const bench: Bench = {
    models,
    model: first!,
    quick,
    sizes,
    seed,
    criterion,
    command,
    async data(name, { negatives = 'task', answered = true } = {}) {
      const key = `${name} ${negatives}`;
      const known = tasks.get(key) ?? Promise.resolve().then(() => loadTask(name, negatives));
      tasks.set(key, known);
      try {
        return dataOf(await known, { sizes, seed, negatives, toxicity, judge, answered });
      } catch (error) {
        return { missing: error instanceof Error ? error.message : String(error) };
      }
    },
    items: (task, { part, validation, count, seed: own }) =>
      itemsInput(task, { part, validation, count, seed: own }),
    settings(method) {
      const entry = methodEntry(method);
      const { budgetOf, grid } = entry.create();
      const most = mostBudget(bench.model, budgetOf);
      return (quick ? entry.quick : grid).filter(({ budget = 0 }) => budget <= most);
    },
    vanilla: ({ input }, items) => vanillaCell({ model: input, items }),
    plan({ model = bench.model, pairs, method, setting, seed: own = seed }) {
      return planCell({ model: model.input, pairs, method, seed: own, setting });
    },
    steered({ model = bench.model, items, method, setting, plan }) {
      return steeredCell({ model: model.input, items, condition: method, setting }, plan);
    },
    sweep({ model = bench.model, data, method, settings = bench.settings(method), seed: own = seed }) {
      const plans = new Map<string, Cell<PlanResult>>();
      const candidates = settings.map((setting) => {
        const { strength: _, ...place } = setting;
        const plan = bench.plan({ model, pairs: data.pairs, method, setting: place, seed: own });
        plans.set(plan.hash, plan);
        return bench.steered({ model, items: data.validation, method, setting, plan });
      });
      const inputs = { model: model.input, items: data.test, condition: method, criterion };
      return { settings, plans: [...plans.values()], candidates, chosen: chosenCell(inputs, candidates) };
    },
  };
  return bench;
}

/** A model has only so many heads or layers. */
function mostBudget(
  { identity: { layers, widths }, headSize }: BenchModel,
  budgetOf: SteeringMethod['budgetOf'],
): number {
  if (budgetOf === 'layers') return layers;
  if (budgetOf === 'heads' && headSize !== undefined) return (layers * (widths.attention ?? 0)) / headSize;
  return Number.POSITIVE_INFINITY;
}

function dataOf(
  task: Task,
  options: Pick<BenchOptions, 'toxicity' | 'judge'> & {
    readonly sizes: Sizes;
    readonly seed: number;
    readonly negatives: Negatives;
    readonly answered: boolean;
  },
): BenchTask {
  const { sizes, seed, negatives, toxicity, judge, answered } = options;
  const verdict = verdictOf(task);
  const who = { scorer: toxicity && `${toxicity.name} ${toxicity.version}`, judge };
  if (answered && verdict !== undefined && who[verdict] === undefined) {
    const needed = { scorer: 'a toxicity scorer', judge: 'a judge' }[verdict];
    return { missing: `${task.name}: its answers need ${needed}, and none was given.` };
  }
  const { validation, test } = task.answerKind === 'label' ? sizes.label : sizes.text;
  const { newTokens = task.maxNewTokens } = sizes;
  const items = (part: ItemsInput['part'], count: number) =>
    itemsInput(task, {
      part,
      validation,
      count,
      seed,
      ...(verdict !== undefined && { verdict: who[verdict] }),
      // Cells of tasks that the limit does not touch stay what they are.
      ...(newTokens < task.maxNewTokens && { newTokens }),
    });
  return {
    task,
    // Where rows tell their wrong answers, both recipes give the same pairs.
    pairs: pairsInput(task, {
      count: sizes.pairs,
      negatives: task.answerKind === 'number' ? negatives : 'task',
    }),
    validation: items('validation', validation),
    test: items('test', test),
  };
}
