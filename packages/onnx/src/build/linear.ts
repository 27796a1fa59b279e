/**
 * One linear map y = x·Wᵀ + bias over quantized or plain weights, in the forms that were measured:
 *
 * - `fp32`: weights as 32-bit floats, exact; the form for capture.
 * - `4bit`: the file's own integers in ONNX Runtime's packed kernel with 8-bit activations. Weights stay exact
 *   (`packed-weights.ts` says how); only activations are rounded. What has no integers (F32, F16, BF16) is
 *   computed as in `fp32`.
 * - `4bit-fast`: the same with coarser rounding everywhere, of the groups' offsets too (`rounded-offsets.ts`): faster, twice
 *   the error.
 * - `8bit`: weights rounded to 8 bits with a scale for each row, activations as two planes of 8 bits; the form for reading
 *   prompts. What comes after the last attention, whose rounding nothing averages out, is held as in `4bit`.
 *
 * @module
 */
import { isQuantized } from '../gguf/quantized-blocks.ts';
import type { GgufFile, GgufTensor } from '../gguf/read-gguf.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { type IntegerPlanes, PLANE_CENTRE } from './integer-planes.ts';
import { type IntegerWeights, planIntegerWeights } from './integer-weights.ts';
import { type PackedWeights, packWeights } from './packed-weights.ts';
import { floatSegment, type WeightSegment } from './prepared-weights.ts';

/** How a decoder computes. */
export type Precision = 'fp32' | '4bit' | '4bit-fast' | '8bit';

/** A linear map: what it needs on disk, and how it is written into a graph. */
export interface Linear {
  readonly segments: readonly WeightSegment[];
  /** Writes the nodes that compute `output` from `input`. */
  emit(context: LinearContext, input: string, output: string): void;
  /**
   * Writes the nodes that compute the gradient of the input, `output`, from that of the output, over the same weights.
   * Absent where the product is over integers.
   */
  emitBackward?(context: LinearContext, gradient: string, output: string): void;
}

/** What a product needs of the graph it is written into. */
export interface LinearContext {
  readonly graph: GraphWriter;
  /** Declares a weight segment on first use and returns its name; `dims` for another shape of the same bytes. */
  readonly weight: (name: string, dims?: readonly number[]) => string;
  /** Sums of a value `[rows, tokens, columns]` over blocks of columns, made once and shared by the products that read it. */
  readonly blockSums: (input: string, block: number) => string;
  /** A value `[rows, tokens, columns]` as two planes of integers, made once per value. */
  readonly planes: (input: string) => IntegerPlanes;
  /** Whether the graph is for a graphics card. */
  readonly forCard: boolean;
}

/** A weight matrix `[rows, columns]` and its bias `[rows]`. */
export interface LinearPart {
  readonly weight: GgufTensor;
  readonly bias: GgufTensor | undefined;
}

/**
 * How activations are rounded to 8 bits; `4bit-fast` is coarse everywhere. What each form costs and gains is in
 * `docs/benchmarks.md`.
 *
 * - `coarse`: in the packed kernel one scale for as many numbers as share one in the file, 32 or 16; in `8bit` one for a
 *   token.
 * - `fine`: for the products that read the normed residual stream, whose few large units drown their neighbours: one
 *   scale for 16; in `8bit` two planes of integers.
 * - `two planes`: coarse, then what was lost once more, over the file's own integers in `8bit` too: nearly exact. For the
 *   language-model head, whose rounding nothing averages out.
 */
export type ActivationRounding = 'coarse' | 'fine' | 'two planes';

/**
 * Plans one linear map over parts stacked along their rows (query, key and value become one product).
 *
 * @param options.name prefix of the initializers
 * @param options.parts matrices with equal columns
 * @param options.rounding how finely the packed kernel rounds activations. @default 'coarse'
 * @returns `undefined` when the parts cannot be one product: of several types but for `fp32`, or biases on some
 */
export function planLinear(options: {
  file: GgufFile;
  name: string;
  parts: readonly LinearPart[];
  precision: Precision;
  rounding?: ActivationRounding;
}): Linear | undefined {
  const { file, name, parts, precision, rounding = 'coarse' } = options;
  const tensors = parts.map(({ weight }) => weight);
  const biases = parts.flatMap(({ bias }) => (bias === undefined ? [] : [bias]));
  if (biases.length !== 0 && biases.length !== parts.length) return undefined;
  const product = planProduct({ file, name, tensors, precision, rounding });
  if (product === undefined) return undefined;
  return biases.length === 0 ? product : withBias(product, floatSegment(file, `${name}.bias`, biases));
}

function planProduct(options: {
  file: GgufFile;
  name: string;
  tensors: readonly GgufTensor[];
  precision: Precision;
  rounding: ActivationRounding;
}): Linear | undefined {
  const { file, name, tensors, precision, rounding } = options;
  if (precision === 'fp32') return floatLinear(floatSegment(file, name, tensors));
  if (precision === '8bit' && rounding !== 'two planes') {
    return integerLinear(planIntegerWeights({ file, name, tensors }), rounding);
  }
  const type = tensors[0]!.type;
  if (tensors.some((tensor) => tensor.type !== type)) return undefined;
  if (!isQuantized(type)) return floatLinear(floatSegment(file, name, tensors));
  const block = rounding === 'fine' ? 16 : 32;
  const roundsOffsets = precision === '4bit-fast';
  return packedLinear(packWeights({ file, name, type, tensors, block, roundsOffsets }), rounding);
}

function withBias(product: Linear, bias: WeightSegment): Linear {
  return {
    segments: [...product.segments, bias],
    emit: (context, input, output) => {
      product.emit(context, input, `${output}.product`);
      context.graph.node('Add', [`${output}.product`, context.weight(bias.name)], [output]);
    },
    ...(product.emitBackward && { emitBackward: product.emitBackward }),
  };
}

function floatLinear(weights: WeightSegment): Linear {
  return {
    segments: [weights],
    emit: (context, input, output) => emitFloat(context, weights, input, output),
    // y = x Wᵀ, so ∂L/∂x = ∂L/∂y W: the matrix is read as it lies in the file.
    emitBackward: ({ graph, weight }, gradient, output) => {
      graph.node('MatMul', [gradient, weight(weights.name)], [output]);
    },
  };
}

function integerLinear(weights: IntegerWeights, rounding: 'coarse' | 'fine'): Linear {
  const emit = rounding === 'coarse' ? emitCoarseInteger : emitInteger;
  return {
    segments: [weights.integers, weights.scales],
    emit: (context, input, output) => emit(context, weights, input, output),
  };
}

function packedLinear(weights: PackedWeights, rounding: ActivationRounding): Linear {
  const { integers, scales, offsets, rounded, group, columns } = weights;
  const emitProduct = rounding === 'two planes' ? emitInTwoPlanes : emitPacked;
  if (rounded !== undefined) {
    const { zeroPoints, digits } = rounded;
    return {
      segments: [integers, scales, zeroPoints],
      emit: (context, input, output) => {
        const sums = context.blockSums(input, group);
        const repeated = Array.from({ length: digits }, () => sums);
        context.graph.node('Concat', [input, ...repeated], [`${output}.input`], {
          attributes: { axis: { int: -1 } },
        });
        const further = (digits * columns) / group;
        emitProduct(context, { ...weights, columns: columns + further }, `${output}.input`, output);
      },
    };
  }
  if (offsets === undefined) {
    return {
      segments: [integers, scales],
      emit: (context, input, output) => emitProduct(context, weights, input, output),
    };
  }
  return {
    segments: [integers, scales, offsets],
    emit: (context, input, output) => {
      emitProduct(context, weights, input, `${output}.scaled`);
      emitFloat(context, offsets, context.blockSums(input, group), `${output}.offset`);
      context.graph.node('Add', [`${output}.scaled`, `${output}.offset`], [output]);
    },
  };
}

/** FusedMatMul reads W as the file has it, [rows, columns]; ONNX Runtime packs it as it does for MatMul. */
function emitFloat(
  { graph, weight, forCard }: LinearContext,
  weights: WeightSegment,
  input: string,
  output: string,
): void {
  if (forCard) {
    // Turned once, when the session is made.
    const [turned] = graph.node('Transpose', [weight(weights.name)], 1, {
      attributes: { perm: { ints: [1, 0] } },
    });
    graph.node('MatMul', [input, turned], [output]);
    return;
  }
  graph.node('FusedMatMul', [input, weight(weights.name)], [output], {
    domain: 'com.microsoft',
    attributes: { transB: { int: 1 } },
  });
}

function emitPacked(
  { graph, weight }: LinearContext,
  weights: PackedWeights,
  input: string,
  output: string,
): void {
  const { integers, scales, rounded, rows, columns, bits, block } = weights;
  const operands = [integers, scales, ...(rounded === undefined ? [] : [rounded.zeroPoints])];
  graph.node('MatMulNBits', [input, ...operands.map(({ name }) => weight(name))], [output], {
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

/**
 * x = coarse + fine, where coarse is what the kernel would round x to (per block, 127 steps of the largest
 * value) and fine is the rest; both go through the kernel as rows of one product, so that the weights are read
 * once.
 *
 * @param input value `[rows, tokens, columns]`
 */
function emitInTwoPlanes(
  context: LinearContext,
  weights: PackedWeights,
  input: string,
  output: string,
): void {
  const { graph } = context;
  const { columns, block } = weights;
  const name = (part: string): string => `${output}.${part}`;
  graph.constant(name('blocks_shape'), BigInt64Array.of(0n, 0n, -1n, BigInt(block)));
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
  emitPacked(context, weights, name('planes'), name('products'));
  graph.node('Split', [name('products')], [name('coarse_product'), name('fine_product')], {
    attributes: { axis: { int: 1 }, num_outputs: { int: 2 } },
  });
  graph.node('Add', [name('coarse_product'), name('fine_product')], [output]);
}

/** x ≈ scale · (coarse + fine / 254): see {@link planeWriter}. */
function emitInteger(context: LinearContext, weights: IntegerWeights, input: string, output: string): void {
  const { graph, planes } = context;
  const { scale, coarse, fine, one, fineStep } = planes(input);
  multiplyPlane(context, weights, { plane: coarse, step: one, product: `${output}.coarse` });
  multiplyPlane(context, weights, { plane: fine(), step: fineStep, product: `${output}.fine` });
  graph.node('Add', [`${output}.coarse`, `${output}.fine`], [`${output}.steps`]);
  graph.node('Mul', [`${output}.steps`, scale], [output]);
}

/** x ≈ scale · coarse. */
function emitCoarseInteger(
  context: LinearContext,
  weights: IntegerWeights,
  input: string,
  output: string,
): void {
  const { scale, coarse, one } = context.planes(input);
  multiplyPlane(context, weights, { plane: coarse, step: one, product: `${output}.steps` });
  context.graph.node('Mul', [`${output}.steps`, scale], [output]);
}

function multiplyPlane(
  { graph, weight }: LinearContext,
  { integers, scales }: IntegerWeights,
  { plane, step, product }: { plane: string; step: string; product: string },
): void {
  graph.node(
    'MatMulIntegerToFloat',
    [plane, weight(integers.name), step, weight(scales.name), PLANE_CENTRE],
    [product],
    { domain: 'com.microsoft' },
  );
}
