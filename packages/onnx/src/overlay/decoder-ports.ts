/**
 * Inputs and outputs of an exported decoder. Their names are a convention that Optimum, onnxruntime-genai and
 * transformers.js share: unlike the names inside the graph they can be relied on.
 *
 * @module
 */
import { UnsupportedModelError } from '@austeer/core';
import { type GraphProto, TensorProto_DataType, type ValueInfoProto } from 'onnx-buf';
import type { FloatType } from '../decoder-graph.ts';

/** Names of one layer's key and value cache. */
export interface CacheNames {
  readonly key: string;
  readonly value: string;
}

/** The decoder's inputs and outputs. */
export interface DecoderPorts {
  readonly ids: string;
  readonly attentionMask: string | undefined;
  readonly positionIds: string | undefined;
  readonly past: readonly CacheNames[];
  readonly present: readonly CacheNames[];
  readonly logits: string;
  readonly cacheType: FloatType;
  /** Whether the logits come as float16, and are cast. */
  readonly hasHalfLogits: boolean;
  /** Fixed sizes where the graph declares them. */
  readonly kvHeads: number | undefined;
  readonly headSize: number | undefined;
  readonly vocabularySize: number | undefined;
}

/**
 * Reads the ports.
 *
 * @throws UnsupportedModelError for a graph without a key/value cache, with ports in another precision, or
 *   with inputs that nothing would feed.
 */
export function readDecoderPorts(graph: GraphProto): DecoderPorts {
  // Before IR version 4 every initializer was listed as an input too.
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const inputs = new Map(
    graph.input.filter(({ name }) => !initializers.has(name)).map((info) => [info.name, info]),
  );
  const outputs = new Map(graph.output.map((info) => [info.name, info]));
  const optional = (name: string): string | undefined => (inputs.has(name) ? name : undefined);

  const past = cacheNames([...inputs.keys()], 'past_key_values');
  const present = cacheNames([...outputs.keys()], 'present');
  if (!inputs.has('input_ids') || !outputs.has('logits')) {
    const missing = inputs.has('input_ids') ? 'output logits' : 'input input_ids';
    throw unsupported(`without the ${missing}`, 'Export it with the task text-generation-with-past');
  }
  if (past.length === 0 || past.length !== present.length) {
    throw unsupported(
      `with ${past.length} past and ${present.length} present key/value pairs`,
      'Export it with the task text-generation-with-past',
    );
  }
  const attentionMask = optional('attention_mask');
  const positionIds = optional('position_ids');
  const fed = new Set([
    'input_ids',
    attentionMask,
    positionIds,
    ...past.flatMap(({ key, value }) => [key, value]),
  ]);
  for (const name of inputs.keys()) {
    if (!fed.has(name)) throw unsupported(`with the input ${name}`, 'Use an export without that input');
  }
  const cacheType = portType(inputs.get(past[0]!.key)!);
  const logitsType = portType(outputs.get('logits')!);
  const pastDims = dims(inputs.get(past[0]!.key)!);
  return {
    ids: 'input_ids',
    attentionMask,
    positionIds,
    past,
    present,
    logits: 'logits',
    cacheType,
    hasHalfLogits: logitsType === 'float16',
    kvHeads: pastDims[1],
    headSize: pastDims[3],
    vocabularySize: dims(outputs.get('logits')!)[2],
  };
}

function portType(info: ValueInfoProto): FloatType {
  const type = tensorType(info)?.elemType;
  if (type === TensorProto_DataType.FLOAT) return 'float32';
  if (type === TensorProto_DataType.FLOAT16) return 'float16';
  throw unsupported(
    `with ${info.name} in ${TensorProto_DataType[type ?? 0]?.toLowerCase()}`,
    'Use an export whose KV cache and logits are float32 or float16',
  );
}

function cacheNames(names: readonly string[], prefix: string): CacheNames[] {
  const known = new Set(names);
  const pairs: CacheNames[] = [];
  for (let layer = 0; ; layer++) {
    const pair = { key: `${prefix}.${layer}.key`, value: `${prefix}.${layer}.value` };
    if (!known.has(pair.key) || !known.has(pair.value)) return pairs;
    pairs.push(pair);
  }
}

function tensorType(info: ValueInfoProto) {
  const value = info.type?.value;
  return value?.case === 'tensorType' ? value.value : undefined;
}

/** Declared sizes; `undefined` where symbolic or 0. */
function dims(info: ValueInfoProto): (number | undefined)[] {
  return (tensorType(info)?.shape?.dim ?? []).map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
  );
}

function unsupported(problem: string, advice: string): UnsupportedModelError {
  return new UnsupportedModelError({
    what: 'A decoder graph',
    given: problem,
    supported:
      'input_ids, attention_mask, position_ids, past_key_values.N.key/value → logits, present.N.key/value, in float32 or float16',
    advice,
  });
}
