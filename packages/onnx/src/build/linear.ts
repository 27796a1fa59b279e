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

/**
 * How the packed kernel rounds activations to 8 bits. What each form costs and gains is in `docs/benchmarks.md`.
 *
 * - `coarse`: one scale for 32 numbers.
 * - `fine`: one scale for 16, for the products that read the normed residual stream, whose few large units
 *   drown their neighbours. Only for 4-bit weights; others stay `coarse`.
 * - `two planes`: 32 numbers, then what was lost of them once more: nearly exact. Only for 8-bit weights; for
 *   the language-model head, whose rounding nothing averages out.
 */
export type ActivationRounding = 'coarse' | 'fine' | 'two planes';

/** Rows of a tensor handled at once while weights are prepared: a few MB at most. */
const PREPARE_BYTES = 4 << 20;

/**
 * Plans one product over tensors stacked along their rows (query, key and value become one product).
 *
 * @param options.name prefix of the initializers
 * @param options.tensors matrices `[rows, columns]` with equal columns; for `4bit` of one type
 * @param options.rounding how finely the packed kernel rounds activations. @default 'coarse'
 * @returns `undefined` when the tensors cannot be one product in this precision
 */
export function planLinear(options: {
  file: GgufFile;
  name: string;
  tensors: readonly GgufTensor[];
  precision: Precision;
  rounding?: ActivationRounding;
}): Linear | undefined {
  const { file, name, tensors, precision, rounding = 'coarse' } = options;
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
      return byteLinear(file, name, tensors, rows, columns, rounding);
    case 'Q4_0':
    case 'Q4_1':
      return nibbleLinear(file, name, tensors, rows, columns, type === 'Q4_1', rounding);
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
  rounding: ActivationRounding,
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
    emit: (context, input, output) => {
      const product = {
        weights: packed.name,
        scales: flat.name,
        rows,
        columns,
        bits: 8,
        block: BLOCK_SIZE,
      } as const;
      if (rounding === 'two planes') emitInTwoPlanes(context, { input, output, ...product });
      else emitPacked(context, { input, output, ...product });
    },
  };
}

function nibbleLinear(
  file: GgufFile,
  name: string,
  tensors: readonly GgufTensor[],
  rows: number,
  columns: number,
  withMinimum: boolean,
  rounding: ActivationRounding,
): Linear {
  const stride = withMinimum ? TENSOR_TYPES.Q4_1.bytes : TENSOR_TYPES.Q4_0.bytes;
  const header = withMinimum ? 4 : 2;
  const blocks = columns / BLOCK_SIZE;
  // The kernel rounds activations by its own blocks: half-size blocks repeat the scale of the whole one.
  const split = rounding === 'fine' ? 2 : 1;
  const packed: WeightSegment = {
    name: `${name}.packed`,
    dtype: 'uint8',
    dims: [rows, blocks * split, BLOCK_SIZE / split / 2],
    produce: () => mapParts(file, tensors, (_tensor, bytes) => repackNibbles(bytes, stride, header)),
  };
  const scales: WeightSegment = {
    name: `${name}.packed.scales`,
    dtype: 'float32',
    dims: [rows, blocks * split],
    produce: () => mapParts(file, tensors, (_tensor, bytes) => scalesOf(bytes, stride, split)),
  };
  const block = BLOCK_SIZE / split;
  const product = { weights: packed.name, scales: scales.name, rows, columns, bits: 4, block } as const;
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

/** A product of the packed kernel. */
interface PackedProduct {
  readonly input: string;
  readonly output: string;
  readonly weights: string;
  readonly scales: string;
  readonly rows: number;
  readonly columns: number;
  readonly bits: 4 | 8;
  /** Numbers that share a scale, of weights and of activations. */
  readonly block: number;
}

/**
 * x = coarse + fine, where coarse is what the kernel would round x to (per block of 32, 127 steps of the
 * largest value) and fine is the rest; both go through the kernel as rows of one product, so that the weights
 * are read once.
 *
 * @param product.input value `[rows, tokens, columns]`
 */
function emitInTwoPlanes(context: LinearContext, product: PackedProduct): void {
  const { graph } = context;
  const { input, output, columns } = product;
  const name = (part: string): string => `${output}.${part}`;
  graph.constant(name('blocks_shape'), BigInt64Array.of(0n, 0n, -1n, BigInt(BLOCK_SIZE)));
  graph.constant(name('whole_shape'), BigInt64Array.of(0n, 0n, BigInt(columns)));
  graph.constant(name('last_axis'), BigInt64Array.of(-1n));
  graph.constant(name('steps'), Float32Array.of(127));
  // Keeps a block of zeros from dividing by zero.
  graph.constant(name('smallest'), Float32Array.of(1e-30));
  graph.node('Reshape', [input, name('blocks_shape')], [name('blocks')]);
  graph.node('Abs', [name('blocks')], [name('sizes')]);
  graph.node('ReduceMax', [name('sizes'), name('last_axis')], [name('largest')], {
    attributes: { keepdims: { int: 1 } },
  });
  graph.node('Div', [name('largest'), name('steps')], [name('raw_scale')]);
  graph.node('Max', [name('raw_scale'), name('smallest')], [name('scale')]);
  graph.node('Div', [name('blocks'), name('scale')], [name('exact_steps')]);
  graph.node('Round', [name('exact_steps')], [name('whole_steps')]);
  graph.node('Mul', [name('whole_steps'), name('scale')], [name('coarse_blocks')]);
  graph.node('Reshape', [name('coarse_blocks'), name('whole_shape')], [name('coarse')]);
  graph.node('Sub', [input, name('coarse')], [name('fine')]);
  graph.node('Concat', [name('coarse'), name('fine')], [name('planes')], {
    attributes: { axis: { int: 1 } },
  });
  emitPacked(context, { ...product, input: name('planes'), output: name('products') });
  graph.node('Split', [name('products')], [name('coarse_product'), name('fine_product')], {
    attributes: { axis: { int: 1 }, num_outputs: { int: 2 } },
  });
  graph.node('Add', [name('coarse_product'), name('fine_product')], [output]);
}

function emitPacked({ graph, weight }: LinearContext, product: PackedProduct): void {
  const { input, output, weights, scales, rows, columns, bits, block } = product;
  graph.node('MatMulNBits', [input, weight(weights), weight(scales)], [output], {
    domain: 'com.microsoft',
    attributes: {
      K: { int: columns },
      N: { int: rows },
      bits: { int: bits },
      block_size: { int: block },
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

/** The scale of each block, each `repeat` times. */
function scalesOf(bytes: Uint8Array, stride: number, repeat = 1): Uint8Array {
  const scales = new Float32Array((bytes.length / stride) * repeat);
  for (let i = 0; i < scales.length; i++) scales[i] = halfAt(bytes, Math.floor(i / repeat) * stride);
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
