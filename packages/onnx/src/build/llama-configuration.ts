/**
 * What a decoder of the llama family needs to know of its GGUF.
 *
 * @module
 */
import { FileFormatError, UnsupportedModelError } from '@austeer/core';
import type { GgufFile, GgufValue } from '../gguf/read-gguf.ts';

/** Sizes and constants of a llama decoder. */
export interface LlamaConfiguration {
  readonly architecture: string;
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly inner: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly ropeBase: number;
}

/** Architectures whose graph this version builds. */
const SUPPORTED_ARCHITECTURES: readonly string[] = ['llama'];

/**
 * Reads the configuration and checks that it is complete and consistent.
 *
 * @throws UnsupportedModelError for another architecture, or a feature of llama files not built here.
 * @throws FileFormatError when a value is missing or of the wrong kind.
 *
 * @example
 * ```ts
 * const configuration = readLlamaConfiguration(await openGguf('model.gguf'));
 * configuration.layers;
 * ```
 */
export function readLlamaConfiguration(file: GgufFile): LlamaConfiguration {
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path: file.path, format: 'GGUF', problem });
  const architecture = file.metadata.get('general.architecture');
  if (typeof architecture !== 'string') throw fail('it names no architecture');
  if (!SUPPORTED_ARCHITECTURES.includes(architecture)) {
    throw new UnsupportedModelError({
      what: 'GGUF architecture',
      given: architecture,
      supported: SUPPORTED_ARCHITECTURES,
      advice: 'Export the model to ONNX and load that folder instead',
    });
  }
  const key = (name: string): string => `${architecture}.${name}`;
  const number = (name: string, otherwise?: number): number => {
    const value: GgufValue | undefined = file.metadata.get(key(name)) ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      throw fail(`${key(name)} is ${JSON.stringify(value)}; expected a number above 0`);
    }
    return value;
  };
  const whole = (name: string, otherwise?: number): number => {
    const value = number(name, otherwise);
    if (!Number.isInteger(value)) throw fail(`${key(name)} is ${value}; expected a whole number`);
    return value;
  };

  if (file.metadata.has(key('expert_count'))) {
    throw new UnsupportedModelError({
      what: 'Mixture of experts in',
      given: architecture,
      supported: 'dense models',
    });
  }
  const scaling = file.metadata.get(key('rope.scaling.type'));
  if (scaling !== undefined && scaling !== 'none') {
    throw new UnsupportedModelError({ what: 'Rotary scaling', given: String(scaling), supported: 'none' });
  }
  const hidden = whole('embedding_length');
  const heads = whole('attention.head_count');
  const headSize = whole('rope.dimension_count', hidden / heads);
  if (
    whole('attention.key_length', headSize) !== headSize ||
    whole('attention.value_length', headSize) !== headSize
  ) {
    throw new UnsupportedModelError({
      what: 'Head size',
      given: 'different from the rotary dimensions',
      supported: 'equal sizes',
    });
  }
  const embedding = file.tensors.get('token_embd.weight');
  if (embedding === undefined) throw fail('tensor token_embd.weight is missing');
  const name = file.metadata.get('general.name');
  return {
    architecture,
    name: typeof name === 'string' ? name : architecture,
    layers: whole('block_count'),
    hidden,
    inner: whole('feed_forward_length'),
    heads,
    kvHeads: whole('attention.head_count_kv', heads),
    headSize,
    vocabulary: embedding.shape[0]!,
    contextLength: whole('context_length'),
    normEpsilon: number('attention.layer_norm_rms_epsilon'),
    ropeBase: number('rope.freq_base', 10_000),
  };
}
