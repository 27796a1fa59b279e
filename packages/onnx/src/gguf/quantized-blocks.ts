/**
 * What is inside the quantized blocks of GGUF: integers, and what scales each group of them. Every type read
 * here is linear, w = scale · integer + minimum, so that dequantized floats and the operands of integer
 * kernels are made from one reading of the bytes. Source of the layouts: ggml's `ggml-common.h` and
 * `ggml-quants.c`.
 *
 * @module
 */
import { halfAt } from './half-precision.ts';

/** Types of linear blocks. */
export type QuantizedType = keyof typeof QUANTIZED_TYPES;

/** How the numbers of a type are made. */
export interface QuantizedLayout {
  /** Number of the type in the file. */
  readonly code: number;
  /** Numbers in one block, and its bytes. */
  readonly elements: number;
  readonly bytes: number;
  /** Numbers that share a scale. */
  readonly group: 16 | 32;
  /** Bits of an integer. */
  readonly bits: 2 | 3 | 4 | 5 | 6 | 8;
  /** Whether groups have a minimum: integers count from 0 then, else they lie around 0. */
  readonly hasMinimum: boolean;
}

/** A run of blocks taken apart: w = scale · integer + minimum. */
export interface UnpackedBlocks {
  /** In the order of the numbers. */
  readonly integers: Int8Array;
  /** One for each group. */
  readonly scales: Float32Array;
  /** One for each group, `undefined` where the type has none. */
  readonly minimums: Float32Array | undefined;
}

/** Layout of each quantized type. */
export const QUANTIZED_TYPES = {
  Q4_0: { code: 2, elements: 32, bytes: 18, group: 32, bits: 4, hasMinimum: false },
  Q4_1: { code: 3, elements: 32, bytes: 20, group: 32, bits: 4, hasMinimum: true },
  Q5_0: { code: 6, elements: 32, bytes: 22, group: 32, bits: 5, hasMinimum: false },
  Q5_1: { code: 7, elements: 32, bytes: 24, group: 32, bits: 5, hasMinimum: true },
  Q8_0: { code: 8, elements: 32, bytes: 34, group: 32, bits: 8, hasMinimum: false },
  Q2_K: { code: 10, elements: 256, bytes: 84, group: 16, bits: 2, hasMinimum: true },
  Q3_K: { code: 11, elements: 256, bytes: 110, group: 16, bits: 3, hasMinimum: false },
  Q4_K: { code: 12, elements: 256, bytes: 144, group: 32, bits: 4, hasMinimum: true },
  Q5_K: { code: 13, elements: 256, bytes: 176, group: 32, bits: 5, hasMinimum: true },
  Q6_K: { code: 14, elements: 256, bytes: 210, group: 16, bits: 6, hasMinimum: false },
} as const satisfies Record<string, QuantizedLayout>;

/** Whether a tensor type is one of blocks. */
export function isQuantized(type: string): type is QuantizedType {
  return type in QUANTIZED_TYPES;
}

/** Reads the block at byte `at` into block number `index` of `to`. */
type Unpack = (bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number) => void;

const UNPACK: Readonly<Record<QuantizedType, Unpack>> = {
  Q4_0: (bytes, at, to, index) => unpack32(bytes, at, to, index, 4),
  Q4_1: (bytes, at, to, index) => unpack32(bytes, at, to, index, 4),
  Q5_0: (bytes, at, to, index) => unpack32(bytes, at, to, index, 5),
  Q5_1: (bytes, at, to, index) => unpack32(bytes, at, to, index, 5),
  Q8_0: unpackQ8,
  Q2_K: unpackQ2K,
  Q3_K: unpackQ3K,
  Q4_K: (bytes, at, to, index) => unpackQ45K(bytes, at, to, index, 4),
  Q5_K: (bytes, at, to, index) => unpackQ45K(bytes, at, to, index, 5),
  Q6_K: unpackQ6K,
};

/**
 * Takes a run of whole blocks apart.
 *
 * @param bytes the blocks, one after another
 */
export function unpackBlocks(type: QuantizedType, bytes: Uint8Array): UnpackedBlocks {
  const { bytes: stride, elements, group, hasMinimum } = QUANTIZED_TYPES[type];
  const blocks = bytes.length / stride;
  const groups = (blocks * elements) / group;
  const to: UnpackedBlocks = {
    integers: new Int8Array(blocks * elements),
    scales: new Float32Array(groups),
    minimums: hasMinimum ? new Float32Array(groups) : undefined,
  };
  for (let index = 0, at = 0; index < blocks; index++, at += stride) UNPACK[type](bytes, at, to, index);
  return to;
}

/**
 * Q4_0, Q4_1, Q5_0, Q5_1: half scale; half minimum (…_1); 32 fifth bits (Q5); then 16 bytes, element i in the
 * low half of byte i, element i + 16 in the high half.
 */
function unpack32(bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number, bits: 4 | 5): void {
  const { integers, scales, minimums } = to;
  scales[index] = halfAt(bytes, at);
  if (minimums !== undefined) minimums[index] = halfAt(bytes, at + 2);
  const centre = minimums === undefined ? 1 << (bits - 1) : 0;
  const high = at + (minimums === undefined ? 2 : 4);
  const low = bits === 5 ? high + 4 : high;
  for (let i = 0, out = index * 32; i < 16; i++, out++) {
    const byte = bytes[low + i]!;
    let first = byte & 15;
    let second = byte >> 4;
    if (bits === 5) {
      first |= ((bytes[high + (i >> 3)]! >> (i & 7)) & 1) << 4;
      second |= ((bytes[high + 2 + (i >> 3)]! >> (i & 7)) & 1) << 4;
    }
    integers[out] = first - centre;
    integers[out + 16] = second - centre;
  }
}

/** Half scale, then 32 signed bytes. */
function unpackQ8(bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number): void {
  to.scales[index] = halfAt(bytes, at);
  for (let i = 0, out = index * 32; i < 32; i++) to.integers[out + i] = bytes[at + 2 + i]!;
}

/** 16 bytes of 4-bit scales (low) and minimums (high), 64 bytes of 2-bit integers, two halves that scale them. */
function unpackQ2K(bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number): void {
  const scale = halfAt(bytes, at + 80);
  const minimum = halfAt(bytes, at + 82);
  for (let group = 0, out = index * 16; group < 16; group++, out++) {
    const byte = bytes[at + group]!;
    to.scales[out] = scale * (byte & 15);
    to.minimums![out] = -(minimum * (byte >> 4));
  }
  for (let i = 0, out = index * 256; i < 256; i++) to.integers[out + i] = twoBits(bytes, at + 16, i);
}

/** 32 bytes of third bits, 64 of 2-bit integers, 12 of 6-bit scales around 32, a half that scales them. */
function unpackQ3K(bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number): void {
  const scale = halfAt(bytes, at + 108);
  for (let group = 0, out = index * 16; group < 16; group++, out++) {
    // Low four bits: two to a byte, 8 bytes apart in the order; high two: four to a byte of the last four.
    const low = (bytes[at + 96 + (group & 7)]! >> (group < 8 ? 0 : 4)) & 15;
    const high = (bytes[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
    to.scales[out] = scale * ((low | (high << 4)) - 32);
  }
  for (let i = 0, out = index * 256; i < 256; i++) {
    const high = (bytes[at + (i & 31)]! >> (i >> 5)) & 1;
    to.integers[out + i] = twoBits(bytes, at + 32, i) - (high === 1 ? 0 : 4);
  }
}

/** Number i of a run of 2-bit integers: 128 of them in 32 bytes, the first 32 in the lowest bits. */
function twoBits(bytes: Uint8Array, at: number, i: number): number {
  return (bytes[at + ((i >> 7) << 5) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;
}

/**
 * Two halves that scale scales and minimums, 12 bytes of 6-bit scales and minimums, 32 bytes of fifth bits
 * (Q5_K), 128 bytes of 4-bit integers: 64 of them in 32 bytes, the first 32 in the low halves.
 */
function unpackQ45K(bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number, bits: 4 | 5): void {
  const scale = halfAt(bytes, at);
  const minimum = halfAt(bytes, at + 2);
  const packed = at + 4;
  for (let group = 0, out = index * 8; group < 8; group++, out++) {
    // The first four of each lie whole in a byte, whose two highest bits are those of the last four.
    const last = group & 3;
    const byte = bytes[packed + 8 + last]!;
    const [ofScale, ofMinimum] = [bytes[packed + last]!, bytes[packed + 4 + last]!];
    const isFirst = group < 4;
    to.scales[out] = scale * (isFirst ? ofScale & 63 : (byte & 15) | ((ofScale >> 2) & 48));
    to.minimums![out] = -(minimum * (isFirst ? ofMinimum & 63 : (byte >> 4) | ((ofMinimum >> 2) & 48)));
  }
  const low = packed + (bits === 5 ? 12 + 32 : 12);
  for (let i = 0, out = index * 256; i < 256; i++) {
    const group = i >> 5;
    const integer = (bytes[low + ((group >> 1) << 5) + (i & 31)]! >> (4 * (group & 1))) & 15;
    const high = bits === 5 ? (bytes[packed + 12 + (i & 31)]! >> group) & 1 : 0;
    to.integers[out + i] = integer | (high << 4);
  }
}

/** 128 bytes of low four bits, 64 of high two, 16 signed scales, a half that scales them; around 32. */
function unpackQ6K(bytes: Uint8Array, at: number, to: UnpackedBlocks, index: number): void {
  const scale = halfAt(bytes, at + 208);
  for (let group = 0, out = index * 16; group < 16; group++, out++) {
    to.scales[out] = scale * ((bytes[at + 192 + group]! << 24) >> 24);
  }
  for (let i = 0, out = index * 256; i < 256; i++) {
    const low = (bytes[at + ((i >> 7) << 6) + (i & 63)]! >> (4 * ((i >> 6) & 1))) & 15;
    to.integers[out + i] = (low | (twoBits(bytes, at + 128, i) << 4)) - 32;
  }
}
