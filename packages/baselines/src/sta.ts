/**
 * Steering target atoms (Wang et al., 2025): a vector made of the features of a sparse autoencoder that tell right from
 * wrong. Source: `zjunlp/steer-target-atoms sae_feature_selection.py`, `generate_sae_caa_vector.py`; EasyEdit2's
 * `generate_sta_vectors.py`.
 *
 * @module
 */
import { InvalidArgumentError, ModelMismatchError, siteWidth } from '@austeer/core';
import {
  type FitMethodOptions,
  type FittedMethod,
  type MethodSetting,
  planFromEdits,
} from '@austeer/steering';
import { captureAnswers } from './answer-activations.ts';
import { dot } from './lbfgs.ts';
import { checkLayer, checkSetting } from './method-checks.ts';
import { NothingToSteerError } from './nothing-to-steer-error.ts';
import { decodeDirection, encodeFeatures, type SparseAutoencoder } from './sparse-autoencoder.ts';
import type { TypedMethod } from './typed-method.ts';

/** Options of {@link createStaMethod}. */
export interface StaOptions {
  /** Of the residual stream after `layer`. */
  readonly autoencoder: SparseAutoencoder;
  /** Layer that the autoencoder was trained on, from 0. @default the one that its file names */
  readonly layer?: number | undefined;
  /**
   * Share of the features that each mask keeps, in (0, 1]. The original's trim of 0.35 is 0.35 here, EasyEdit2's 0.65
   * is 0.35 too. @default 0.35
   */
  readonly keepFraction?: number | undefined;
  /** Masks: by amplitude and by frequency, or one of them. @default 'amplitude-and-frequency' */
  readonly mask?: 'amplitude-and-frequency' | 'amplitude' | 'frequency' | undefined;
  /** Settings to try. @default m ∈ {0.5, 1, 2, 4} */
  readonly grid?: readonly MethodSetting[] | undefined;
}

/** STA fitted on pairs. */
export interface FittedSta extends FittedMethod {
  /** Steering vector at m = 1, `[width]`; as long as CAA's at this layer. */
  readonly vector: Float64Array;
  /** Features that the masks kept, lowest first. */
  readonly atoms: readonly number[];
}

/**
 * STA. `strength` is m; the vector is added at every position to the output of the autoencoder's layer. One pair is in
 * memory at a time.
 *
 * @throws InvalidArgumentError for a `keepFraction` out of range, or without a layer.
 *
 * @example
 * ```ts
 * declare const autoencoder: import('@austeer/baselines').SparseAutoencoder;
 * const method = createStaMethod({ autoencoder, layer: 20, keepFraction: 0.35 });
 * ```
 */
export function createStaMethod(options: StaOptions): TypedMethod<FittedSta> {
  const { autoencoder, keepFraction = 0.35, mask = 'amplitude-and-frequency' } = options;
  const { layer = autoencoder.layer } = options;
  if (layer === undefined) {
    throw new InvalidArgumentError({
      argument: 'layer',
      given: undefined,
      expected: 'the layer that the autoencoder was trained on, which its file does not name',
    });
  }
  if (!(keepFraction > 0 && keepFraction <= 1)) {
    throw new InvalidArgumentError({
      argument: 'keepFraction',
      given: keepFraction,
      expected: 'a share above 0, at most 1',
    });
  }
  const name = 'sta';
  return {
    name,
    grid: options.grid ?? [0.5, 1, 2, 4].map((strength) => ({ strength })),
    async fit({ model, pairs, seed: _, provenance = {}, ...call }) {
      const { identity } = model;
      checkLayer(layer, identity.layers);
      const width = siteWidth(identity, 'residual');
      if (width !== autoencoder.width) {
        throw new ModelMismatchError({
          what: 'The autoencoder',
          property: 'width',
          given: width,
          expected: autoencoder.width,
          advice: 'Take one that was trained on this model',
        });
      }
      const { amplitude, frequency, difference } = await measureFeatures(
        { ...call, model, pairs },
        autoencoder,
        layer,
      );
      const atoms = targetAtoms({ amplitude, frequency, keepFraction, mask });
      const kept = new Float64Array(amplitude.length);
      for (const atom of atoms) kept[atom] = amplitude[atom]!;
      const raw = decodeDirection(autoencoder, kept);
      const length = Math.sqrt(dot(raw, raw));
      if (length === 0) {
        throw new NothingToSteerError({
          method: name,
          reason: `the masks leave nothing of ${autoencoder.features} features`,
        });
      }
      const scale = Math.sqrt(dot(difference, difference)) / length;
      const vector = raw.map((value) => value * scale);
      const facts = { method: name, pairs: pairs.length, layer, keepFraction, mask, atoms: atoms.length };
      return {
        name,
        facts: { ...facts, features: autoencoder.features },
        vector,
        atoms,
        plan(setting) {
          checkSetting(setting, { site: 'residual', without: 'budget' });
          if (setting.layer !== undefined && setting.layer !== layer) {
            throw new InvalidArgumentError({
              argument: 'layer',
              given: setting.layer,
              expected: `${layer}, the layer of the autoencoder`,
            });
          }
          return planFromEdits({
            edits: Array.from(vector, (bias, index) => ({ site: 'residual', layer, index, gain: 0, bias })),
            strength: setting.strength,
            model: identity,
            provenance: { ...provenance, ...facts },
          });
        },
      };
    },
  };
}

/** Over pairs: mean feature difference, in how many more pairs a feature is on in the right text, mean difference. */
async function measureFeatures(
  source: Omit<FitMethodOptions, 'seed' | 'provenance'>,
  autoencoder: SparseAutoencoder,
  layer: number,
): Promise<{ amplitude: Float64Array; frequency: Float64Array; difference: Float64Array }> {
  const { features, width } = autoencoder;
  const amplitude = new Float64Array(features);
  const frequency = new Float64Array(features);
  const difference = new Float64Array(width);
  let pairs = 0;
  for await (const answer of captureAnswers({ ...source, site: 'residual', layers: layer + 1 })) {
    pairs++;
    for (const [side, sign] of [
      ['positive', 1],
      ['negative', -1],
    ] as const) {
      const { data, shape } = answer[side];
      const [tokens, layers] = shape as [number, number, number];
      const mean = new Float64Array(features);
      for (let token = 0; token < tokens; token++) {
        const start = (token * layers + layer) * width;
        const x = data.subarray(start, start + width);
        for (const [j, value] of encodeFeatures(autoencoder, x).entries()) mean[j]! += value / tokens;
        for (const [i, value] of x.entries()) difference[i]! += (sign * value) / tokens;
      }
      for (const [j, value] of mean.entries()) {
        amplitude[j]! += sign * value;
        if (value > 0) frequency[j]! += sign;
      }
    }
  }
  return {
    amplitude: amplitude.map((sum) => sum / pairs),
    frequency,
    difference: difference.map((sum) => sum / pairs),
  };
}

/**
 * Features that both masks keep. A threshold is the value at place ⌊p · d⌋ of the sizes, largest first; where more than
 * (1 − p) · d frequency scores are 0, it is 0, and the frequency mask keeps everything, as in the original.
 */
function targetAtoms(options: {
  amplitude: Float64Array;
  frequency: Float64Array;
  keepFraction: number;
  mask: NonNullable<StaOptions['mask']>;
}): number[] {
  const { amplitude, frequency, keepFraction, mask } = options;
  const [a, f] = [normalize(amplitude), normalize(frequency)];
  const scores = f.map((value, j) => (Math.sign(value) * Math.sign(a[j]!) > 0 ? Math.abs(value) : 0));
  const thresholdOf = (sizes: Float64Array): number =>
    sizes.toSorted().toReversed()[Math.min(Math.floor(keepFraction * sizes.length), sizes.length - 1)]!;
  const sizes = amplitude.map(Math.abs);
  const [byAmplitude, byFrequency] = [thresholdOf(sizes), thresholdOf(scores)];
  return [...amplitude.keys()].filter(
    (j) =>
      (mask === 'frequency' || sizes[j]! >= byAmplitude) &&
      (mask === 'amplitude' || scores[j]! >= byFrequency),
  );
}

/** N(x) = sign(x) · (|x| − min|x|) / (max|x| − min|x|); 0 where all sizes are equal. */
function normalize(values: Float64Array): Float64Array {
  const sizes = values.map(Math.abs);
  const [least, most] = [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))];
  if (most === least) return new Float64Array(values.length);
  return values.map((value, j) => (Math.sign(value) * (sizes[j]! - least)) / (most - least));
}
