/**
 * A llama of random weights in a GGUF of a few hundred KB.
 *
 * @module
 */
import { tinyDecoder } from './tiny-decoder.ts';
import type { GgufMetadata, QuantizableType, TensorToWrite } from './write-gguf.ts';

/**
 * Sizes of the tiny model. Attention is wider than the hidden state, so that mixing them up shows.
 *
 * @example
 * ```ts
 * TINY_LLAMA.heads * TINY_LLAMA.headSize; // 96
 * ```
 */
export const TINY_LLAMA = {
  layers: 3,
  hidden: 64,
  inner: 96,
  heads: 6,
  kvHeads: 2,
  headSize: 16,
  contextLength: 512,
  vocabulary: 260,
} as const;

/**
 * Bytes of a tiny model.
 *
 * @param options.type type of the matrices. @default 'F32'
 * @param options.seed same seed, same weights. @default 1
 * @param options.architecture as the file names it. @default 'llama'
 * @param options.metadata entries beside the usual ones, or instead of them
 * @param options.tensors tensors beside the usual ones
 *
 * @example
 * ```ts
 * const bytes = tinyLlama({ type: 'Q4_1', seed: 3 });
 * ```
 */
export function tinyLlama(
  options: {
    type?: QuantizableType;
    seed?: number;
    architecture?: string;
    metadata?: GgufMetadata;
    tensors?: readonly TensorToWrite[];
  } = {},
): Uint8Array {
  return tinyDecoder({ architecture: 'llama', ...options, sizes: TINY_LLAMA });
}
