/**
 * Steering methods by the names that experiments use, each with the settings that are tried.
 *
 * @module
 */
import { createMethod, type MethodOptions } from '@austeer/baselines';
import { type Site, UnknownNameError } from '@austeer/core';
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

const entry = (
  label: string,
  name: string,
  options: MethodOptions,
  quick: readonly MethodSetting[],
): MethodEntry => ({
  label,
  create: () => createMethod(name, options),
  quick:
    options.sites === undefined ? quick : quick.map((setting) => ({ ...setting, site: options.sites![0] })),
});

/** A variant of AUSteer at one site. */
const variant = (label: string, name: string, site: Site): MethodEntry =>
  entry(
    label,
    name,
    { sites: [site] },
    site === 'attention' ? cross([16, 64], [5, 20]) : cross([4, 16], [2, 8]),
  );

const METHODS: Readonly<Record<string, MethodEntry>> = {
  iti: entry('ITI', 'iti', {}, cross([8, 48], [5, 15])),
  caa: entry(
    'CAA',
    'caa',
    {},
    [0.5, 1, 2, 4].map((strength) => ({ strength })),
  ),
  sadi: entry('SADI', 'sadi', {}, cross([2, 16], [1, 4])),
  'austeer-head': variant('AUSteer-Head', 'austeer', 'attention'),
  'austeer-ffn': variant('AUSteer-FFN', 'austeer', 'ffn'),
  'random-ffn': variant('Random localization', 'austeer/random-localization', 'ffn'),
  'difference-ffn': variant('Activation difference', 'austeer/activation-difference', 'ffn'),
  'fixed-vector-ffn': variant('Fixed vector', 'austeer/fixed-vector', 'ffn'),
  'fixed-strength-ffn': variant('Fixed strength', 'austeer/fixed-strength', 'ffn'),
  'all-ffn': entry('All units', 'austeer/all-units', { sites: ['ffn'] }, [
    { strength: 0.05 },
    { strength: 0.5 },
  ]),
  'suppression-ffn': entry(
    'Suppression',
    'austeer/suppression',
    { sites: ['ffn'] },
    cross([0.25, 0.9], [0.1, 0.5]),
  ),
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
  const found = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (found === undefined) throw new UnknownNameError({ kind: 'method', given: name, known: METHOD_NAMES });
  return found;
}
