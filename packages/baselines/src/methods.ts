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
import { createCausalMethod } from './causal.ts';
import { createItiMethod } from './iti.ts';
import { createNaturalGradientMethod } from './natural-gradient.ts';
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
  readonly autoencoder?: SparseAutoencoder | undefined;
  /** Layer of the autoencoder, where its file does not name it. */
  readonly autoencoderLayer?: number | undefined;
  /** Share of the features that STA keeps. @default 0.35 */
  readonly keepFraction?: number | undefined;
  /** Settings to try. @default the method's own */
  readonly grid?: readonly MethodSetting[] | undefined;
}

const FACTORIES: Readonly<Record<string, (options: MethodOptions) => SteeringMethod>> = {
  austeer: createAusteerMethod,
  causal: createCausalMethod,
  'natural-gradient': createNaturalGradientMethod,
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
  sta: ({ autoencoder, autoencoderLayer: layer, keepFraction, grid }) => {
    if (autoencoder !== undefined) return createStaMethod({ autoencoder, layer, keepFraction, grid });
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

/** Budgets and strengths of a first look, by the beginning of a method's name; the longest that fits. */
const SMALL: Readonly<Record<string, readonly [budgets: readonly number[], strengths: readonly number[]]>> = {
  austeer: [
    [16, 64],
    [5, 20],
  ],
  causal: [
    [20, 100],
    [0.05, 0.25],
  ],
  'natural-gradient': [
    [20, 100],
    [0.17, 0.32],
  ],
  'austeer/all-units': [[], [0.02, 0.1, 0.5, 2]],
  'austeer/broader-budgets': [
    [200, 1000],
    [1, 5],
  ],
  'austeer/suppression': [
    [0.5, 0.9],
    [0.05, 0.5],
  ],
  iti: [
    [16, 48],
    [5, 15],
  ],
  caa: [[], [0.5, 1, 2, 4]],
  sadi: [
    [2, 8],
    [1, 4],
  ],
  'sadi/hidden': [
    [4, 16],
    [4, 19],
  ],
  'sadi/neuron': [
    [10, 100],
    [4, 19],
  ],
  sta: [[], [0.5, 1, 2, 4]],
};

/**
 * Four settings of a method, for each site and layer that it may steer, for a first look: the same number for every
 * method, so that none is favoured. The grid of the method itself is what its paper sweeps.
 *
 * @param method made by {@link createMethod} or its factory
 * @param options.sites of methods that rank units. @default the method's own
 * @param options.budgets in place of the two. @default two
 * @param options.strengths in place of the two, or of the four where there is no budget. @default those
 *
 * @example
 * ```ts
 * smallGrid(createMethod('iti')).length; // 4
 * smallGrid(createMethod('caa'), { strengths: [1, 2] }); // [{ strength: 1 }, { strength: 2 }]
 * ```
 */
export function smallGrid(
  { name, budgetOf, grid }: SteeringMethod,
  options: {
    sites?: readonly Site[] | undefined;
    budgets?: readonly number[] | undefined;
    strengths?: readonly number[] | undefined;
  } = {},
): MethodSetting[] {
  const known = Object.keys(SMALL).filter((beginning) => name.startsWith(beginning));
  const [fewBudgets, fewStrengths] = SMALL[known.sort((a, b) => b.length - a.length)[0] ?? 'austeer']!;
  const ranked = [...new Set(grid.flatMap(({ site }) => site ?? []))];
  const sites = ranked.length === 0 ? [undefined] : (options.sites ?? ranked);
  const layers = [...new Set(grid.map(({ layer }) => layer))];
  const budgets = budgetOf === undefined ? [undefined] : (options.budgets ?? fewBudgets);
  return sites.flatMap((site) =>
    layers.flatMap((layer) =>
      budgets.flatMap((budget) =>
        (options.strengths ?? fewStrengths).map((strength) => ({
          ...(site !== undefined && { site }),
          ...(layer !== undefined && { layer }),
          ...(budget !== undefined && { budget }),
          strength,
        })),
      ),
    ),
  );
}

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
