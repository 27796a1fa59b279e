/**
 * Recognising linear layers (a product with a constant matrix) in exported graphs.
 *
 * @module
 */
import { type NodeProto, TensorProto_DataType } from 'onnx-buf';
import { type GraphIndex, intAttribute } from '../model-file/graph-index.ts';
import { notUnderstood } from './not-understood.ts';

/** A product with a constant matrix. */
export interface Linear {
  readonly node: NodeProto;
  readonly input: string;
  readonly output: string;
  readonly inWidth: number;
  readonly outWidth: number;
}

/**
 * The linear layer that a node is, or `undefined`.
 *
 * @throws UnsupportedModelError when its weights make the activations half precision.
 */
export function linearOf(index: GraphIndex, node: NodeProto): Linear | undefined {
  const [input, weight, scales] = node.input;
  const [output] = node.output;
  if (input === undefined || weight === undefined || output === undefined) return undefined;
  if (node.opType === 'MatMulNBits') {
    requireFloat32(node, index.constant(scales ?? '')?.type);
    return {
      node,
      input,
      output,
      inWidth: intAttribute(node, 'K', 0),
      outWidth: intAttribute(node, 'N', 0),
    };
  }
  if (node.opType !== 'MatMul' && node.opType !== 'Gemm') return undefined;
  const constant = index.constant(weight);
  if (constant?.dims?.length !== 2 || index.constant(input) !== undefined) return undefined;
  requireFloat32(node, constant.type);
  const [rows, columns] = constant.dims as [number, number];
  const transposed = node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 1;
  return {
    node,
    input,
    output,
    inWidth: transposed ? columns : rows,
    outWidth: transposed ? rows : columns,
  };
}

function requireFloat32(node: NodeProto, type: number | undefined): void {
  if (type === TensorProto_DataType.FLOAT || type === undefined) return;
  throw notUnderstood(
    node,
    `computes in ${TensorProto_DataType[type]?.toLowerCase() ?? type}`,
    'float32 activations (quantized weights are fine)',
    'Use the fp32 or a quantized export with float32 activations and KV cache',
  );
}
