/**
 * A decoder of the llama family as an ONNX graph over the weights of a GGUF file.
 *
 * Attention is GroupQueryAttention with the rotary embedding inside, norms are the fused skip form; both
 * are written explicitly so that no result depends on what the optimizer recognises. GGUF keeps the query
 * and key rows of llama models reordered for the interleaved rotary form, so that form is used.
 *
 * @module
 */
import { basename, dirname, join } from 'node:path';
import { FileFormatError, type Progress, SITES, type Site } from '@austeer/core';
import { type DecoderGraph, type GraphPurpose, POSITIONS_INPUT } from '../decoder-graph.ts';
import { type GgufFile, type GgufTensor, readTensor } from '../gguf/read-gguf.ts';
import { BLOCK_SIZE, dequantize } from '../gguf/tensor-types.ts';
import { createGraphWriter, type GraphWriter } from '../model-file/graph-writer.ts';
import {
  type ActivationRounding,
  byteSegments,
  floatSegment,
  type Linear,
  type LinearContext,
  type Precision,
  planLinear,
} from './linear.ts';
import { type LlamaConfiguration, readLlamaConfiguration } from './llama-configuration.ts';
import { ensurePreparedFile, placeSegments, type WeightSegment, weightUser } from './prepared-weights.ts';

/** Raised when the layout of prepared files changes, so that old ones are not read. */
const LAYOUT_VERSION = 2;

/** A GGUF whose weights lie ready on disk; graphs for any purpose are made from it in milliseconds. */
export interface PreparedLlama {
  readonly configuration: LlamaConfiguration;
  readonly precision: Precision;
  /** Where the prepared weights lie. */
  readonly weightsPath: string;
  graph(purpose: GraphPurpose): DecoderGraph;
}

interface LayerWeights {
  readonly attentionNorm: string;
  readonly feedForwardNorm: string;
  /** Query, key and value as one product, or three where their types differ. */
  readonly queryKeyValue: readonly Linear[];
  readonly attentionOutput: Linear;
  /** Gate and up as one product, or two. */
  readonly gateUp: readonly Linear[];
  readonly down: Linear;
}

/**
 * Makes a GGUF ready to run: its weights are written once into a cached file in the form in which the graph
 * reads them.
 *
 * @param options.file the opened GGUF
 * @param options.precision `fp32`: exact, for capture; `4bit`: exact weights, 8-bit activations, for decoding
 * @param options.cacheKey distinguishes files in the cache folder: the SHA-256 of the GGUF
 * @param options.cacheDirectory folder for the prepared file
 * @throws UnsupportedModelError, FileFormatError when the GGUF is of another kind or incomplete.
 *
 * @example
 * ```ts
 * const file = await openGguf('model.gguf');
 * const prepared = await prepareLlama({ file, precision: 'fp32', cacheKey: 'my-model', cacheDirectory: 'cache' });
 * const graph = prepared.graph({ logits: true, capture: [], steer: ['ffn'] });
 * ```
 */
export async function prepareLlama(options: {
  file: GgufFile;
  precision: Precision;
  cacheKey: string;
  cacheDirectory: string;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<PreparedLlama> {
  const { file, precision, cacheKey, cacheDirectory, signal, onProgress } = options;
  const configuration = readLlamaConfiguration(file);
  const plan = await planWeights(file, configuration, precision);
  const { placed, size } = placeSegments(plan.segments);
  const weightsPath = join(cacheDirectory, `${cacheKey}.${precision}.v${LAYOUT_VERSION}.weights`);
  await ensurePreparedFile({ path: weightsPath, placed, size, signal, onProgress });

  return {
    configuration,
    precision,
    weightsPath,
    graph: (purpose) => {
      const graph = createGraphWriter({ name: configuration.name, opset: 21 });
      const weight = weightUser({ graph, placed, location: basename(weightsPath) });
      return writeDecoder({ configuration, plan, purpose, graph, weight, dataFolder: dirname(weightsPath) });
    },
  };
}

interface WeightPlan {
  readonly segments: readonly WeightSegment[];
  /** Integers and scales of a Q8_0 embedding, or its 32-bit floats. */
  readonly embedding:
    | { kind: 'bytes'; integers: string; scales: string }
    | { kind: 'floats'; weights: string };
  readonly layers: readonly LayerWeights[];
  readonly outputNorm: string;
  readonly head: Linear;
}

async function planWeights(
  file: GgufFile,
  configuration: LlamaConfiguration,
  precision: Precision,
): Promise<WeightPlan> {
  const { hidden, inner, heads, kvHeads, headSize, vocabulary } = configuration;
  const segments: WeightSegment[] = [];
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
    return tensor;
  };
  const floats = (name: string, shape: readonly number[]): string => {
    segments.push(floatSegment(file, name, [take(name, shape)]));
    return name;
  };
  const linears = (
    name: string,
    parts: readonly [string, number, number][],
    rounding: ActivationRounding = 'coarse',
  ): readonly Linear[] => {
    const tensors = parts.map(([tensor, rows, columns]) => take(tensor, [rows, columns]));
    const together = planLinear({ file, name, tensors, precision, rounding });
    const planned =
      together === undefined
        ? tensors.map(
            (tensor) => planLinear({ file, name: tensor.name, tensors: [tensor], precision, rounding })!,
          )
        : [together];
    for (const linear of planned) segments.push(...linear.segments);
    return planned;
  };

  const embeddingTensor = take('token_embd.weight', [vocabulary, hidden]);
  let embedding: WeightPlan['embedding'];
  if (embeddingTensor.type === 'Q8_0') {
    const { integers, scales } = byteSegments(file, 'token_embd.weight', [embeddingTensor]);
    segments.push(integers, scales);
    embedding = { kind: 'bytes', integers: integers.name, scales: scales.name };
  } else {
    embedding = { kind: 'floats', weights: floats('token_embd.weight', [vocabulary, hidden]) };
  }

  const layers = Array.from({ length: configuration.layers }, (_, layer): LayerWeights => {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    const queries = heads * headSize;
    const keys = kvHeads * headSize;
    return {
      attentionNorm: floats(name('attn_norm'), [hidden]),
      feedForwardNorm: floats(name('ffn_norm'), [hidden]),
      queryKeyValue: linears(
        name('attn_qkv'),
        [
          [name('attn_q'), queries, hidden],
          [name('attn_k'), keys, hidden],
          [name('attn_v'), keys, hidden],
        ],
        'fine',
      ),
      attentionOutput: linears(name('attn_output'), [[name('attn_output'), hidden, queries]])[0]!,
      gateUp: linears(
        name('ffn_gate_up'),
        [
          [name('ffn_gate'), inner, hidden],
          [name('ffn_up'), inner, hidden],
        ],
        'fine',
      ),
      down: linears(name('ffn_down'), [[name('ffn_down'), hidden, inner]])[0]!,
    };
  });

  const outputNorm = floats('output_norm.weight', [hidden]);
  // Without an output matrix of its own a model reads its embedding backwards.
  const headTensor = file.tensors.has('output.weight') ? 'output.weight' : 'token_embd.weight';
  const head = linears('output.weight', [[headTensor, vocabulary, hidden]], 'two planes')[0]!;

  for (const [name, data] of Object.entries(await rotaryTables(file, configuration))) {
    segments.push({
      name,
      dtype: 'float32',
      dims: [configuration.contextLength, headSize / 2],
      async *produce() {
        yield new Uint8Array(data.buffer);
      },
    });
  }
  return { segments, embedding, layers, outputNorm, head };
}

/** cos and sin of every position and frequency. `rope_freqs` (Llama 3) divides the frequencies. */
async function rotaryTables(
  file: GgufFile,
  configuration: LlamaConfiguration,
): Promise<{ 'rotary.cos': Float32Array<ArrayBuffer>; 'rotary.sin': Float32Array<ArrayBuffer> }> {
  const { contextLength, headSize, ropeBase } = configuration;
  const half = headSize / 2;
  const factors = file.tensors.get('rope_freqs.weight');
  const divisors =
    factors === undefined ? undefined : dequantize(factors.type, await readTensor(file, factors));
  const cos = new Float32Array(contextLength * half);
  const sin = new Float32Array(contextLength * half);
  for (let i = 0; i < half; i++) {
    // PyTorch keeps the frequencies in 32-bit floats; so do we, or far positions differ.
    const frequency = Math.fround(Math.fround(1 / ropeBase ** ((2 * i) / headSize)) / (divisors?.[i] ?? 1));
    for (let position = 0; position < contextLength; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { 'rotary.cos': cos, 'rotary.sin': sin };
}

function writeDecoder(options: {
  configuration: LlamaConfiguration;
  plan: WeightPlan;
  purpose: GraphPurpose;
  graph: GraphWriter;
  weight: (name: string) => string;
  dataFolder: string;
}): DecoderGraph {
  const { configuration, plan, purpose, graph, weight, dataFolder } = options;
  const { layers, hidden, inner, heads, kvHeads, headSize, vocabulary, contextLength, normEpsilon } =
    configuration;
  const widths: Record<Site, number> = {
    attention: heads * headSize,
    ffn: hidden,
    ffnInner: inner,
    residual: hidden,
  };
  const captures: Partial<Record<Site, string[]>> = {};
  for (const site of SITES) if (purpose.capture.includes(site)) captures[site] = [];

  graph.input('input_ids', 'int64', ['rows', 'tokens']);
  graph.input('attention_mask', 'int64', ['rows', 'total']);
  graph.input(POSITIONS_INPUT, 'int64', ['picked', 2]);
  const past = Array.from({ length: layers }, (_, layer) => {
    const dims = ['rows', kvHeads, 'past', headSize];
    return {
      key: graph.input(`past_key_values.${layer}.key`, 'float32', dims),
      value: graph.input(`past_key_values.${layer}.value`, 'float32', dims),
    };
  });
  const edits = writeSteeringInputs(graph, purpose.steer, layers, widths);

  const sums = new Map<string, string>();
  const context: LinearContext = {
    graph,
    weight,
    blockSums: (input) => {
      const known = sums.get(input);
      if (known !== undefined) return known;
      const name = `${input}.block_sums`;
      if (sums.size === 0) {
        graph.constant('blocks_shape', BigInt64Array.of(0n, 0n, -1n, BigInt(BLOCK_SIZE)));
        graph.constant('last_axis', BigInt64Array.of(-1n));
      }
      graph.node('Reshape', [input, 'blocks_shape'], [`${input}.blocks`]);
      graph.node('ReduceSum', [`${input}.blocks`, 'last_axis'], [name], {
        attributes: { keepdims: { int: 0 } },
      });
      sums.set(input, name);
      return name;
    },
  };
  // GroupQueryAttention wants the last index of each row and the longest length.
  graph.constant('one_axis', BigInt64Array.of(1n));
  graph.constant('one', { dtype: 'int64', dims: [], data: BigInt64Array.of(1n) });
  graph.node('ReduceSum', ['attention_mask', 'one_axis'], ['lengths'], {
    attributes: { keepdims: { int: 0 } },
  });
  graph.node('Sub', ['lengths', 'one'], ['last_indices']);
  graph.node('Cast', ['last_indices'], ['sequence_lengths'], { attributes: { to: { int: INT32 } } });
  graph.node('Shape', ['attention_mask'], ['mask_shape']);
  graph.node('Gather', ['mask_shape', 'one'], ['total_length_wide'], { attributes: { axis: { int: 0 } } });
  graph.node('Cast', ['total_length_wide'], ['total_length'], { attributes: { to: { int: INT32 } } });

  const tap = (site: Site, value: string): void => {
    const names = captures[site];
    if (names === undefined) return;
    const name = `capture.${site}.${names.length}`;
    graph.node('GatherND', [value, POSITIONS_INPUT], [name]);
    graph.output(name, 'float32', ['picked', widths[site]]);
    names.push(name);
  };
  const edit = (site: Site, layer: number, value: string): string => {
    const edited = edits(site, layer, value);
    tap(site, edited);
    return edited;
  };
  const norm = (input: string, gamma: string, output: string): void => {
    graph.node('SimplifiedLayerNormalization', [input, weight(gamma)], [output], {
      attributes: { axis: { int: -1 }, epsilon: { float: normEpsilon }, stash_type: { int: 1 } },
    });
  };
  /** output = norm(input + skip); sum = input + skip. */
  const skipNorm = (input: string, skip: string, gamma: string, output: string, sum: string): void => {
    graph.node('SkipSimplifiedLayerNormalization', [input, skip, weight(gamma)], [output, '', '', sum], {
      domain: 'com.microsoft',
      attributes: { epsilon: { float: normEpsilon } },
    });
  };

  let residual = 'embeddings';
  if (plan.embedding.kind === 'bytes') {
    const { integers, scales } = plan.embedding;
    graph.node('GatherBlockQuantized', [weight(integers), 'input_ids', weight(scales)], [residual], {
      domain: 'com.microsoft',
      attributes: {
        bits: { int: 8 },
        block_size: { int: BLOCK_SIZE },
        gather_axis: { int: 0 },
        quantize_axis: { int: 1 },
      },
    });
  } else {
    graph.node('Gather', [weight(plan.embedding.weights), 'input_ids'], [residual]);
  }

  const present: { key: string; value: string }[] = [];
  const residualIsTouched = purpose.steer.includes('residual') || purpose.capture.includes('residual');
  norm(residual, plan.layers[0]!.attentionNorm, 'layer.0.attention_norm');
  for (const [layer, weights] of plan.layers.entries()) {
    const name = (part: string): string => `layer.${layer}.${part}`;
    const cache = { key: `present.${layer}.key`, value: `present.${layer}.value` };
    const attention = writeAttention(context, configuration, {
      input: name('attention_norm'),
      prefix: name('attention'),
      products: weights.queryKeyValue,
      past: past[layer]!,
      present: cache,
    });
    const dims = ['rows', kvHeads, 'total_or_capacity', headSize];
    graph.output(cache.key, 'float32', dims);
    graph.output(cache.value, 'float32', dims);
    present.push(cache);

    const attentionEdited = edit('attention', layer, attention);
    weights.attentionOutput.emit(context, attentionEdited, name('attention_output'));
    skipNorm(
      residual,
      name('attention_output'),
      weights.feedForwardNorm,
      name('ffn_norm'),
      name('after_attention'),
    );

    const gated = writeGate(context, name('ffn'), name('ffn_norm'), weights.gateUp);
    weights.down.emit(context, edit('ffnInner', layer, gated), name('ffn_output'));
    const feedForward = edit('ffn', layer, name('ffn_output'));

    const nextNorm = plan.layers[layer + 1]?.attentionNorm ?? plan.outputNorm;
    const nextName = layer + 1 < layers ? `layer.${layer + 1}.attention_norm` : 'output_norm';
    if (residualIsTouched) {
      // The fused form keeps the sum to itself, so that an edit of it would miss the norm.
      graph.node('Add', [name('after_attention'), feedForward], [name('residual')]);
      residual = edit('residual', layer, name('residual'));
      norm(residual, nextNorm, nextName);
    } else {
      skipNorm(name('after_attention'), feedForward, nextNorm, nextName, name('residual'));
      residual = name('residual');
    }
  }

  if (purpose.logits) {
    graph.node('GatherND', ['output_norm', POSITIONS_INPUT], ['picked_hidden']);
    // The products take [rows, tokens, width]; the picked positions are rows of one token.
    graph.node('Unsqueeze', ['picked_hidden', 'one_axis'], ['picked_rows']);
    plan.head.emit(context, 'picked_rows', 'logit_rows');
    graph.node('Squeeze', ['logit_rows', 'one_axis'], ['logits']);
    graph.output('logits', 'float32', ['picked', vocabulary]);
  }

  const steeringNames = (kind: 'gain' | 'bias'): Partial<Record<Site, string>> =>
    Object.fromEntries(purpose.steer.map((site) => [site, `austeer.${site}.${kind}`]));
  return {
    model: graph.toBytes(),
    dataFolder,
    purpose,
    architecture: configuration.architecture,
    layers,
    widths,
    kvHeads,
    headSize,
    vocabularySize: vocabulary,
    contextLength,
    padding: 'right',
    cache: 'shared',
    cacheType: 'float32',
    activationType: 'float32',
    inputs: {
      ids: 'input_ids',
      attentionMask: 'attention_mask',
      positionIds: undefined,
      past,
      gain: steeringNames('gain'),
      bias: steeringNames('bias'),
    },
    outputs: { logits: purpose.logits ? 'logits' : undefined, present, captures },
  };
}

/** ONNX's number for 32-bit integers. */
const INT32 = 6;

/** Query, key and value, rotary embedding, attention over past and new tokens. */
function writeAttention(
  context: LinearContext,
  configuration: LlamaConfiguration,
  part: {
    input: string;
    prefix: string;
    products: readonly Linear[];
    past: { key: string; value: string };
    present: { key: string; value: string };
  },
): string {
  const { graph, weight } = context;
  const { input, prefix, products, past, present } = part;
  const projected = products.map((product, index) => {
    const name = products.length === 1 ? `${prefix}.qkv` : `${prefix}.${'qkv'[index]}`;
    product.emit(context, input, name);
    return name;
  });
  // One packed input stands for all three.
  const [query = '', key = '', value = ''] = projected;
  graph.node(
    'GroupQueryAttention',
    [
      query,
      key,
      value,
      past.key,
      past.value,
      'sequence_lengths',
      'total_length',
      weight('rotary.cos'),
      weight('rotary.sin'),
    ],
    [prefix, present.key, present.value],
    {
      domain: 'com.microsoft',
      attributes: {
        num_heads: { int: configuration.heads },
        kv_num_heads: { int: configuration.kvHeads },
        do_rotary: { int: 1 },
        rotary_interleaved: { int: 1 },
      },
    },
  );
  return prefix;
}

/** SiLU(gate) ⊙ up: the input of `down_proj`. */
function writeGate(
  context: LinearContext,
  prefix: string,
  input: string,
  products: readonly Linear[],
): string {
  const { graph } = context;
  const [gate, up] = [`${prefix}.gate`, `${prefix}.up`];
  if (products.length === 1) {
    products[0]!.emit(context, input, `${prefix}.gate_up`);
    graph.node('Split', [`${prefix}.gate_up`], [gate, up], {
      attributes: { axis: { int: -1 }, num_outputs: { int: 2 } },
    });
  } else {
    products[0]!.emit(context, input, gate);
    products[1]!.emit(context, input, up);
  }
  graph.node('Sigmoid', [gate], [`${gate}.sigmoid`]);
  graph.node('Mul', [gate, `${gate}.sigmoid`], [`${gate}.silu`]);
  graph.node('Mul', [`${gate}.silu`, up], [`${prefix}.inner`]);
  return `${prefix}.inner`;
}

/**
 * Gain and bias of each steered site as graph inputs; 1 + gain is computed once. The returned function
 * writes x ⊙ (1 + gain) + bias, or nothing where the site is not steered.
 */
function writeSteeringInputs(
  graph: GraphWriter,
  steer: readonly Site[],
  layers: number,
  widths: Readonly<Record<Site, number>>,
): (site: Site, layer: number, value: string) => string {
  if (steer.length > 0) graph.constant('unit_gain', { dtype: 'float32', dims: [], data: Float32Array.of(1) });
  for (const site of steer) {
    const gain = graph.input(`austeer.${site}.gain`, 'float32', ['rows', layers, widths[site]]);
    const bias = graph.input(`austeer.${site}.bias`, 'float32', ['rows', layers, widths[site]]);
    graph.node('Add', [gain, 'unit_gain'], [`austeer.${site}.scale`]);
    const attributes = { axis: { int: 1 }, num_outputs: { int: layers } };
    const outputs = (kind: string): string[] =>
      Array.from({ length: layers }, (_, layer) => `austeer.${site}.${kind}.${layer}`);
    graph.node('Split', [`austeer.${site}.scale`], outputs('scale'), { attributes });
    graph.node('Split', [bias], outputs('bias'), { attributes });
  }
  return (site, layer, value) => {
    if (!steer.includes(site)) return value;
    graph.node('Mul', [value, `austeer.${site}.scale.${layer}`], [`${value}.scaled_by_gain`]);
    graph.node('Add', [`${value}.scaled_by_gain`, `austeer.${site}.bias.${layer}`], [`${value}.steered`]);
    return `${value}.steered`;
  };
}
