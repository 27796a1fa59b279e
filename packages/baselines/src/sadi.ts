/**
 * SADI (Wang et al., 2025): the components with the largest mean activation difference are scaled.
 * Source: `weixuan-wang123/SADI steering.py`, `trace.py`, `intervention.py`; its paper.
 *
 * @module
 */
import {
  InvalidArgumentError,
  type LanguageModel,
  type PositionRule,
  type Site,
  type SteeringValues,
  sha256,
  siteWidth,
  type TokenStrength,
} from '@austeer/core';
import { createDifferenceMeter } from '@austeer/localize';
import { type FittedMethod, type MethodSetting, type PlanEdit, planFromEdits } from '@austeer/steering';
import { checkBudget, checkSetting, readHeads } from './method-checks.ts';
import { NothingToSteerError } from './nothing-to-steer-error.ts';
import type { TypedMethod } from './typed-method.ts';

/** Options of {@link createSadiMethod}. */
export interface SadiOptions {
  /**
   * What is scaled. `head`: attention heads before the output projection. `hidden`: dimensions of the feed-forward
   * block's output. `neuron`: see {@link createSadiMethod}. @default 'head', its best
   */
  readonly component?: 'head' | 'hidden' | 'neuron' | undefined;
  /**
   * `paper`: scaled in one pass, so that an edit reaches the layers above. `official`, as released: at the last prompt
   * token every layer is overwritten with what a clean pass read there, the chosen components scaled.
   * @default 'paper'
   */
  readonly variant?: 'paper' | 'official' | undefined;
  /** Tokens that `paper` steers. @default 'all' */
  readonly positions?: 'all' | 'lastPromptToken' | undefined;
  /**
   * The released index arithmetic, for comparing with released results only: it takes a layer modulo the number of
   * columns, which is another layer where a model has more layers than heads. @default false
   */
  readonly legacyIndexing?: boolean | undefined;
  /** Width of a head, where the model does not say. @default the model's */
  readonly headSize?: number | undefined;
  /** Settings to try. @default those of the released driver, as δ = s − 1 */
  readonly grid?: readonly MethodSetting[] | undefined;
}

/** A component with its mean difference, right minus wrong. */
export interface SadiComponent {
  readonly layer: number;
  /** Head, or dimension. */
  readonly index: number;
  readonly difference: number;
}

/** SADI fitted on pairs. */
export interface FittedSadi extends FittedMethod {
  /** All components, largest signed difference first; ties by layer, then index. */
  readonly components: readonly SadiComponent[];
}

const COMPONENTS = {
  head: {
    site: 'attention',
    counts: [1, 2, 4, 6, 8, 10],
    factors: Array.from({ length: 16 }, (_, step) => 5 * (step + 1)),
  },
  neuron: {
    site: 'ffnInner',
    counts: [3, 5, 10, 30, 50, 100, 200, 300, 400, 500],
    factors: [10, 20, 30, 50, 70, 90],
  },
  hidden: {
    site: 'ffn',
    counts: [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
    factors: Array.from({ length: 16 }, (_, step) => 5 * (step + 1)),
  },
} as const;
/** The released driver leaves longer texts out. */
const OFFICIAL_TOKENS = 700;
const AT_PROMPT_END: TokenStrength = { positions: 'lastPromptToken', schedule: 'constant' };

/**
 * SADI. `budget` counts components, `strength` is δ of A' = A + δ · (A ⊙ M): the released factor s is 1 + δ. One pair is
 * in memory at a time.
 *
 * `neuron` needs the output of the activation function before it is multiplied by the up projection, which is no site.
 * Its scaling is the same at `ffnInner`, the product; its mean difference is not, so `neuron` chooses by the difference
 * of the product. `official` overwrites values, which is not the same at the product, and is refused.
 *
 * @throws InvalidArgumentError for `neuron` with `official`.
 *
 * @example
 * ```ts
 * createSadiMethod({ component: 'hidden', variant: 'official' }).name; // 'sadi/hidden/official'
 * ```
 */
export function createSadiMethod(options: SadiOptions = {}): TypedMethod<FittedSadi> {
  const { component = 'head', variant = 'paper', positions = 'all', legacyIndexing = false } = options;
  const { site, counts, factors } = COMPONENTS[component];
  const isOfficial = variant === 'official';
  if (isOfficial && component === 'neuron') {
    throw new InvalidArgumentError({
      argument: 'variant',
      given: 'official',
      expected:
        '`paper` for neurons: the values that the released code overwrites (after the activation function, ' +
        'before the up projection) are no site of this project',
    });
  }
  const name = [
    'sadi',
    ...(component === 'head' ? [] : [component]),
    ...(isOfficial ? ['official'] : []),
  ].join('/');
  const grid = counts.flatMap((budget) => factors.map((factor) => ({ budget, strength: factor - 1 })));
  return {
    name,
    budgetOf: component === 'head' ? 'heads' : 'units',
    grid: options.grid ?? grid,
    async fit({ model, pairs, seed: _, provenance = {}, ...call }) {
      const used = isOfficial ? pairs.filter(({ positive }) => positive.length <= OFFICIAL_TOKENS) : pairs;
      const meter = createDifferenceMeter({ sites: [site] });
      for await (const pair of model.capturePairs(used, { ...call, sites: [site] })) meter.add(pair);
      const { mean } = meter.moments().sites[site]!;
      if (mean.every((value) => value === 0)) {
        throw new NothingToSteerError({
          method: name,
          reason: `the mean difference of ${site} is 0 everywhere`,
        });
      }
      const width = siteWidth(model.identity, site);
      const size = component === 'head' ? readHeads(model, options.headSize).headSize : 1;
      const columns = width / size;
      const components = legacyIndexing
        ? legacyOrder(rankComponents(mean, size, columns), columns)
        : rankComponents(mean, size, columns);
      const facts = {
        method: name,
        pairs: used.length,
        ...(isOfficial && {
          pairsTooLong: pairs.length - used.length,
          // A plan knows no prompt; whoever replays it must know that this is not what `steer` does.
          plan: 'scales the chosen components at the last prompt token; the method also freezes all others there',
        }),
        component,
        ...(legacyIndexing && { legacyIndexing }),
        ...(component === 'neuron' && { chosenBy: 'the product with the up projection' }),
      };
      const chosenUnits = (setting: MethodSetting): { layer: number; index: number }[] => {
        checkSetting(setting, { site, without: 'layer' });
        const budget = checkBudget(setting, components.length, component === 'head' ? 'heads' : 'dimensions');
        return components
          .slice(0, budget)
          .flatMap(({ layer, index }) =>
            Array.from({ length: size }, (_, offset) => ({ layer, index: index * size + offset })),
          );
      };
      const fitted: FittedSadi = {
        name,
        facts: { ...facts, first: components.slice(0, 10) },
        components,
        plan(setting) {
          const rule: PositionRule = isOfficial ? 'lastPromptToken' : positions;
          return planFromEdits({
            edits: chosenUnits(setting).map((unit): PlanEdit => ({ site, ...unit, gain: 1, bias: 0 })),
            strength: setting.strength,
            positions: rule,
            model: model.identity,
            provenance: { ...provenance, ...facts },
          });
        },
      };
      if (!isOfficial) return fitted;
      return {
        ...fitted,
        async steer(prompts, setting, steerCall = {}) {
          const chosen = chosenUnits(setting).map(({ layer, index }) => layer * width + index);
          const values: SteeringValues[] = [];
          for await (const { activations } of model.capture(prompts, { ...steerCall, sites: [site] })) {
            values.push(freezeValues(model, site, activations[site]!.data, chosen, 1 + setting.strength));
          }
          return values;
        },
      };
    },
  };
}

/** Overwrites the whole site at the last prompt token: gain −1 takes what is there away, the bias is what was read. */
function freezeValues(
  model: LanguageModel,
  site: Site,
  read: Float32Array,
  chosen: readonly number[],
  factor: number,
): SteeringValues {
  const bias = read.slice();
  for (const unit of chosen) bias[unit]! *= factor;
  return {
    layers: model.identity.layers,
    sites: { [site]: { gain: new Float32Array(bias.length).fill(-1), bias } },
    tokenStrength: AT_PROMPT_END,
    fingerprint: sha256(`freeze ${site} ${sha256(new Uint8Array(bias.buffer))}`),
  };
}

function rankComponents(mean: Float64Array, size: number, columns: number): SadiComponent[] {
  const components = Array.from({ length: mean.length / size }, (_, at): SadiComponent => {
    const part = mean.subarray(at * size, (at + 1) * size);
    return {
      layer: Math.floor(at / columns),
      index: at % columns,
      difference: part.reduce((sum, value) => sum + value, 0) / size,
    };
  });
  return components.sort((a, b) => b.difference - a.difference);
}

/** Where the released arithmetic puts the components; those that fall together count once. */
function legacyOrder(components: readonly SadiComponent[], columns: number): SadiComponent[] {
  const seen = new Set<string>();
  return components
    .map((component) => ({ ...component, layer: component.layer % columns }))
    .filter(({ layer, index }) => {
      const name = `${layer} ${index}`;
      return !seen.has(name) && seen.add(name);
    });
}
