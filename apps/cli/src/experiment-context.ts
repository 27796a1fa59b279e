/**
 * What cells are computed with, from the flags of `reproduce`, `experiment` and `worker`.
 *
 * @module
 */
import type { Judge } from '@austeer/core';
import { createLocalJudge, createLocalToxicityScorer, createOpenAiJudge } from '@austeer/evaluators';
import {
  type CellContextOptions,
  type CellModel,
  type CellStore,
  methodEntry,
  type Negatives,
} from '@austeer/experiments';
import type { Task } from '@austeer/pairs';
import type { AusteerContext } from './context.ts';
import { usageError } from './flags.ts';
import type { OpenModels } from './load-models.ts';
import { type EncoderFlags, withTaskNegatives } from './load-negatives.ts';
import { hubAccess, loadTaskFor } from './load-task.ts';

/** Flags that say where data come from. */
export interface DataFlags extends Omit<EncoderFlags, 'encoder'> {
  readonly data?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  /** `local`, `openai:` and the name of a model of a service, or `none`. */
  readonly judge?: string | undefined;
}

/** What detoxification is scored by: offline, and the same on every machine. */
export const EXPERIMENT_SCORER = createLocalToxicityScorer();

const SERVICE = 'openai:';
/** What says that there shall be no judge. */
export const NO_JUDGE = 'none';

/** The judge of the flags: the model itself, or a service whose key and address the environment holds. */
export function judgeOf(
  { process }: AusteerContext,
  name: string | undefined,
  address?: string,
): CellContextOptions['judge'] {
  if (name === undefined || name === NO_JUDGE) return undefined;
  if (name === 'local') {
    // A judge remembers what it knows of an instruction: one for each model.
    const judges = new WeakMap<CellModel, Judge>();
    return (model) => {
      const known = judges.get(model) ?? createLocalJudge({ model });
      judges.set(model, known);
      return known;
    };
  }
  if (!name.startsWith(SERVICE)) throw usageError('--judge', name, `local, or ${SERVICE} and a model’s name`);
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = process.env ?? {};
  const judge = createOpenAiJudge({
    model: name.slice(SERVICE.length),
    apiKey: apiKey || undefined,
    baseURL: address ?? (baseURL || undefined),
  });
  return () => judge;
}

/**
 * Reads tasks of an experiment. The general recipe for pairs (hard negatives) changes only tasks whose rows do not tell their
 * wrong answers.
 */
export function taskLoader(
  context: AusteerContext,
  flags: DataFlags,
): (name: string, negatives: Negatives) => Promise<Task> {
  const { data, seed } = flags;
  const load = (name: string, negatives?: Parameters<typeof loadTaskFor>[2]['negatives']) =>
    loadTaskFor(undefined, name, { data, seed, negatives, hub: hubAccess(context, flags) });
  return async (name, negatives) => {
    const task = await load(name);
    if (negatives === 'task' || task.answerKind !== 'number') return task;
    return withTaskNegatives(context, { ...flags, negatives: 'hard' }, (finder) => load(name, finder));
  };
}

/** Options of `createCellContext`. */
export function contextOptions(
  context: AusteerContext,
  options: { flags: DataFlags; store: CellStore; models: OpenModels },
): CellContextOptions {
  const { flags, store, models } = options;
  return {
    store,
    models: models.sources,
    loadTask: taskLoader(context, flags),
    createMethod: (name) => methodEntry(name).create(),
    toxicity: EXPERIMENT_SCORER,
    judge: judgeOf(context, flags.judge),
    batchSize: flags.batchSize,
  };
}
