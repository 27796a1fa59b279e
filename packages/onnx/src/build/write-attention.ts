/**
 * The attention of one layer as nodes: GroupQueryAttention with the rotary embedding inside.
 *
 * @module
 */
import type { DecoderConfiguration, LayerAttention } from './decoder-configuration.ts';
import type { LayerWeights } from './decoder-weights.ts';
import type { LinearContext } from './linear.ts';
import { rotaryNames } from './rotary-tables.ts';

/** Names of a layer's keys and values. */
export interface CacheNames {
  readonly key: string;
  readonly value: string;
}

/** ONNX's number for 32-bit integers. */
const INT32 = 6;

/** What every layer's attention reads: the last index of each row and the longest length. */
export function writeLengths({ graph }: LinearContext): void {
  graph.constant('one', { dtype: 'int64', dims: [], data: BigInt64Array.of(1n) });
  graph.node('ReduceSum', ['attention_mask', 'one_axis'], ['lengths'], {
    attributes: { keepdims: { int: 0 } },
  });
  graph.node('Sub', ['lengths', 'one'], ['last_indices']);
  graph.node('Cast', ['last_indices'], ['sequence_lengths'], { attributes: { to: { int: INT32 } } });
  graph.node('Shape', ['attention_mask'], ['mask_shape']);
  graph.node('Gather', ['mask_shape', 'one'], ['total_length_wide'], { attributes: { axis: { int: 0 } } });
  graph.node('Cast', ['total_length_wide'], ['total_length'], { attributes: { to: { int: INT32 } } });
}

/**
 * Query, key and value, their norms, rotary embedding, attention over past and new tokens.
 *
 * @returns the name of the heads' outputs, concatenated: the site `attention`
 */
export function writeAttention(
  context: LinearContext,
  configuration: DecoderConfiguration,
  part: {
    input: string;
    prefix: string;
    weights: LayerWeights;
    attention: LayerAttention;
    past: CacheNames;
    present: CacheNames;
  },
): string {
  const { graph, weight } = context;
  const { heads, kvHeads, rotaryPairs, attentionScale, attentionCap } = configuration;
  const { input, prefix, weights, attention, past, present } = part;
  const { cos, sin } = rotaryNames(attention.rotary);
  const [query, key, value] = writeQueryKeyValue(context, configuration, { input, prefix, weights });
  graph.node(
    'GroupQueryAttention',
    [query, key, value, past.key, past.value, 'sequence_lengths', 'total_length', weight(cos), weight(sin)],
    [prefix, present.key, present.value],
    {
      domain: 'com.microsoft',
      attributes: {
        num_heads: { int: heads },
        kv_num_heads: { int: kvHeads },
        do_rotary: { int: 1 },
        rotary_interleaved: { int: rotaryPairs === 'neighbours' ? 1 : 0 },
        scale: { float: attentionScale },
        ...(attentionCap !== undefined && { softcap: { float: attentionCap } }),
        ...(attention.window !== undefined && { local_window_size: { int: attention.window } }),
      },
    },
  );
  return prefix;
}

/** Names of the three operands; one packed operand stands for all where nothing has to come between. */
function writeQueryKeyValue(
  context: LinearContext,
  configuration: DecoderConfiguration,
  part: { input: string; prefix: string; weights: LayerWeights },
): readonly [query: string, key: string, value: string] {
  const { graph } = context;
  const { heads, kvHeads, headSize } = configuration;
  const { input, prefix, weights } = part;
  const { queryKeyValue: products, headNorms } = weights;
  const names = [`${prefix}.q`, `${prefix}.k`, `${prefix}.v`] as const;
  if (products.length === 1) {
    products[0]!.emit(context, input, `${prefix}.qkv`);
    if (headNorms === undefined) return [`${prefix}.qkv`, '', ''];
    const sizes = [heads, kvHeads, kvHeads].map((count) => BigInt(count * headSize));
    graph.constant(`${prefix}.sizes`, BigInt64Array.from(sizes));
    graph.node('Split', [`${prefix}.qkv`, `${prefix}.sizes`], names, { attributes: { axis: { int: -1 } } });
  } else {
    for (const [index, product] of products.entries()) product.emit(context, input, names[index]!);
  }
  if (headNorms === undefined) return names;
  return [
    writeHeadNorm(context, configuration, names[0], headNorms.query, heads),
    writeHeadNorm(context, configuration, names[1], headNorms.key, kvHeads),
    names[2],
  ];
}

function writeHeadNorm(
  { graph, weight }: LinearContext,
  { headSize, normEpsilon }: DecoderConfiguration,
  value: string,
  gamma: string,
  heads: number,
): string {
  const [byHead, joined] = [`${value}.by_head.shape`, `${value}.joined.shape`];
  graph.constant(byHead, BigInt64Array.of(0n, 0n, BigInt(heads), BigInt(headSize)));
  graph.constant(joined, BigInt64Array.of(0n, 0n, BigInt(heads * headSize)));
  graph.node('Reshape', [value, byHead], [`${value}.by_head`]);
  graph.node(
    'SimplifiedLayerNormalization',
    [`${value}.by_head`, weight(gamma)],
    [`${value}.normed_by_head`],
    {
      attributes: { axis: { int: -1 }, epsilon: { float: normEpsilon }, stash_type: { int: 1 } },
    },
  );
  graph.node('Reshape', [`${value}.normed_by_head`, joined], [`${value}.normed`]);
  return `${value}.normed`;
}
