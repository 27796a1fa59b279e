/**
 * What cells are computed with, from the flags of `reproduce`, `experiment` and `worker`.
 *
 * @module
 */
import { createLocalToxicityScorer } from '@austeer/evaluators';
import { type CellContextOptions, type CellStore, methodEntry, type Negatives } from '@austeer/experiments';
import type { Task } from '@austeer/pairs';
import type { AusteerContext } from './context.ts';
import type { OpenModels } from './load-models.ts';
import { type EncoderFlags, withTaskNegatives } from './load-negatives.ts';
import { hubAccess, loadTaskFor } from './load-task.ts';

/** Flags that say where data come from. */
export interface DataFlags extends Omit<EncoderFlags, 'encoder'> {
  readonly data?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
}

/** What detoxification is scored by: offline, and the same on every machine. */
export const EXPERIMENT_SCORER = createLocalToxicityScorer();

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
    batchSize: flags.batchSize,
  };
}
