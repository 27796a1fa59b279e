/**
 * Methods by name, for the command line and for configuration files.
 *
 * @module
 */
import { InvalidArgumentError, type Site, UnknownNameError } from '@austeer/core';
import type { Ranking, ScoringMode, TieOrder } from '@austeer/localize';
import type { MethodSetting, SteeringMethod } from '@austeer/steering';
import {
  createAllUnits,
  createBroaderBudgets,
  createDifferenceLocalization,
  createFixedStrength,
  createFixedVector,
  createRandomDirection,
  createRandomLocalization,
  createSuppression,
  withShuffledLabels,
} from './ablations.ts';
import { createAusteerMethod } from './austeer.ts';
import { createCaaMethod } from './caa.ts';
import { createItiMethod } from './iti.ts';
import { createSadiMethod } from './sadi.ts';
import type { SparseAutoencoder } from './sparse-autoencoder.ts';
import { createStaMethod } from './sta.ts';

/** What methods by name can be told; each takes what concerns it. */
export interface MethodOptions {
  /** Sites of AUSteer and its variants. @default ['attention', 'ffn'] */
  readonly sites?: readonly Site[] | undefined;
  readonly ranking?: Ranking | undefined;
  readonly ties?: TieOrder | undefined;
  readonly mode?: ScoringMode | undefined;
  /** Layers that CAA tries. */
  readonly layers?: readonly number[] | undefined;
  /** Width of a head, where the model does not say. */
  readonly headSize?: number | undefined;
  /** Needed by STA. */
  readonly autoencoder?: { readonly model: SparseAutoencoder; readonly layer: number } | undefined;
  /** Share of the features that STA keeps. @default 0.35 */
  readonly keepFraction?: number | undefined;
  /** Settings to try. @default the method's own */
  readonly grid?: readonly MethodSetting[] | undefined;
}

const FACTORIES: Readonly<Record<string, (options: MethodOptions) => SteeringMethod>> = {
  austeer: createAusteerMethod,
  iti: (options) => createItiMethod(options),
  'iti/probe': (options) => createItiMethod({ ...options, direction: 'probe' }),
  'iti/random': (options) => createItiMethod({ ...options, direction: 'random' }),
  caa: (options) => createCaaMethod(options),
  'caa/sta-repo': (options) => createCaaMethod({ ...options, variant: 'sta-repo' }),
  sadi: (options) => createSadiMethod(options),
  'sadi/official': (options) => createSadiMethod({ ...options, variant: 'official' }),
  'sadi/hidden': (options) => createSadiMethod({ ...options, component: 'hidden' }),
  'sadi/hidden/official': (options) =>
    createSadiMethod({ ...options, component: 'hidden', variant: 'official' }),
  'sadi/neuron': (options) => createSadiMethod({ ...options, component: 'neuron' }),
  sta: ({ autoencoder, keepFraction, grid }) => {
    if (autoencoder !== undefined) {
      return createStaMethod({
        autoencoder: autoencoder.model,
        layer: autoencoder.layer,
        keepFraction,
        grid,
      });
    }
    throw new InvalidArgumentError({
      argument: 'autoencoder',
      given: undefined,
      expected: 'a sparse autoencoder of the model’s residual stream, which sta is made of',
      advice: 'Read one with readSparseAutoencoder; on the command line: --sae FILE --sae-layer N',
    });
  },
  'austeer/random-localization': createRandomLocalization,
  'austeer/activation-difference': createDifferenceLocalization,
  'austeer/fixed-vector': createFixedVector,
  'austeer/fixed-strength': createFixedStrength,
  'austeer/all-units': createAllUnits,
  'austeer/broader-budgets': createBroaderBudgets,
  'austeer/suppression': createSuppression,
  'austeer/random-direction': createRandomDirection,
  'austeer/shuffled-labels': (options) => withShuffledLabels(createAusteerMethod(options)),
};

/**
 * Names of all methods.
 *
 * @example
 * ```ts
 * METHODS[0]; // 'austeer'
 * ```
 */
export const METHODS: readonly string[] = Object.freeze(Object.keys(FACTORIES));

/**
 * A method by its name.
 *
 * @throws UnknownNameError for another name.
 * @throws InvalidArgumentError for `sta` without an autoencoder, and what the method's factory throws.
 *
 * @example
 * ```ts
 * createMethod('iti/probe').budgetOf; // 'heads'
 * ```
 */
export function createMethod(name: string, options: MethodOptions = {}): SteeringMethod {
  const create = Object.hasOwn(FACTORIES, name) ? FACTORIES[name] : undefined;
  if (create === undefined) throw new UnknownNameError({ kind: 'method', given: name, known: METHODS });
  return create(options);
}
