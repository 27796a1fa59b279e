/**
 * What cells are computed with, from the flags of `reproduce` and `worker`.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';
import { type CellContextOptions, type CellStore, methodEntry, type Negatives } from '@austeer/experiments';
import type { Task } from '@austeer/pairs';
import type { OpenModels } from './load-models.ts';
import { loadTaskFor } from './load-task.ts';

/** The general recipe for pairs compares answers by a sentence encoder. */
class MissingEncoderError extends AusteerError {
  constructor() {
    super(
      'MISSING_ENCODER',
      'Pairs by the general recipe need a sentence encoder, which this version has not.',
    );
  }
}

/** Flags that say where data come from. */
export interface DataFlags {
  readonly data?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
}

/** Reads tasks of an experiment. */
export function taskLoader({ data, seed }: DataFlags): (name: string, negatives: Negatives) => Promise<Task> {
  return async (name, negatives) => {
    if (negatives === 'hard-negatives') throw new MissingEncoderError();
    return loadTaskFor(undefined, name, { data, seed });
  };
}

/** Options of `createCellContext`. */
export function contextOptions(options: {
  flags: DataFlags;
  store: CellStore;
  models: OpenModels;
}): CellContextOptions {
  const { flags, store, models } = options;
  return {
    store,
    models: models.sources,
    loadTask: taskLoader(flags),
    createMethod: (name) => methodEntry(name).create(),
    batchSize: flags.batchSize,
  };
}
