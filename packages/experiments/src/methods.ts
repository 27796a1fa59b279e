/**
 * Steering methods by the names that experiments use, each with the settings that are tried.
 *
 * @module
 */
import { createAusteerMethod } from '@austeer/baselines';
import { UnknownNameError } from '@austeer/core';
import type { MethodSetting, SteeringMethod } from '@austeer/steering';

/** A method of experiments. */
export interface MethodEntry {
  /** As tables name it. */
  readonly label: string;
  create(): SteeringMethod;
  /** A few settings that span the method's own grid, for quick runs. */
  readonly quick: readonly MethodSetting[];
}

const cross = (budgets: readonly number[], strengths: readonly number[]): MethodSetting[] =>
  budgets.flatMap((budget) => strengths.map((strength) => ({ budget, strength })));

const METHODS: Readonly<Record<string, MethodEntry>> = {
  'austeer-head': {
    label: 'AUSteer-Head',
    create: () => createAusteerMethod({ sites: ['attention'] }),
    quick: cross([16, 64], [5, 20]),
  },
  'austeer-ffn': {
    label: 'AUSteer-FFN',
    create: () => createAusteerMethod({ sites: ['ffn'] }),
    quick: cross([4, 16], [2, 8]),
  },
};

/**
 * Names that {@link methodEntry} knows.
 *
 * @example
 * ```ts
 * METHOD_NAMES.includes('austeer-ffn'); // true
 * ```
 */
export const METHOD_NAMES: readonly string[] = Object.freeze(Object.keys(METHODS));

/**
 * A method by its name.
 *
 * @throws UnknownNameError
 *
 * @example
 * ```ts
 * methodEntry('austeer-ffn').label; // 'AUSteer-FFN'
 * ```
 */
export function methodEntry(name: string): MethodEntry {
  const entry = METHODS[name];
  if (entry === undefined) throw new UnknownNameError({ kind: 'method', given: name, known: METHOD_NAMES });
  return entry;
}
