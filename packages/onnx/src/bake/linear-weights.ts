/**
 * Scaling the weights of a linear layer of an ONNX graph where they lie: the columns that make its outputs, or the
 * rows that take its inputs. Only weights that are plain numbers of one reader can be; whoever calls falls back to an
 * operator elsewhere.
 *
 * @module
 */
import type { NodeProto, TensorProto } from 'onnx-buf';
import type { GraphIndex } from '../model-file/graph-index.ts';
import { intAttribute } from '../model-file/graph-index.ts';
import { linearOf } from '../sites/linear.ts';

/** Numbers to multiply: element `i` of a `[outer, axis, inner]` view goes by the factor of its place on the axis. */
export interface ScaledTensor {
  readonly tensor: TensorProto;
  /** Elements between two neighbours on the axis. */
  readonly inner: number;
}

/** Tensors whose scaling scales the outputs of a block that ends in `name`; `undefined` where weights do not lie free. */
export function outputWeights(
  index: GraphIndex,
  tensors: ReadonlyMap<string, TensorProto>,
  name: string,
): ScaledTensor[] | undefined {
  const node = index.producer(name);
  // Other readers of the unscaled value would see the scaled one.
  if (node === undefined) return undefined;
  if (node.opType === 'Reshape')
    return onlyUse(index, node.input[0]!, node, () => outputWeights(index, tensors, node.input[0]!));
  if (node.opType === 'Add') {
    const [computed, constant] =
      index.constant(node.input[0]!) === undefined ? node.input : [...node.input].reverse();
    const bias = free(index, tensors, constant);
    if (bias?.dims.length !== 1 || index.constant(computed!) !== undefined) return undefined;
    const rest = onlyUse(index, computed!, node, () => outputWeights(index, tensors, computed!));
    return rest && [...rest, { tensor: bias, inner: 1 }];
  }
  const linear = linearOf(index, node);
  if (linear === undefined) return undefined;
  if (node.opType === 'MatMulNBits') {
    const scales = free(index, tensors, node.input[2]);
    const bias =
      node.input[5] === undefined || node.input[5] === '' ? null : free(index, tensors, node.input[5]);
    if (scales === undefined || bias === undefined) return undefined;
    const blocks = scales.dims.reduce((a, b) => a * b, 1n) / BigInt(linear.outWidth);
    return [
      { tensor: scales, inner: Number(blocks) },
      ...(bias === null ? [] : [{ tensor: bias, inner: 1 }]),
    ];
  }
  const weight = free(index, tensors, node.input[1]);
  if (weight === undefined) return undefined;
  const scaled: ScaledTensor[] = [{ tensor: weight, inner: isTransposed(node) ? linear.inWidth : 1 }];
  const added = node.input[2];
  if (node.opType !== 'Gemm' || added === undefined || added === '') return scaled;
  const bias = free(index, tensors, added);
  return bias?.dims.length === 1 ? [...scaled, { tensor: bias, inner: 1 }] : undefined;
}

/** Tensors whose scaling scales the inputs of the one layer that reads `name`. */
export function inputWeights(
  index: GraphIndex,
  tensors: ReadonlyMap<string, TensorProto>,
  name: string,
): ScaledTensor[] | undefined {
  const [use, ...others] = index.uses(name).filter(({ node }) => node.opType !== 'Shape');
  if (use === undefined || others.length > 0 || use.index !== 0) return undefined;
  const { node } = use;
  if (node.opType === 'Reshape') return inputWeights(index, tensors, node.output[0]!);
  const linear = linearOf(index, node);
  // Numbers of one column share their scales with others there.
  if (linear === undefined || node.opType === 'MatMulNBits') return undefined;
  const weight = free(index, tensors, node.input[1]);
  return weight && [{ tensor: weight, inner: isTransposed(node) ? 1 : linear.outWidth }];
}

function onlyUse<T>(index: GraphIndex, name: string, reader: NodeProto, then: () => T): T | undefined {
  return index.uses(name).every(({ node }) => node === reader || node.opType === 'Shape')
    ? then()
    : undefined;
}

/** A weight that nothing else reads. */
function free(
  index: GraphIndex,
  tensors: ReadonlyMap<string, TensorProto>,
  name: string | undefined,
): TensorProto | undefined {
  return name !== undefined && index.uses(name).length === 1 ? tensors.get(name) : undefined;
}

function isTransposed(node: NodeProto): boolean {
  return node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 1;
}
