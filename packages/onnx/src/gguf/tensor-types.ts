/**
 * The tensor types of GGUF that this version reads, and how their bytes become numbers.
 * Source of the layouts: ggml's `ggml-common.h` (block_q4_0, block_q4_1, block_q8_0).
 *
 * @module
 */
import { halfToFloat, InvalidArgumentError } from '@austeer/core';

/** Tensor types read: plain floats and the blocks of 32 whose scale is linear. */
export type GgufTensorType = 'F32' | 'F16' | 'Q4_0' | 'Q4_1' | 'Q8_0';

/** Elements that share one scale. */
export const BLOCK_SIZE = 32;

interface TypeLayout {
  /** Number of the type in the file. */
  readonly code: number;
  readonly elements: number;
  readonly bytes: number;
}

/** Elements and bytes of one block of each type. */
export const TENSOR_TYPES: Readonly<Record<GgufTensorType, TypeLayout>> = {
  F32: { code: 0, elements: 1, bytes: 4 },
  F16: { code: 1, elements: 1, bytes: 2 },
  // half scale, then 16 bytes: element i in the low half of byte i, element i + 16 in the high half.
  Q4_0: { code: 2, elements: BLOCK_SIZE, bytes: 18 },
  // half scale, half minimum, then as Q4_0.
  Q4_1: { code: 3, elements: BLOCK_SIZE, bytes: 20 },
  // half scale, then 32 signed bytes.
  Q8_0: { code: 8, elements: BLOCK_SIZE, bytes: 34 },
};

/** Every 16-bit float as a 32-bit one: 256 KB that turn each scale into a look-up. */
const HALVES = /* @__PURE__ */ Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));

/** The 16-bit float at a byte offset, little-endian. */
export function halfAt(bytes: Uint8Array, offset: number): number {
  return HALVES[bytes[offset]! | (bytes[offset + 1]! << 8)]!;
}

/**
 * Numbers of a run of whole blocks.
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
  const blocks = bytes.length / layout.bytes;
  const numbers = new Float32Array(blocks * layout.elements);
  switch (type) {
    case 'F32':
      new Uint8Array(numbers.buffer).set(bytes);
      break;
    case 'F16':
      for (let i = 0; i < numbers.length; i++) numbers[i] = halfAt(bytes, i * 2);
      break;
    case 'Q4_0':
    case 'Q4_1':
      for (let block = 0, at = 0, to = 0; block < blocks; block++, to += BLOCK_SIZE) {
        const scale = halfAt(bytes, at);
        const minimum = type === 'Q4_1' ? halfAt(bytes, at + 2) : -8 * scale;
        at += type === 'Q4_1' ? 4 : 2;
        for (let i = 0; i < 16; i++, at++) {
          const byte = bytes[at]!;
          numbers[to + i] = (byte & 15) * scale + minimum;
          numbers[to + i + 16] = (byte >> 4) * scale + minimum;
        }
      }
      break;
    case 'Q8_0':
      for (let block = 0, at = 0, to = 0; block < blocks; block++, to += BLOCK_SIZE) {
        const scale = halfAt(bytes, at);
        at += 2;
        for (let i = 0; i < BLOCK_SIZE; i++, at++) numbers[to + i] = ((bytes[at]! << 24) >> 24) * scale;
      }
      break;
  }
  return numbers;
}
