/**
 * Walking from an operand of the residual addition back to the end of its block: past a norm after the block
 * (gemma, olmo2), whole or written out in elementary operators, and past a scalar factor (granite).
 *
 * @module
 */
import { elementCount } from '@austeer/core';
import type { NodeProto } from 'onnx-buf';
import type { GraphIndex } from '../model-file/graph-index.ts';

const NORMS = new Set(['SimplifiedLayerNormalization', 'LayerNormalization', 'RMSNormalization']);
/** Longest chain from the mean square to the factor 1/√(mean + ε): Add, Sqrt, Div, and casts between. */
const NORM_CHAIN_LIMIT = 8;

/** The value that the block itself gave. Additions of a bias are part of the block and stay. */
export function undoPostNorm(index: GraphIndex, name: string): string {
  let current = name;
  for (;;) {
    const node = index.producer(stripAliases(index, current));
    if (node === undefined) return current;
    if (NORMS.has(node.opType)) {
      current = node.input[0]!;
      continue;
    }
    if (node.opType !== 'Mul') return current;
    const computed = node.input.filter((input) => index.constant(input) === undefined);
    const constant = node.input.map((input) => index.constant(input)).find((info) => info !== undefined);
    if (computed.length === 2) {
      const normalized = normalizedValue(index, node);
      if (normalized === undefined) return current;
      current = normalized;
    } else if (constant?.dims !== undefined && elementCount(constant.dims) === 1) current = computed[0]!;
    else {
      // A constant vector: the weight of a norm, if a norm is what it multiplies.
      const inner = index.producer(stripAliases(index, computed[0] ?? ''));
      const normalized = inner?.opType === 'Mul' ? normalizedValue(index, inner) : undefined;
      if (normalized === undefined) return current;
      current = normalized;
    }
  }
}

/** Follows copies and casts back to what they copy. */
export function stripAliases(index: GraphIndex, name: string): string {
  let current = name;
  for (;;) {
    const node = index.producer(current);
    if (node?.opType !== 'Cast' && node?.opType !== 'Identity') return current;
    current = node.input[0]!;
  }
}

/** x of `x · 1/√(mean(x²) + ε)`. */
function normalizedValue(index: GraphIndex, product: NodeProto): string | undefined {
  for (const [value, factor] of [product.input, product.input.toReversed()] as [string, string][]) {
    const source = stripAliases(index, value);
    const mean = meanBehind(index, factor, NORM_CHAIN_LIMIT);
    const square = mean && index.producer(mean.input[0]!);
    if (square?.input.some((input) => stripAliases(index, input) === source)) return source;
  }
  return undefined;
}

function meanBehind(index: GraphIndex, name: string, steps: number): NodeProto | undefined {
  const node = index.producer(name);
  if (node === undefined || steps === 0) return undefined;
  if (node.opType === 'ReduceMean') return node;
  if (!['Add', 'Sqrt', 'Div', 'Reciprocal', 'Pow', 'Cast', 'Identity'].includes(node.opType))
    return undefined;
  for (const input of node.input) {
    const found = meanBehind(index, input, steps - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
