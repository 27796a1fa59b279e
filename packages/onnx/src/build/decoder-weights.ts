/**
 * Which tensors of a GGUF a decoder reads, and in which form.
 *
 * @module
 */
import { FileFormatError, UnsupportedModelError } from '@austeer/core';
import { isQuantized, QUANTIZED_TYPES } from '../gguf/quantized-blocks.ts';
import type { GgufFile, GgufTensor } from '../gguf/read-gguf.ts';
import type { DecoderConfiguration } from './decoder-configuration.ts';
import { type ActivationRounding, type Linear, type Precision, planLinear } from './linear.ts';
import { type PackedWeights, packWeights } from './packed-weights.ts';
import { floatSegment, type WeightSegment } from './prepared-weights.ts';
import { rotarySegments } from './rotary-tables.ts';

/** Names of segments, and linear maps, of one layer. */
export interface LayerWeights {
  readonly attentionNorm: string;
  readonly feedForwardNorm: string;
  /** Of each head of queries and keys. */
  readonly headNorms: { readonly query: string; readonly key: string } | undefined;
  /** After attention and after the feed-forward block. */
  readonly postNorms: { readonly attention: string; readonly feedForward: string } | undefined;
  /** Query, key and value as one product, or three where their types differ. */
  readonly queryKeyValue: readonly Linear[];
  readonly attentionOutput: Linear;
  /** Gate and up as one product, or two. */
  readonly gateUp: readonly Linear[];
  readonly down: Linear;
}

/** Everything that a decoder reads. */
export interface DecoderWeights {
  readonly segments: readonly WeightSegment[];
  /** Integers as the file has them, or the name of 32-bit floats. */
  readonly embedding: PackedWeights | string;
  readonly layers: readonly LayerWeights[];
  readonly outputNorm: string;
  readonly head: Linear;
  /** How the matrices are held and multiplied, in words. */
  readonly description: string;
}

/**
 * Plans the weights.
 *
 * @throws FileFormatError when a tensor is missing or of another shape.
 * @throws UnsupportedModelError when the file has a tensor that the graph would leave out.
 */
export function planWeights(
  file: GgufFile,
  configuration: DecoderConfiguration,
  precision: Precision,
): DecoderWeights {
  const { hidden, inner, heads, kvHeads, headSize, vocabulary, contextLength } = configuration;
  const segments: WeightSegment[] = [];
  const read = new Set(['rope_freqs.weight']);
  const take = (name: string, shape: readonly number[]): GgufTensor => {
    const tensor = file.tensors.get(name);
    const problem =
      tensor === undefined
        ? 'is missing'
        : tensor.shape.join() === shape.join()
          ? undefined
          : `has shape [${tensor.shape.join(', ')}]; expected [${shape.join(', ')}]`;
    if (tensor === undefined || problem !== undefined) {
      throw new FileFormatError({ path: file.path, format: 'GGUF', problem: `tensor ${name} ${problem}` });
    }
    read.add(name);
    return tensor;
  };
  const floats = (name: string, shape: readonly number[]): string => {
    segments.push(floatSegment(file, name, [take(name, shape)]));
    return name;
  };
  const matrixTypes = new Set<GgufTensor['type']>();
  /** Several maps of one input as one product, if that can be. */
  const linears = (
    name: string,
    matrices: readonly [string, number, number][],
    whereFine: ActivationRounding = 'coarse',
    stacked = true,
  ): readonly Linear[] => {
    const rounding = precision === '4bit-fast' ? 'coarse' : whereFine;
    const parts = matrices.map(([matrix, rows, columns]) => {
      const bias = matrix.replace(/weight$/, 'bias');
      return {
        weight: take(matrix, [rows, columns]),
        bias: file.tensors.has(bias) ? take(bias, [rows]) : undefined,
      };
    });
    for (const { weight } of parts) matrixTypes.add(weight.type);
    const together = stacked ? planLinear({ file, name, parts, precision, rounding }) : undefined;
    const planned =
      together === undefined
        ? parts.map(
            (part) => planLinear({ file, name: part.weight.name, parts: [part], precision, rounding })!,
          )
        : [together];
    for (const linear of planned) segments.push(...linear.segments);
    return planned;
  };
  const linear = (matrix: [string, number, number], whereFine?: ActivationRounding): Linear =>
    linears(matrix[0], [matrix], whereFine)[0]!;

  const embeddingTensor = take('token_embd.weight', [vocabulary, hidden]);
  const embedding = planEmbedding(file, embeddingTensor);
  segments.push(...embedding.segments);

  const layers = Array.from({ length: configuration.layers }, (_, layer): LayerWeights => {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    const queries = heads * headSize;
    const keys = kvHeads * headSize;
    // What comes after the last attention reads the picked positions alone, and nothing averages its rounding out.
    const isExact = precision === '8bit' && layer === configuration.layers - 1;
    const unlessTop = (rounding: ActivationRounding): ActivationRounding =>
      isExact ? 'two planes' : rounding;
    return {
      attentionNorm: floats(name('attn_norm'), [hidden]),
      feedForwardNorm: floats(name('ffn_norm'), [hidden]),
      headNorms: configuration.hasHeadNorms
        ? { query: floats(name('attn_q_norm'), [headSize]), key: floats(name('attn_k_norm'), [headSize]) }
        : undefined,
      postNorms: configuration.hasPostNorms
        ? {
            attention: floats(name('post_attention_norm'), [hidden]),
            feedForward: floats(name('post_ffw_norm'), [hidden]),
          }
        : undefined,
      queryKeyValue: linears(
        name('attn_qkv'),
        [
          [name('attn_q'), queries, hidden],
          [name('attn_k'), keys, hidden],
          [name('attn_v'), keys, hidden],
        ],
        'fine',
      ),
      attentionOutput: linear([name('attn_output'), hidden, queries], unlessTop('coarse')),
      gateUp: linears(
        name('ffn_gate_up'),
        [
          [name('ffn_gate'), inner, hidden],
          [name('ffn_up'), inner, hidden],
        ],
        unlessTop('fine'),
        // Where many tokens come at a time, stacking saves less than taking the result apart costs.
        precision !== '8bit' && precision !== 'fp32',
      ),
      down: linear([name('ffn_down'), hidden, inner], unlessTop(precision === '8bit' ? 'fine' : 'coarse')),
    };
  });

  const outputNorm = floats('output_norm.weight', [hidden]);
  // Without an output matrix of its own a model reads its embedding backwards.
  const headName = file.tensors.has('output.weight') ? 'output.weight' : 'token_embd.weight';
  const [head] = linears(headName, [[headName, vocabulary, hidden]], 'two planes');

  for (const { rotary } of configuration.attention) {
    segments.push(...rotarySegments({ file, settings: rotary, contextLength, headSize }));
  }
  const unread = [...file.tensors.keys()].find((name) => !read.has(name));
  if (unread !== undefined) {
    throw new UnsupportedModelError({
      what: `Tensor of a ${configuration.architecture} model`,
      given: unread,
      supported: 'files of which every tensor is understood, so that nothing is silently left out',
      advice: 'Export the model to ONNX and load that folder instead',
    });
  }
  return {
    segments,
    embedding: embedding.weights,
    layers,
    outputNorm,
    head: head!,
    description: describeForm(precision, [...matrixTypes]),
  };
}

function planEmbedding(
  file: GgufFile,
  tensor: GgufTensor,
): { weights: PackedWeights | string; segments: readonly WeightSegment[] } {
  const { name, type } = tensor;
  if (!isQuantized(type)) return { weights: name, segments: [floatSegment(file, name, [tensor])] };
  const weights = packWeights({ file, name, type, tensors: [tensor] });
  const { integers, scales, offsets } = weights;
  return { weights, segments: [integers, scales, ...(offsets === undefined ? [] : [offsets])] };
}

function describeForm(precision: Precision, types: readonly GgufTensor['type'][]): string {
  if (precision === 'fp32') return 'fp32';
  if (precision === '8bit') return 'weights rounded to 8 bits a row, 16-bit activations';
  const held = types.map((type) =>
    isQuantized(type) ? `${type} in ${QUANTIZED_TYPES[type].bits <= 4 ? 4 : 8} bits` : `${type} as fp32`,
  );
  return `exact weights (${held.join(', ')}), 8-bit activations`;
}
