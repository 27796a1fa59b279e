/**
 * The tensor types of GGUF that this version reads, and how their bytes become numbers.
 * Source of the layouts: ggml's `ggml-common.h`.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import { halfAt } from './half-precision.ts';
import { isQuantized, QUANTIZED_TYPES, type QuantizedType, unpackBlocks } from './quantized-blocks.ts';

/** Tensor types read: plain floats, and blocks whose scale is linear. */
export type GgufTensorType = 'F32' | 'F16' | 'BF16' | QuantizedType;

interface TypeLayout {
  /** Number of the type in the file. */
  readonly code: number;
  /** Numbers in one block. */
  readonly elements: number;
  /** Bytes of one block. */
  readonly bytes: number;
}

/** Elements and bytes of one block of each type. */
export const TENSOR_TYPES: Readonly<Record<GgufTensorType, TypeLayout>> = {
  F32: { code: 0, elements: 1, bytes: 4 },
  F16: { code: 1, elements: 1, bytes: 2 },
  BF16: { code: 30, elements: 1, bytes: 2 },
  ...QUANTIZED_TYPES,
};

/**
 * Numbers of a run of whole blocks, each the 32-bit float that ggml's own dequantizer gives.
 *
 * @param bytes the blocks, one after another
 * @throws InvalidArgumentError when `bytes` ends within a block.
 *
 * @example
 * ```ts
 * dequantize('F32', new Uint8Array(Float32Array.of(1, 2).buffer)); // Float32Array [1, 2]
 * ```
 */
export function dequantize(type: GgufTensorType, bytes: Uint8Array): Float32Array {
  const layout = TENSOR_TYPES[type];
  if (bytes.length % layout.bytes !== 0) {
    throw new InvalidArgumentError({
      argument: 'bytes',
      given: `${bytes.length} bytes`,
      expected: `a multiple of ${layout.bytes}, the block size of ${type}`,
    });
  }
  if (isQuantized(type)) return scaled(type, bytes);
  const numbers = new Float32Array(bytes.length / layout.bytes);
  if (type === 'F32') new Uint8Array(numbers.buffer).set(bytes);
  else if (type === 'F16') for (let i = 0; i < numbers.length; i++) numbers[i] = halfAt(bytes, i * 2);
  else {
    // The upper half of a 32-bit float.
    const bits = new Uint32Array(numbers.buffer);
    for (let i = 0; i < bits.length; i++) bits[i] = (bytes[i * 2]! << 16) | (bytes[i * 2 + 1]! << 24);
  }
  return numbers;
}

function scaled(type: QuantizedType, bytes: Uint8Array): Float32Array {
  const { integers, scales, minimums } = unpackBlocks(type, bytes);
  const numbers = new Float32Array(integers.length);
  const group = integers.length / scales.length;
  for (let index = 0, at = 0; index < scales.length; index++) {
    const scale = scales[index]!;
    // The product is exact (a scale has at most 19 bits), so that only the sum is rounded, as in ggml.
    if (minimums === undefined)
      for (const end = at + group; at < end; at++) numbers[at] = scale * integers[at]!;
    else {
      const minimum = minimums[index]!;
      for (const end = at + group; at < end; at++) numbers[at] = scale * integers[at]! + minimum;
    }
  }
  return numbers;
}
