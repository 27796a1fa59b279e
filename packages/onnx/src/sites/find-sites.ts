/**
 * Finding activation sites by operator types and edges alone: names differ between exporters and versions,
 * and mislead (the node called down_proj is not always the end of the block).
 *
 * Per layer: the attention core gives `attention` (what the output projection reads). Following the projection
 * forward to the first addition with the residual stream, and from there to the second, gives `ffn` (the other
 * operand of the second) and `residual` (its sum). In layers whose branches run in parallel the first addition
 * joins both branches.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import type { NodeProto } from 'onnx-buf';
import { type GraphIndex, namesRead } from '../model-file/graph-index.ts';
import { findAttention } from './attention.ts';
import { type Linear, linearOf } from './linear.ts';
import { notUnderstood } from './not-understood.ts';
import { stripAliases, undoPostNorm } from './post-norm.ts';

/** Where a site is in the graph. */
export type SiteLocation =
  /** A value `[rows, tokens, width]` of its own. */
  | { readonly kind: 'value'; readonly tensor: string }
  /** The sum of the first two inputs of a fused skip-and-normalize node. */
  | { readonly kind: 'skipSum'; readonly node: NodeProto };

/** The sites of a decoder: one location per layer, and the width. */
export type SiteTable = Readonly<
  Partial<Record<Site, { readonly width: number; readonly locations: readonly SiteLocation[] }>>
>;

interface LayerSites {
  readonly attention: { readonly tensor: string; readonly width: number };
  readonly ffn: { readonly tensor: string; readonly width: number };
  readonly ffnInner: { readonly tensor: string; readonly width: number } | undefined;
  readonly residual: SiteLocation | undefined;
}

/**
 * Finds the sites of every layer. `ffnInner` and `residual` are left out where some layer has none (mixtures
 * of experts have no inner site).
 *
 * @param presentValues output names of the value cache, in layer order: they anchor the search
 * @throws UnsupportedModelError naming the node at which the search stopped.
 */
export function findSites(index: GraphIndex, presentValues: readonly string[]): SiteTable {
  const layers = presentValues.map((present) => findLayer(index, present));
  const site = (
    values: readonly ({ tensor: string; width: number } | undefined)[],
  ): SiteTable[Site] | undefined => {
    const width = values[0]?.width;
    if (width === undefined || values.some((value) => value?.width !== width)) return undefined;
    return { width, locations: values.map((value) => ({ kind: 'value', tensor: value!.tensor })) };
  };
  const attention = site(layers.map((layer) => layer.attention));
  const ffn = site(layers.map((layer) => layer.ffn));
  if (attention === undefined || ffn === undefined) {
    const widths = layers.map((layer) => `${layer.attention.width}/${layer.ffn.width}`).join(', ');
    throw notUnderstood(
      undefined,
      `has layers of unequal width (${widths})`,
      'layers of one width',
      'Use another model',
    );
  }
  const ffnInner = site(layers.map((layer) => layer.ffnInner));
  const residual = layers.flatMap((layer) => layer.residual ?? []);
  return {
    attention,
    ffn,
    ...(ffnInner && { ffnInner }),
    ...(residual.length === layers.length && { residual: { width: ffn.width, locations: residual } }),
  };
}

function findLayer(index: GraphIndex, presentValue: string): LayerSites {
  const { tensor, projection } = findAttention(index, presentValue);
  const { join: first, other } = nextJoin(index, projection);
  const parallel = !dependsOn(index, projection.node, other);
  const sum = sumOf(first);
  const second = sum === undefined ? undefined : joinReading(index, sum);
  if (!parallel && second === undefined) {
    throw notUnderstood(first, 'is followed by no second addition', 'attention, then feed-forward');
  }
  const ffn = undoPostNorm(index, parallel ? other : second!.other);
  return {
    attention: { tensor, width: projection.inWidth },
    ffn: { tensor: ffn, width: projection.outWidth },
    ffnInner: findInner(index, ffn),
    residual: second && locationOfSum(second.join),
  };
}

/** Addition of two computed values, alone or fused with the norm that follows. */
function isJoin(index: GraphIndex, node: NodeProto): boolean {
  if (isSkip(node)) {
    const bias = node.input[node.opType === 'SkipLayerNormalization' ? 4 : 3];
    if (bias !== undefined && bias !== '') {
      throw notUnderstood(node, 'adds a bias of its own', 'skip nodes without a bias');
    }
    return true;
  }
  return node.opType === 'Add' && node.input.every((name) => index.constant(name) === undefined);
}

function isSkip(node: NodeProto): boolean {
  return node.opType === 'SkipSimplifiedLayerNormalization' || node.opType === 'SkipLayerNormalization';
}

function sumOf(join: NodeProto): string | undefined {
  return (isSkip(join) ? join.output[3] : join.output[0]) || undefined;
}

function locationOfSum(join: NodeProto): SiteLocation {
  return isSkip(join) ? { kind: 'skipSum', node: join } : { kind: 'value', tensor: join.output[0]! };
}

/** From the output projection forward (bias, norm, scalar) to the first join, and its other operand. */
function nextJoin(index: GraphIndex, projection: Linear): { join: NodeProto; other: string } {
  const reached = new Set([projection.output]);
  for (const name of reached) {
    for (const { node } of index.uses(name)) {
      if (node.opType === 'Shape') continue;
      if (isJoin(index, node)) {
        const other = node.input.slice(0, 2).find((input) => !reached.has(input));
        if (other !== undefined) return { join: node, other };
      }
      for (const output of node.output) if (output !== '') reached.add(output);
    }
  }
  throw notUnderstood(projection.node, 'leads to no addition', 'decoders with a residual stream');
}

/** The one join that reads a sum, and its other operand. */
function joinReading(index: GraphIndex, sum: string): { join: NodeProto; other: string } | undefined {
  const names = new Set([sum]);
  for (const name of names) {
    for (const { node } of index.uses(name)) {
      if (node.opType === 'Cast' || node.opType === 'Identity') names.add(node.output[0]!);
      else if (isJoin(index, node) && node.input.slice(0, 2).includes(name)) {
        return { join: node, other: node.input[0] === name ? node.input[1]! : node.input[0]! };
      }
    }
  }
  return undefined;
}

/** Whether a node is computed from the node that makes `name` (or from the graph input of that name). */
function dependsOn(index: GraphIndex, node: NodeProto, name: string): boolean {
  const target = index.producer(name);
  const seen = new Set([node]);
  for (const current of seen) {
    if (current === target) return true;
    for (const input of namesRead(current)) {
      if (input === name) return true;
      const producer = index.producer(input);
      if (producer !== undefined) seen.add(producer);
    }
  }
  return false;
}

/** Input of the linear layer that ends the block, before it is flattened for a Gemm. */
function findInner(index: GraphIndex, ffn: string): { tensor: string; width: number } | undefined {
  let name = ffn;
  for (;;) {
    const node = index.producer(name);
    if (node === undefined) return undefined;
    const linear = linearOf(index, node);
    if (linear !== undefined) {
      const tensor = linear.node.opType === 'Gemm' ? index.producer(linear.input)?.input[0] : linear.input;
      return tensor === undefined ? undefined : { tensor, width: linear.inWidth };
    }
    if (node.opType === 'Add') {
      const computed = node.input.filter((input) => index.constant(input) === undefined);
      if (computed.length !== 1) return undefined;
      name = stripAliases(index, computed[0]!);
    } else if (node.opType === 'Reshape') name = node.input[0]!;
    else return undefined;
  }
}
