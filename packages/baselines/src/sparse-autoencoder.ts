/**
 * Sparse autoencoders of the residual stream, as files bring them.
 *
 * @module
 */
import {
  FileFormatError,
  type FloatTensor,
  floatTensor,
  readSafetensors,
  safetensorsFloats,
} from '@austeer/core';
import { readNpz } from '@austeer/localize';

/**
 * An autoencoder: z = f((x − b_dec?) · encoder + encoderBias), x ≈ z · decoder + decoderBias. Matrices are row-major.
 */
export interface SparseAutoencoder {
  /** Width of the residual stream. */
  readonly width: number;
  /** Number of features. */
  readonly features: number;
  /** `[width, features]` */
  readonly encoder: Float32Array;
  /** `[features]` */
  readonly encoderBias: Float32Array;
  /** `[features, width]` */
  readonly decoder: Float32Array;
  /** `[width]` */
  readonly decoderBias: Float32Array;
  /** `[features]`: JumpReLU, a feature is on where it exceeds its own threshold. Absent: plain ReLU. */
  readonly threshold?: Float32Array | undefined;
  /** Whether the decoder's bias is taken off before encoding. */
  readonly centred: boolean;
  /** Layer whose output it was trained on, from 0, where the file says so. */
  readonly layer?: number | undefined;
}

/**
 * Reads an autoencoder: `.npz` or `.safetensors` with `W_enc` [width, features], `b_enc`, `W_dec` [features, width],
 * `b_dec`, and `threshold` for JumpReLU. That is the layout of Gemma Scope's `params.npz`; without `threshold` it is a
 * plain ReLU autoencoder. A safetensors file may name its layer in the metadata, as `layer`.
 *
 * @param options.path name used in errors
 * @param options.centred whether the decoder's bias is taken off before encoding. @default true for plain ones, false
 *   with thresholds, as Gemma Scope's
 * @throws FileFormatError for another format, a tensor that is missing, or shapes that do not agree.
 *
 * @example
 * ```ts
 * import { writeSafetensors } from '@austeer/core';
 * const tensor = (...shape: number[]) =>
 *   ({ dtype: 'F32', shape, data: new Float32Array(shape.reduce((a, b) => a * b)) }) as const;
 * const tensors = { W_enc: tensor(4, 8), b_enc: tensor(8), W_dec: tensor(8, 4), b_dec: tensor(4) };
 * (await readSparseAutoencoder(writeSafetensors({ tensors }))).features; // 8
 * ```
 */
export async function readSparseAutoencoder(
  bytes: Uint8Array,
  options: { path?: string | undefined; centred?: boolean | undefined } = {},
): Promise<SparseAutoencoder> {
  const { path = 'bytes' } = options;
  const { tensors, layer } = await readTensors(bytes, path);
  const take = (name: string, shape?: readonly number[]): FloatTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      throw refuse(path, `it has no tensor ${name} (it has ${[...tensors.keys()].join(', ') || 'none'})`);
    }
    if (shape !== undefined && tensor.shape.join() !== shape.join()) {
      throw refuse(path, `${name} is [${tensor.shape.join(', ')}] and should be [${shape.join(', ')}]`);
    }
    return tensor;
  };
  const encoder = take('W_enc');
  if (encoder.shape.length !== 2) throw refuse(path, `W_enc has ${encoder.shape.length} dimensions, not 2`);
  const [width, features] = encoder.shape as [number, number];
  const threshold = tensors.has('threshold') ? take('threshold', [features]).data : undefined;
  return {
    width,
    features,
    encoder: encoder.data,
    encoderBias: take('b_enc', [features]).data,
    decoder: take('W_dec', [features, width]).data,
    decoderBias: take('b_dec', [width]).data,
    ...(threshold && { threshold }),
    centred: options.centred ?? threshold === undefined,
    ...(layer !== undefined && { layer }),
  };
}

async function readTensors(
  bytes: Uint8Array,
  path: string,
): Promise<{ tensors: ReadonlyMap<string, FloatTensor>; layer?: number | undefined }> {
  // "PK": NumPy's archives are ZIP files.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { tensors: await readNpz(bytes, { path }) };
  const { tensors, metadata } = readSafetensors(bytes, { path });
  const floats = [...tensors].map(
    ([name, entry]) => [name, floatTensor(safetensorsFloats(entry), entry.shape)] as const,
  );
  return {
    tensors: new Map(floats),
    ...(metadata.layer !== undefined && { layer: Number(metadata.layer) }),
  };
}

/** Features of one activation vector. */
export function encodeFeatures(autoencoder: SparseAutoencoder, x: Float32Array): Float64Array {
  const { width, features, encoder, encoderBias, decoderBias, threshold, centred } = autoencoder;
  const z = Float64Array.from(encoderBias);
  for (let i = 0; i < width; i++) {
    const value = x[i]! - (centred ? decoderBias[i]! : 0);
    for (let j = 0; j < features; j++) z[j]! += value * encoder[i * features + j]!;
  }
  for (let j = 0; j < features; j++) if (!(z[j]! > (threshold?.[j] ?? 0))) z[j] = 0;
  return z;
}

/** A vector of features as a direction of the residual stream: features · decoder, without the bias. */
export function decodeDirection({ width, decoder }: SparseAutoencoder, z: Float64Array): Float64Array {
  const direction = new Float64Array(width);
  for (const [j, value] of z.entries()) {
    if (value === 0) continue;
    for (let i = 0; i < width; i++) direction[i]! += value * decoder[j * width + i]!;
  }
  return direction;
}

function refuse(path: string, problem: string): FileFormatError {
  return new FileFormatError({
    path,
    format: 'sparse autoencoder',
    problem,
    advice: 'Expected are W_enc, b_enc, W_dec, b_dec, and threshold for JumpReLU, as Gemma Scope has them',
  });
}
