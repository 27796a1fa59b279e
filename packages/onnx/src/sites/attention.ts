/**
 * The attention core of a layer, the output projection that reads it, and the value between them.
 *
 * @module
 */
import type { NodeProto } from 'onnx-buf';
import type { GraphIndex } from '../model-file/graph-index.ts';
import { type Linear, linearOf } from './linear.ts';
import { notUnderstood } from './not-understood.ts';

const SUPPORTED = 'GroupQueryAttention, or MatMul after Softmax over a concatenated cache';
/** What may lie between the cached values and the product with the attention weights (repeated heads). */
const VALUE_PATH = new Set(['Unsqueeze', 'Expand', 'Reshape', 'Transpose', 'Cast', 'Identity', 'Slice']);
/** What may lie between Softmax and that product (guards against rows of NaN, a cut-off sink column). */
const WEIGHT_PATH = new Set(['Where', 'Cast', 'Slice', 'Identity', 'Dropout']);
/** What gives the value of all heads side by side. */
const WHOLE = new Set(['Reshape', 'GroupQueryAttention']);
/** What may lie between the core and the output projection (heads put side by side). */
const OUTPUT_PATH = new Set(['Transpose', 'Reshape', 'Cast', 'Identity']);

/**
 * Finds the attention site of one layer.
 *
 * @param presentValue graph output of this layer's value cache
 * @throws UnsupportedModelError naming the node at which the search stopped.
 */
export function findAttention(
  index: GraphIndex,
  presentValue: string,
): { tensor: string; projection: Linear } {
  const core = findCore(index, presentValue);
  const trails: string[][] = [[core.output[0]!]];
  for (const trail of trails) {
    for (const { node, index: position } of index.uses(trail.at(-1)!)) {
      if (position !== 0) continue;
      const projection = linearOf(index, node);
      if (projection !== undefined) return { tensor: wholeTensor(index, trail, projection), projection };
      if (OUTPUT_PATH.has(node.opType) || isBakedEdit(index, node)) trails.push([...trail, node.output[0]!]);
    }
  }
  throw notUnderstood(core, 'is read by no output projection', 'a linear layer after the attention');
}

/** A product or sum with one number for each unit: what baking a plan leaves where weights cannot hold it. */
function isBakedEdit(index: GraphIndex, node: NodeProto): boolean {
  const isEdit = node.opType === 'Mul' || node.opType === 'Add';
  return isEdit && index.constant(node.input[1]!)?.dims?.length === 1;
}

function findCore(index: GraphIndex, presentValue: string): NodeProto {
  const cache = index.producer(presentValue);
  if (cache === undefined) throw notUnderstood(undefined, `does not compute ${presentValue}`, SUPPORTED);
  if (cache.opType === 'GroupQueryAttention') return cache;
  const names = new Set([presentValue]);
  for (const name of names) {
    for (const { node, index: position } of index.uses(name)) {
      if (node.opType === 'MatMul' && position === 1 && comesFromSoftmax(index, node.input[0]!)) return node;
      if (position === 0 && VALUE_PATH.has(node.opType)) names.add(node.output[0]!);
    }
  }
  throw notUnderstood(cache, 'makes a value cache that no attention product reads', SUPPORTED);
}

function comesFromSoftmax(index: GraphIndex, name: string): boolean {
  const node = index.producer(name);
  if (node?.opType === 'Softmax') return true;
  if (node === undefined || !WEIGHT_PATH.has(node.opType)) return false;
  return node.input.some((input) => input !== '' && comesFromSoftmax(index, input));
}

/** The value as `[rows, tokens, width]`: some linears read it with rows and tokens merged, one Reshape later. */
function wholeTensor(index: GraphIndex, trail: readonly string[], projection: Linear): string {
  const { node, output } = projection;
  const merged = node.opType === 'Gemm' || index.uses(output).some((use) => use.node.opType === 'Reshape');
  if (!merged) return trail.at(-1)!;
  const before = trail.at(-2);
  const maker = before === undefined ? undefined : index.producer(before);
  if (before !== undefined && maker !== undefined && (WHOLE.has(maker.opType) || isBakedEdit(index, maker))) {
    return before;
  }
  throw notUnderstood(node, 'reads no reshaped [rows, tokens, width] value', SUPPORTED);
}
