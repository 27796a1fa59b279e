/**
 * Quantized tensors as operands of ONNX Runtime's integer kernels, which know w = scale · (integer − zero point)
 * with 4 or 8 bits and one scale for 16 or 32 numbers. The integers of the file are kept, so that nothing is
 * lost:
 *
 * - integers of up to 4 bits become 4-bit ones, of 5 to 8 bits 8-bit ones;
 * - a type with minimums, w = scale · q + minimum, is split into scale · (q − centre), which the kernel takes,
 *   and an offset for each group, minimum + centre · scale (its rounding to a 32-bit float, 6e-8 of it, is all
 *   that differs). The centre keeps the first part small, because there activations are rounded. Offsets are a matrix
 *   of their own, or rounded into zero points and further columns, which is read much faster (`rounded-offsets.ts`).
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
import { type RoundedOffsets, restColumns, roundOffsets, sideBySide } from './rounded-offsets.ts';

/** A matrix `[rows, columns]` ready for the kernels. */
export interface PackedWeights {
  readonly rows: number;
  readonly columns: number;
  readonly bits: 4 | 8;
  /** Numbers that share a scale in the kernel. */
  readonly block: 16 | 32;
  /** Numbers that share an offset. */
  readonly group: 16 | 32;
  /** uint8 `[rows, all columns / block, block · bits / 8]`; of 4 bits the first number lies in the low half. */
  readonly integers: WeightSegment;
  /** float32 `[rows, all columns / block]` */
  readonly scales: WeightSegment;
  /** float32 `[rows, columns / group]`; `undefined` for types without minimums, and where offsets are rounded. */
  readonly offsets: WeightSegment | undefined;
  /** Where offsets are rounded. */
  readonly rounded: RoundedSegments | undefined;
}

/** What rounded offsets are on disk besides integers and scales. */
interface RoundedSegments {
  /** uint8 `[rows, all columns / block · bits / 8]`; of 4 bits the first lies in the low half. */
  readonly zeroPoints: WeightSegment;
  /** After the columns of the matrix follow so many times those over the sums of its groups. */
  readonly digits: number;
}

/**
 * Plans the operands of tensors of one type, stacked along their rows.
 *
 * @param options.name prefix of the initializers
 * @param options.block numbers that share a scale, where the type has no smaller groups. @default the type's own
 * @param options.roundsOffsets whether offsets are rounded. @default false
 */
export function packWeights(options: {
  file: GgufFile;
  name: string;
  type: QuantizedType;
  tensors: readonly GgufTensor[];
  block?: 16 | 32;
  roundsOffsets?: boolean;
}): PackedWeights {
  const { file, name, type, tensors, block: wanted = 32, roundsOffsets = false } = options;
  const { group, bits: typeBits, hasMinimum } = QUANTIZED_TYPES[type];
  const columns = tensors[0]!.shape[1]!;
  const rows = tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0);
  const bits = typeBits <= 4 ? 4 : 8;
  const block = group === 16 ? 16 : wanted;
  const centre = hasMinimum ? 1 << (typeBits - 1) : 0;
  const offsetsOf = ({ scales, minimums }: UnpackedBlocks): Float32Array =>
    scales.map((scale, index) => minimums![index]! + centre * scale);
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
  const pack = bits === 8 ? unsignedBytes : unsignedNibbles;
  const ownScales = ({ scales }: UnpackedBlocks): Float32Array => repeated(scales, group / block);
  const shape = { rows, columns, bits, block, group } as const;
  if (!hasMinimum || !roundsOffsets) {
    return {
      ...shape,
      integers: segment(`integers.${block}`, 'uint8', [rows, columns / block, (block * bits) / 8], (blocks) =>
        pack(blocks.integers.map((value) => value - centre)),
      ),
      scales: segment(`scales.${block}`, 'float32', [rows, columns / block], (blocks) =>
        bytesOf(ownScales(blocks)),
      ),
      offsets: hasMinimum
        ? segment('offsets', 'float32', [rows, columns / group], (blocks) => bytesOf(offsetsOf(blocks)))
        : undefined,
      rounded: undefined,
    };
  }
  const groups = columns / group;
  // Of integers up to 3 half a scale is a large share. Such types come in 16 groups: each digit fills whole blocks.
  const digits = typeBits < 4 ? 2 : 1;
  const further = digits * restColumns(groups, block);
  const blocksOfRow = (columns + further) / block;
  const range = bits === 8 ? { zeroPoint: 255, rest: 127 } : { zeroPoint: 15, rest: 7 };
  const round = (blocks: UnpackedBlocks): RoundedOffsets =>
    roundOffsets(blocks, { groups, block, digits, range });
  const rowsOf = ({ scales }: UnpackedBlocks): number => scales.length / groups;
  // Of a type with minimums integers count from 0; the packing of both counts from the middle.
  const middle = range.rest + 1;
  return {
    ...shape,
    integers: segment(
      `integers.${block}.wide`,
      'uint8',
      [rows, blocksOfRow, (block * bits) / 8],
      (blocks) => {
        const own = blocks.integers.map((value) => value - middle);
        return pack(sideBySide(own, round(blocks).rests, rowsOf(blocks)));
      },
    ),
    scales: segment(`scales.${block}.wide`, 'float32', [rows, blocksOfRow], (blocks) =>
      bytesOf(sideBySide(ownScales(blocks), round(blocks).scales, rowsOf(blocks))),
    ),
    offsets: undefined,
    rounded: {
      digits,
      zeroPoints: segment('zero_points', 'uint8', [rows, Math.ceil((blocksOfRow * bits) / 8)], (blocks) => {
        const own = repeated(round(blocks).zeroPoints, group / block);
        const ofRests = new Float32Array((rowsOf(blocks) * further) / block).fill(middle);
        return packZeroPoints(sideBySide(own, ofRests, rowsOf(blocks)), { blocksOfRow, bits });
      }),
    },
  };
}

/** Zero points `[rows, blocks]` in bytes; of 4 bits a row of odd length ends in half a byte. */
function packZeroPoints(
  zeroPoints: Float32Array,
  { blocksOfRow, bits }: { blocksOfRow: number; bits: 4 | 8 },
): Uint8Array {
  if (bits === 8) return Uint8Array.from(zeroPoints);
  const bytesOfRow = Math.ceil(blocksOfRow / 2);
  const packed = new Uint8Array((zeroPoints.length / blocksOfRow) * bytesOfRow);
  for (const [at, zeroPoint] of zeroPoints.entries()) {
    const [row, block] = [Math.floor(at / blocksOfRow), at % blocksOfRow];
    packed[row * bytesOfRow + (block >> 1)]! |= zeroPoint << (4 * (block & 1));
  }
  return packed;
}

function unsignedBytes(integers: Int8Array): Uint8Array {
  return Uint8Array.from(integers, (value) => value + 128);
}

function unsignedNibbles(integers: Int8Array): Uint8Array {
  const result = new Uint8Array(integers.length / 2);
  for (let i = 0; i < result.length; i++) {
    result[i] = (integers[2 * i]! + 8) | ((integers[2 * i + 1]! + 8) << 4);
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
