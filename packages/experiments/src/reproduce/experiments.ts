/**
 * The experiments by their ids.
 *
 * @module
 */
import { UnknownNameError } from '@austeer/core';
import type { Experiment } from './experiment.ts';
import { appendixH } from './experiments/appendix-h.ts';
import { table8, table9 } from './experiments/best-settings.ts';
import { figure3, figure4 } from './experiments/convergence.ts';
import { figure2, figure6, figure7, figure8 } from './experiments/dimension-sweeps.ts';
import { figure10 } from './experiments/fig10.ts';
import { figure11 } from './experiments/fig11.ts';
import { figure12 } from './experiments/fig12.ts';
import { figure13 } from './experiments/fig13.ts';
import { table4, table10 } from './experiments/more-models.ts';
import { table1 } from './experiments/table1.ts';
import { table2 } from './experiments/table2.ts';
import { table3 } from './experiments/table3.ts';
import { table5 } from './experiments/table5.ts';
import { table6 } from './experiments/table6.ts';
import { table7 } from './experiments/table7.ts';
import { table11 } from './experiments/table11.ts';
import { table12 } from './experiments/table12.ts';
import { table13 } from './experiments/table13.ts';

/**
 * Every experiment, in the paper's order.
 *
 * @example
 * ```ts
 * EXPERIMENTS.map(({ id }) => id).includes('table1'); // true
 * ```
 */
export const EXPERIMENTS: readonly Experiment[] = Object.freeze([
  table1,
  table2,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
  table9,
  table10,
  table11,
  table12,
  table13,
  figure2,
  figure3,
  figure4,
  figure6,
  figure7,
  figure8,
  figure10,
  figure11,
  figure12,
  figure13,
  appendixH,
]);

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
