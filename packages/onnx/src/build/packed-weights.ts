/**
 * Quantized tensors as operands of ONNX Runtime's integer kernels, which know w = scale · (integer − zero point)
 * with 4 or 8 bits and one scale for 16 or 32 numbers. The integers of the file are kept, so that nothing is
 * lost:
 *
 * - integers of up to 4 bits become 4-bit ones, of 5 to 8 bits 8-bit ones;
 * - a type with minimums, w = scale · q + minimum, is split into scale · (q − centre), which the kernel takes,
 *   and an offset for each group, minimum + centre · scale (its rounding to a 32-bit float, 6e-8 of it, is all
 *   that differs). The centre keeps the first part small, because there activations are rounded.
 *
 * @module
 */

import {
  QUANTIZED_TYPES,
  type QuantizedType,
  type UnpackedBlocks,
  unpackBlocks,
} from '../gguf/quantized-blocks.ts';
import type { GgufFile, GgufTensor } from '../gguf/read-gguf.ts';
import { bytesOf, mapTensors, type WeightSegment } from './prepared-weights.ts';

/** A matrix `[rows, columns]` ready for the kernels. */
export interface PackedWeights {
  readonly rows: number;
  readonly columns: number;
  readonly bits: 4 | 8;
  /** Numbers that share a scale in the kernel. */
  readonly block: 16 | 32;
  /** Numbers that share an offset. */
  readonly group: 16 | 32;
  /** uint8 `[rows, columns / block, block · bits / 8]`; of 4 bits the first number lies in the low half. */
  readonly integers: WeightSegment;
  /** float32 `[rows, columns / block]` */
  readonly scales: WeightSegment;
  /** float32 `[rows, columns / group]`, `undefined` for types without minimums. */
  readonly offsets: WeightSegment | undefined;
}

/**
 * Plans the operands of tensors of one type, stacked along their rows.
 *
 * @param options.name prefix of the initializers
 * @param options.block numbers that share a scale, where the type has no smaller groups. @default the type's own
 */
export function packWeights(options: {
  file: GgufFile;
  name: string;
  type: QuantizedType;
  tensors: readonly GgufTensor[];
  block?: 16 | 32;
}): PackedWeights {
  const { file, name, type, tensors, block: wanted = 32 } = options;
  const { group, bits: typeBits, hasMinimum } = QUANTIZED_TYPES[type];
  const columns = tensors[0]!.shape[1]!;
  const rows = tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0);
  const bits = typeBits <= 4 ? 4 : 8;
  const block = group === 16 ? 16 : wanted;
  const centre = hasMinimum ? 1 << (typeBits - 1) : 0;
  const segment = (
    part: string,
    dtype: WeightSegment['dtype'],
    dims: readonly number[],
    convert: (blocks: UnpackedBlocks) => Uint8Array,
  ): WeightSegment => ({
    name: `${name}.${part}`,
    dtype,
    dims,
    produce: () => mapTensors(file, tensors, (_type, bytes) => convert(unpackBlocks(type, bytes))),
  });
  return {
    rows,
    columns,
    bits,
    block,
    group,
    integers: segment(
      `integers.${block}`,
      'uint8',
      [rows, columns / block, (block * bits) / 8],
      ({ integers }) =>
        bits === 8 ? unsignedBytes(integers, 128 - centre) : unsignedNibbles(integers, 8 - centre),
    ),
    scales: segment(`scales.${block}`, 'float32', [rows, columns / block], ({ scales }) =>
      bytesOf(repeated(scales, group / block)),
    ),
    offsets: hasMinimum
      ? segment('offsets', 'float32', [rows, columns / group], ({ scales, minimums }) =>
          bytesOf(scales.map((scale, index) => minimums![index]! + centre * scale)),
        )
      : undefined,
  };
}

function unsignedBytes(integers: Int8Array, zeroPoint: number): Uint8Array {
  const result = new Uint8Array(integers.length);
  for (let i = 0; i < result.length; i++) result[i] = integers[i]! + zeroPoint;
  return result;
}

function unsignedNibbles(integers: Int8Array, zeroPoint: number): Uint8Array {
  const result = new Uint8Array(integers.length / 2);
  for (let i = 0; i < result.length; i++) {
    result[i] = (integers[2 * i]! + zeroPoint) | ((integers[2 * i + 1]! + zeroPoint) << 4);
  }
  return result;
}

function repeated(numbers: Float32Array, times: number): Float32Array {
  if (times === 1) return numbers;
  return Float32Array.from(
    { length: numbers.length * times },
    (_, index) => numbers[Math.floor(index / times)]!,
  );
}
