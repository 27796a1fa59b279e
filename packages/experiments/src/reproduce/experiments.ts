/**
 * The experiments by their ids.
 *
 * @module
 */
import { UnknownNameError } from '@austeer/core';
import type { Experiment } from './experiment.ts';
import { table1 } from './experiments/table1.ts';

/**
 * Every experiment, in the paper's order.
 *
 * @example
 * ```ts
 * EXPERIMENTS.map(({ id }) => id).includes('table1'); // true
 * ```
 */
export const EXPERIMENTS: readonly Experiment[] = Object.freeze([table1]);

/**
 * An experiment by its id.
 *
 * @throws UnknownNameError
 *
 * @example
 * ```ts
 * experimentById('table1').title;
 * ```
 */
export function experimentById(id: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.id.toLowerCase() === id.toLowerCase());
  if (found !== undefined) return found;
  throw new UnknownNameError({
    kind: 'experiment',
    given: id,
    known: ['all', ...EXPERIMENTS.map((experiment) => experiment.id)],
  });
}
