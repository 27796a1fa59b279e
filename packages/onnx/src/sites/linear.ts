/**
 * Recognising linear layers (a product with a constant matrix) in exported graphs.
 *
 * @module
 */
import { type NodeProto, TensorProto_DataType } from 'onnx-buf';
import { type GraphIndex, intAttribute } from '../model-file/graph-index.ts';
import { isActivationType } from '../model-file/value-type.ts';
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
 * @throws UnsupportedModelError when its weights make the activations neither float32 nor float16.
 */
export function linearOf(index: GraphIndex, node: NodeProto): Linear | undefined {
  const [input, weight, scales] = node.input;
  const [output] = node.output;
  if (input === undefined || weight === undefined || output === undefined) return undefined;
  if (node.opType === 'MatMulNBits') {
    requireActivationType(node, index.constant(scales ?? '')?.type);
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
  requireActivationType(node, constant.type);
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

function requireActivationType(node: NodeProto, type: number | undefined): void {
  if (isActivationType(type)) return;
  throw notUnderstood(
    node,
    `computes in ${TensorProto_DataType[type ?? 0]?.toLowerCase() ?? type}`,
    'activations in float32 or float16 (quantized weights are fine)',
    'Use another export of the model',
  );
}
