/**
 * A decoder as an ONNX graph over the prepared weights of a GGUF file.
 *
 * Attention is GroupQueryAttention, written explicitly so that no result depends on what the optimizer recognises. Sums and
 * norms are nodes of their own: the fused form keeps the sum to itself, so that an edit of it would miss the norm. Keys and
 * values are all that other tokens read of a layer, so the highest computed layer goes on with the picked positions alone
 * once it has attended.
 *
 * @module
 */
import { SITES, type Site } from '@austeer/core';
import {
  computedLayers,
  type DecoderGraph,
  END_OUTPUT,
  type GraphPurpose,
  POSITIONS_INPUT,
  STRENGTH_INPUT,
} from '../decoder-graph.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { processorNodesOf } from '../model-file/processor-nodes.ts';
import { blockSumWriter } from './block-sums.ts';
import type { DecoderConfiguration } from './decoder-configuration.ts';
import type { DecoderWeights } from './decoder-weights.ts';
import { planeWriter } from './integer-planes.ts';
import type { Linear, LinearContext } from './linear.ts';
import { pickWriter } from './picked-positions.ts';
import { steeringInputName, writeSteeringInputs } from './steering-inputs.ts';
import { type CacheNames, writeAttention, writeLengths } from './write-attention.ts';
import { writeEmbedding } from './write-embedding.ts';

/** Writes the graph that a purpose needs. */
export function writeDecoder(options: {
  configuration: DecoderConfiguration;
  weights: DecoderWeights;
  purpose: GraphPurpose;
  graph: GraphWriter;
  weight: LinearContext['weight'];
  dataFolder: string;
}): DecoderGraph {
  const { configuration, weights, purpose, graph, weight, dataFolder } = options;
  const { layers, hidden, inner, heads, kvHeads, headSize, vocabulary, normEpsilon } = configuration;
  const depth = computedLayers(purpose, layers);
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
  const past = Array.from({ length: depth }, (_, layer): CacheNames => {
    const dims = ['rows', kvHeads, 'past', headSize];
    return {
      key: graph.input(`past_key_values.${layer}.key`, 'float32', dims),
      value: graph.input(`past_key_values.${layer}.value`, 'float32', dims),
    };
  });
  if (purpose.intoArrays === true) {
    graph.node('SequenceEmpty', [], [END_OUTPUT]);
    graph.sequenceOutput(END_OUTPUT, 'float32');
  }
  const edits = writeSteeringInputs(graph, purpose, layers, widths);
  const context: LinearContext = {
    graph,
    weight,
    blockSums: blockSumWriter(graph),
    planes: planeWriter(graph),
    forCard: purpose.forCard ?? false,
  };
  graph.constant('one_axis', BigInt64Array.of(1n));
  writeLengths(context);

  const picked = pickWriter(graph);
  const top = depth - 1;
  const tap = (site: Site, layer: number, value: string): void => {
    const names = captures[site];
    if (names === undefined) return;
    const name = `capture.${site}.${names.length}`;
    if (layer === top) graph.node('Squeeze', [value, 'one_axis'], [name]);
    else graph.node('GatherND', [value, POSITIONS_INPUT], [name]);
    graph.output(name, 'float32', ['picked', widths[site]]);
    names.push(name);
  };
  const edit = (site: Site, layer: number, value: string): string => {
    const edited = edits(site, layer, value, layer === top ? picked : undefined);
    tap(site, layer, edited);
    return edited;
  };
  const norm = (input: string, gamma: string, output: string): string => {
    graph.node('SimplifiedLayerNormalization', [input, weight(gamma)], [output], {
      attributes: { axis: { int: -1 }, epsilon: { float: normEpsilon }, stash_type: { int: 1 } },
    });
    return output;
  };

  const present: CacheNames[] = [];
  let residual = writeEmbedding(context, configuration, weights);
  norm(residual, weights.layers[0]!.attentionNorm, 'layer.0.attention_norm');
  for (const [layer, layerWeights] of weights.layers.slice(0, depth).entries()) {
    const name = (part: string): string => `layer.${layer}.${part}`;
    const cache = { key: `present.${layer}.key`, value: `present.${layer}.value` };
    const attended = writeAttention(context, configuration, {
      input: name('attention_norm'),
      prefix: name('attention'),
      weights: layerWeights,
      attention: configuration.attention[layer]!,
      past: past[layer]!,
      present: cache,
    });
    const dims = ['rows', kvHeads, 'total_or_capacity', headSize];
    graph.output(cache.key, 'float32', dims);
    graph.output(cache.value, 'float32', dims);
    present.push(cache);
    const attention = layer === top ? picked.ofToken(attended) : attended;
    if (layer === top) residual = picked.ofToken(residual);

    const { attentionOutput, feedForwardNorm, gateUp, down, postNorms } = layerWeights;
    attentionOutput.emit(context, edit('attention', layer, attention), name('attention_output'));
    const joining =
      postNorms === undefined
        ? name('attention_output')
        : norm(name('attention_output'), postNorms.attention, name('attention_post_norm'));
    graph.node('Add', [residual, joining], [name('after_attention')]);
    norm(name('after_attention'), feedForwardNorm, name('ffn_norm'));

    const gated = writeGate(context, configuration, { prefix: name('ffn'), input: name('ffn_norm'), gateUp });
    down.emit(context, edit('ffnInner', layer, gated), name('ffn_output'));
    const edited = edit('ffn', layer, name('ffn_output'));
    const feedForward =
      postNorms === undefined ? edited : norm(edited, postNorms.feedForward, name('ffn_post_norm'));

    graph.node('Add', [name('after_attention'), feedForward], [name('residual')]);
    residual = edit('residual', layer, name('residual'));
    if (layer < top)
      norm(residual, weights.layers[layer + 1]!.attentionNorm, `layer.${layer + 1}.attention_norm`);
    else if (purpose.logits) norm(residual, weights.outputNorm, 'output_norm');
  }

  if (purpose.logits) writeLogits(context, configuration, weights.head);

  const steeringNames = (kind: 'gain' | 'bias'): Partial<Record<Site, string>> =>
    Object.fromEntries(purpose.steer.map((site) => [site, steeringInputName(site, kind)]));
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
    contextLength: configuration.contextLength,
    padding: 'right',
    cache: 'shared',
    cacheType: 'float32',
    activationType: 'float32',
    processorNodes: processorNodesOf(graph.nodes),
    inputs: {
      ids: 'input_ids',
      attentionMask: 'attention_mask',
      positionIds: undefined,
      past,
      gain: steeringNames('gain'),
      bias: purpose.gainsOnly === true ? {} : steeringNames('bias'),
      ...(purpose.tokenStrength === true && purpose.steer.length > 0 && { strength: STRENGTH_INPUT }),
    },
    outputs: {
      ...(purpose.intoArrays === true && { end: END_OUTPUT }),
      logits: purpose.logits ? 'logits' : undefined,
      present,
      captures,
    },
  };
}

/** activation(gate) ⊙ up: the input of `down_proj`. */
function writeGate(
  context: LinearContext,
  { activation }: DecoderConfiguration,
  part: { prefix: string; input: string; gateUp: readonly Linear[] },
): string {
  const { graph } = context;
  const { prefix, input, gateUp } = part;
  const [gate, up] = [`${prefix}.gate`, `${prefix}.up`];
  if (gateUp.length === 1) {
    gateUp[0]!.emit(context, input, `${prefix}.gate_up`);
    graph.node('Split', [`${prefix}.gate_up`], [gate, up], {
      attributes: { axis: { int: -1 }, num_outputs: { int: 2 } },
    });
  } else {
    gateUp[0]!.emit(context, input, gate);
    gateUp[1]!.emit(context, input, up);
  }
  if (activation === 'gelu') {
    graph.node('Gelu', [gate], [`${gate}.active`], { attributes: { approximate: { string: 'tanh' } } });
  } else {
    graph.node('Sigmoid', [gate], [`${gate}.sigmoid`]);
    graph.node('Mul', [gate, `${gate}.sigmoid`], [`${gate}.active`]);
  }
  graph.node('Mul', [`${gate}.active`, up], [`${prefix}.inner`]);
  return `${prefix}.inner`;
}

/** Logits of the picked positions alone. */
function writeLogits(context: LinearContext, configuration: DecoderConfiguration, head: Linear): void {
  const { graph } = context;
  const { vocabulary, logitCap } = configuration;
  head.emit(context, 'output_norm', 'logit_rows');
  const squeezed = logitCap === undefined ? 'logits' : 'logits.uncapped';
  graph.node('Squeeze', ['logit_rows', 'one_axis'], [squeezed]);
  if (logitCap !== undefined) {
    graph.constant('logit_cap', Float32Array.of(logitCap));
    graph.node('Div', [squeezed, 'logit_cap'], ['logits.by_cap']);
    graph.node('Tanh', ['logits.by_cap'], ['logits.tanh']);
    graph.node('Mul', ['logits.tanh', 'logit_cap'], ['logits']);
  }
  graph.output('logits', 'float32', ['picked', vocabulary]);
}
