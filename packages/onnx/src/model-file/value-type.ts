/**
 * The element type of a computed value, from the types of inputs and weights: exporters leave most of them unsaid.
 *
 * @module
 */
import { TensorProto_DataType } from 'onnx-buf';
import { type GraphIndex, intAttribute } from './graph-index.ts';

/** Where an operator's result takes its type from, if not from its first input. */
const TYPE_SOURCE: Readonly<Record<string, number>> = {
  Where: 1,
  MatMulNBits: 2,
  GatherBlockQuantized: 2,
  DequantizeLinear: 1,
};

/**
 * The type of a value as a `TensorProto.DataType` number.
 *
 * @returns `undefined` where the trail ends in something without a type
 */
export function valueType(index: GraphIndex, name: string): TensorProto_DataType | undefined {
  const seen = new Set<string>();
  let current = name;
  for (;;) {
    if (seen.has(current)) return undefined;
    seen.add(current);
    const constant = index.constant(current);
    if (constant !== undefined) return constant.type;
    const node = index.producer(current);
    if (node === undefined) return graphInputType(index, current);
    if (node.opType === 'Cast') return intAttribute(node, 'to', 0);
    const source = node.input[TYPE_SOURCE[node.opType] ?? 0];
    if (source === undefined || source === '') return undefined;
    current = source;
  }
}

function graphInputType(index: GraphIndex, name: string): TensorProto_DataType | undefined {
  const value = index.graph.input.find((input) => input.name === name)?.type?.value;
  return value?.case === 'tensorType' ? value.value.elemType : undefined;
}

/** Types that activations may have: what is not float32 is cast at the interface. */
export function isActivationType(type: number | undefined): boolean {
  return type === undefined || type === TensorProto_DataType.FLOAT || type === TensorProto_DataType.FLOAT16;
}
