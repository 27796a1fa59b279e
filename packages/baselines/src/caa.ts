/**
 * Contrastive activation addition (Rimsky et al., 2024): one vector added to the residual stream of one layer.
 * Sources: `nrimsky/CAA generate_vectors.py`, `normalize_vectors.py`, `llama_wrapper.py`; the variant of
 * `zjunlp/steer-target-atoms baseline/`.
 *
 * @module
 */
import { InvalidArgumentError, type PairActivations, type PositionRule, type TokenPair } from '@austeer/core';
import { createDifferenceMeter } from '@austeer/localize';
import {
  type FitMethodOptions,
  type FittedMethod,
  type MethodSetting,
  planFromEdits,
} from '@austeer/steering';
import { captureAnswers, meanOverTokens } from './answer-activations.ts';
import { checkLayer, checkSetting } from './method-checks.ts';
import { NothingToSteerError } from './nothing-to-steer-error.ts';
import type { TypedMethod } from './typed-method.ts';

/** Options of {@link createCaaMethod}. */
export interface CaaOptions {
  /**
   * `paper`: difference at one token of the answer, added from the last prompt token on. `sta-repo`: difference of the
   * means over the answer's tokens, added at every position. @default 'paper'
   */
  readonly variant?: 'paper' | 'sta-repo' | undefined;
  /**
   * Token of the answer that `paper` reads: −1 the last; −2 the one before, the letter where answers are written
   * `(A)` as in its data. @default -1
   */
  readonly token?: number | undefined;
  /** Layer where a setting names none. @default 14 of 32, or 20 of 42 for `sta-repo`, at the model's depth */
  readonly layer?: number | undefined;
  /** Layers of the default grid. @default the method's own layer */
  readonly layers?: readonly number[] | undefined;
  /**
   * Pairs of other behaviours: in each layer the vector is then given the mean length of all behaviours' vectors, as
   * `normalize_vectors.py` does. @default none, the vector keeps its length
   */
  readonly otherBehaviours?: readonly (readonly TokenPair[])[] | undefined;
  /** Settings to try. @default m ∈ {−2, −1, −0.5, 0.5, 1, 2} at `layers`; 1 for `sta-repo` */
  readonly grid?: readonly MethodSetting[] | undefined;
}

/** CAA fitted on pairs. */
export interface FittedCaa extends FittedMethod {
  /** One vector a layer, row-major `[layers, width]`, at m = 1. */
  readonly vectors: Float64Array;
}

const MULTIPLIERS = [-2, -1, -0.5, 0.5, 1, 2];
/** From the end of the prompt on, as the corrected `>=` of the released wrapper has it. */
const FROM_PROMPT_END: PositionRule = { include: ['lastPromptToken', 'generated'] };

/**
 * CAA. `strength` is the multiplier m, `layer` the layer whose output it is added to. One pair is in memory at a time.
 *
 * @throws InvalidArgumentError for a `token` that is no whole number below 0.
 *
 * @example
 * ```ts
 * createCaaMethod({ layers: [13, 14, 15] }).grid.length; // 18
 * ```
 */
export function createCaaMethod(options: CaaOptions = {}): TypedMethod<FittedCaa> {
  const { variant = 'paper', token = -1, layers = [undefined], otherBehaviours = [] } = options;
  const isPaper = variant === 'paper';
  if (!Number.isInteger(token) || token > -1) {
    throw new InvalidArgumentError({ argument: 'token', given: token, expected: 'a whole number below 0' });
  }
  const name = isPaper ? 'caa' : 'caa/sta-repo';
  const grid = (isPaper ? MULTIPLIERS : [1]).flatMap((strength) =>
    layers.map((layer) => ({ strength, ...(layer !== undefined && { layer }) })),
  );
  return {
    name,
    grid: options.grid ?? grid,
    async fit({ model, pairs, seed: _, provenance = {}, ...call }) {
      const { identity } = model;
      const ownLayer = checkLayer(
        options.layer ?? Math.round(identity.layers * (isPaper ? 14 / 32 : 20 / 42)),
        identity.layers,
      );
      const measure = (some: readonly TokenPair[]): Promise<Float64Array> =>
        meanDifference(name, isPaper ? lastTokens(model, some, token, call) : answerMeans(model, some, call));
      const own = await measure(pairs);
      const width = own.length / identity.layers;
      const others: Float64Array[] = [];
      for (const behaviour of otherBehaviours) others.push(await measure(behaviour));
      const vectors = others.length === 0 ? own : normalizeBehaviours([own, ...others], width)[0]!;
      const facts = {
        method: name,
        pairs: pairs.length,
        ...(isPaper && { token }),
        ...(others.length > 0 && { behaviours: 1 + others.length }),
      };
      return {
        name,
        facts: { ...facts, layer: ownLayer },
        vectors,
        plan(setting) {
          checkSetting(setting, { site: 'residual', without: 'budget' });
          const layer = checkLayer(setting.layer ?? ownLayer, identity.layers);
          return planFromEdits({
            edits: Array.from(vectors.subarray(layer * width, (layer + 1) * width), (bias, index) => ({
              site: 'residual',
              layer,
              index,
              gain: 0,
              bias,
            })),
            strength: setting.strength,
            positions: isPaper ? FROM_PROMPT_END : 'all',
            model: identity,
            provenance: { ...provenance, ...facts, layer },
          });
        },
      };
    },
  };
}

/**
 * Vectors of several behaviours with the same length in each layer, the mean of their lengths. Source:
 * `normalize_vectors.py` of CAA.
 *
 * @param behaviours each row-major `[layers, width]`
 * @param width of a layer
 * @returns new vectors in the same order; one of length 0 stays so
 *
 * @example
 * ```ts
 * normalizeBehaviours([Float64Array.of(3, 4), Float64Array.of(0, 1)], 2).map((vector) => Math.hypot(...vector)); // [3, 3]
 * ```
 */
export function normalizeBehaviours(behaviours: readonly Float64Array[], width: number): Float64Array[] {
  const normOf = (vectors: Float64Array, layer: number): number =>
    Math.hypot(...vectors.subarray(layer * width, (layer + 1) * width));
  return behaviours.map((vectors) =>
    vectors.map((value, at) => {
      const layer = Math.floor(at / width);
      const norm = normOf(vectors, layer);
      const mean = behaviours.reduce((sum, one) => sum + normOf(one, layer), 0) / behaviours.length;
      return norm === 0 ? 0 : (value / norm) * mean;
    }),
  );
}

type Call = Omit<FitMethodOptions, 'model' | 'pairs' | 'seed' | 'provenance'>;

function lastTokens(
  model: FitMethodOptions['model'],
  pairs: readonly TokenPair[],
  token: number,
  call: Call,
): AsyncIterable<PairActivations> {
  const end = token + 1 || undefined;
  const cut = pairs.map((pair) => ({
    ...pair,
    positive: pair.positive.slice(0, end),
    negative: pair.negative.slice(0, end),
  }));
  return model.capturePairs(cut, { ...call, sites: ['residual'] });
}

async function* answerMeans(
  model: FitMethodOptions['model'],
  pairs: readonly TokenPair[],
  call: Call,
): AsyncGenerator<PairActivations> {
  for await (const { id, positive, negative } of captureAnswers({
    ...call,
    model,
    pairs,
    site: 'residual',
  })) {
    yield {
      id,
      positive: { residual: meanOverTokens(positive) },
      negative: { residual: meanOverTokens(negative) },
    };
  }
}

async function meanDifference(name: string, source: AsyncIterable<PairActivations>): Promise<Float64Array> {
  const meter = createDifferenceMeter({ sites: ['residual'] });
  for await (const pair of source) meter.add(pair);
  const { mean } = meter.moments().sites.residual!;
  if (mean.some((value) => value !== 0)) return mean;
  throw new NothingToSteerError({
    method: name,
    reason: 'the mean difference of the residual is 0 everywhere',
  });
}
