/**
 * One matrix product y = x·Wᵀ over quantized or plain weights, in the two forms that were measured:
 *
 * - `fp32`: weights as 32-bit floats, exact; the form for capture.
 * - `4bit`: the file's own integers in ONNX Runtime's packed kernel with 8-bit activations. A Q4_1 weight
 *   d·q + m is split into d·(q − 8), which the kernel takes, and the sum over each block of x times
 *   (m + 8d), a small second product. Weights stay exact; only activations are rounded.
 *
 * @module
 */
import { type GgufFile, type GgufTensor, readTensor } from '../gguf/read-gguf.ts';
import { BLOCK_SIZE, dequantize, halfAt, TENSOR_TYPES } from '../gguf/tensor-types.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';
import type { WeightSegment } from './prepared-weights.ts';

/** How a decoder computes. */
export type Precision = 'fp32' | '4bit';

/** A matrix product: what it needs on disk, and how it is written into a graph. */
export interface Linear {
  readonly segments: readonly WeightSegment[];
  /** Writes the nodes that compute `output` from `input`. */
  emit(context: LinearContext, input: string, output: string): void;
}

/** What a product needs of the graph it is written into. */
export interface LinearContext {
  readonly graph: GraphWriter;
  /** Declares a weight segment on first use and returns its name. */
  readonly weight: (name: string) => string;
  /** Sums of a value over blocks of 32, made once per value and shared by the products that read it. */
  readonly blockSums: (input: string) => string;
}

/** Rows of a tensor handled at once while weights are prepared: a few MB at most. */
const PREPARE_BYTES = 4 << 20;

/**
 * Plans one product over tensors stacked along their rows (query, key and value become one product).
 *
 * @param options.name prefix of the initializers
 * @param options.tensors matrices `[rows, columns]` with equal columns; for `4bit` of one type
 * @returns `undefined` when the tensors cannot be one product in this precision
 */
export function planLinear(options: {
  file: GgufFile;
  name: string;
  tensors: readonly GgufTensor[];
  precision: Precision;
}): Linear | undefined {
  const { file, name, tensors, precision } = options;
  const columns = tensors[0]!.shape[1]!;
  const rows = tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0);
  const type = tensors[0]!.type;
  if (precision === 'fp32') return floatLinear(file, name, tensors);
  if (tensors.some((tensor) => tensor.type !== type)) return undefined;
  switch (type) {
    case 'F32':
    case 'F16':
      return floatLinear(file, name, tensors);
    case 'Q8_0':
      return byteLinear(file, name, tensors, rows, columns);
    case 'Q4_0':
    case 'Q4_1':
      return nibbleLinear(file, name, tensors, rows, columns, type === 'Q4_1');
  }
}

/** All numbers of the tensors as 32-bit floats, stacked along the rows. */
export function floatSegment(file: GgufFile, name: string, tensors: readonly GgufTensor[]): WeightSegment {
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.shape.length === 1 ? 1 : tensor.shape[0]!), 0);
  const columns = tensors[0]!.shape[tensors[0]!.shape.length - 1]!;
  return {
    name,
    dtype: 'float32',
    dims: tensors.length === 1 && tensors[0]!.shape.length === 1 ? [columns] : [rows, columns],
    produce: () => mapParts(file, tensors, (tensor, bytes) => bytesOf(dequantize(tensor.type, bytes))),
  };
}

/** The integers of Q8_0 tensors as unsigned bytes around 128, and their scales. */
export function byteSegments(
  file: GgufFile,
  name: string,
  tensors: readonly GgufTensor[],
): { integers: WeightSegment; scales: WeightSegment } {
  const columns = tensors[0]!.shape[1]!;
  const rows = tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0);
  const stride = TENSOR_TYPES.Q8_0.bytes;
  return {
    integers: {
      name: `${name}.integers`,
      dtype: 'uint8',
      dims: [rows, columns],
      produce: () =>
        mapParts(file, tensors, (_tensor, bytes) => {
          const result = new Uint8Array((bytes.length / stride) * BLOCK_SIZE);
          for (let at = 2, to = 0; to < result.length; at += 2) {
            for (let i = 0; i < BLOCK_SIZE; i++) result[to++] = bytes[at++]! ^ 0x80;
          }
          return result;
        }),
    },
    scales: {
      name: `${name}.scales`,
      dtype: 'float32',
      dims: [rows, columns / BLOCK_SIZE],
      produce: () => mapParts(file, tensors, (_tensor, bytes) => scalesOf(bytes, stride)),
    },
  };
}

function floatLinear(file: GgufFile, name: string, tensors: readonly GgufTensor[]): Linear {
  const weights = floatSegment(file, name, tensors);
  return {
    segments: [weights],
    // FusedMatMul reads W as the file has it, [rows, columns]; ONNX Runtime packs it as it does for MatMul.
    emit: ({ graph, weight }, input, output) => {
      graph.node('FusedMatMul', [input, weight(name)], [output], {
        domain: 'com.microsoft',
        attributes: { transB: { int: 1 } },
      });
    },
  };
}

function byteLinear(
  file: GgufFile,
  name: string,
  tensors: readonly GgufTensor[],
  rows: number,
  columns: number,
): Linear {
  const { integers, scales } = byteSegments(file, name, tensors);
  const packed: WeightSegment = {
    ...integers,
    name: `${name}.packed`,
    dims: [rows, columns / BLOCK_SIZE, BLOCK_SIZE],
  };
  const flat: WeightSegment = { ...scales, name: `${name}.packed.scales` };
  return {
    segments: [packed, flat],
    emit: (context, input, output) =>
      emitPacked(context, { input, output, weights: packed.name, scales: flat.name, rows, columns, bits: 8 }),
  };
}

function nibbleLinear(
  file: GgufFile,
  name: string,
  tensors: readonly GgufTensor[],
  rows: number,
  columns: number,
  withMinimum: boolean,
): Linear {
  const stride = withMinimum ? TENSOR_TYPES.Q4_1.bytes : TENSOR_TYPES.Q4_0.bytes;
  const header = withMinimum ? 4 : 2;
  const blocks = columns / BLOCK_SIZE;
  const packed: WeightSegment = {
    name: `${name}.packed`,
    dtype: 'uint8',
    dims: [rows, blocks, BLOCK_SIZE / 2],
    produce: () => mapParts(file, tensors, (_tensor, bytes) => repackNibbles(bytes, stride, header)),
  };
  const scales: WeightSegment = {
    name: `${name}.packed.scales`,
    dtype: 'float32',
    dims: [rows, blocks],
    produce: () => mapParts(file, tensors, (_tensor, bytes) => scalesOf(bytes, stride)),
  };
  const product = { weights: packed.name, scales: scales.name, rows, columns, bits: 4 } as const;
  if (!withMinimum) {
    return {
      segments: [packed, scales],
      emit: (context, input, output) => emitPacked(context, { input, output, ...product }),
    };
  }
  const offsets: WeightSegment = {
    name: `${name}.offsets`,
    dtype: 'float32',
    dims: [rows, blocks],
    produce: () =>
      mapParts(file, tensors, (_tensor, bytes) => {
        const result = new Float32Array(bytes.length / stride);
        for (let block = 0, at = 0; block < result.length; block++, at += stride) {
          result[block] = halfAt(bytes, at + 2) + 8 * halfAt(bytes, at);
        }
        return bytesOf(result);
      }),
  };
  return {
    segments: [packed, scales, offsets],
    emit: (context, input, output) => {
      const { graph, weight, blockSums } = context;
      emitPacked(context, { input, output: `${output}.scaled`, ...product });
      graph.node('FusedMatMul', [blockSums(input), weight(offsets.name)], [`${output}.offset`], {
        domain: 'com.microsoft',
        attributes: { transB: { int: 1 } },
      });
      graph.node('Add', [`${output}.scaled`, `${output}.offset`], [output]);
    },
  };
}

function emitPacked(
  { graph, weight }: LinearContext,
  product: {
    input: string;
    output: string;
    weights: string;
    scales: string;
    rows: number;
    columns: number;
    bits: 4 | 8;
  },
): void {
  const { input, output, weights, scales, rows, columns, bits } = product;
  graph.node('MatMulNBits', [input, weight(weights), weight(scales)], [output], {
    domain: 'com.microsoft',
    attributes: {
      K: { int: columns },
      N: { int: rows },
      bits: { int: bits },
      block_size: { int: BLOCK_SIZE },
      accuracy_level: { int: 4 },
    },
  });
}

/** GGUF keeps element i beside i + 16; the packed kernel keeps element 2i beside 2i + 1. */
function repackNibbles(bytes: Uint8Array, stride: number, header: number): Uint8Array {
  const blocks = bytes.length / stride;
  const result = new Uint8Array(blocks * 16);
  for (let block = 0, at = 0, to = 0; block < blocks; block++, at += stride, to += 16) {
    const from = at + header;
    for (let i = 0; i < 8; i++) {
      const first = bytes[from + 2 * i]!;
      const second = bytes[from + 2 * i + 1]!;
      result[to + i] = (first & 15) | ((second & 15) << 4);
      result[to + i + 8] = (first >> 4) | (second & 0xf0);
    }
  }
  return result;
}

function scalesOf(bytes: Uint8Array, stride: number): Uint8Array {
  const scales = new Float32Array(bytes.length / stride);
  for (let block = 0; block < scales.length; block++) scales[block] = halfAt(bytes, block * stride);
  return bytesOf(scales);
}

async function* mapParts(
  file: GgufFile,
  tensors: readonly GgufTensor[],
  convert: (tensor: GgufTensor, bytes: Uint8Array) => Uint8Array,
): AsyncIterable<Uint8Array> {
  for (const tensor of tensors) {
    const block = TENSOR_TYPES[tensor.type].bytes;
    const part = Math.max(1, Math.floor(PREPARE_BYTES / block)) * block;
    for (let start = 0; start < tensor.length; start += part) {
      const length = Math.min(part, tensor.length - start);
      yield convert(tensor, await readTensor(file, tensor, { start, length }));
    }
  }
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
