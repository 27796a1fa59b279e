/**
 * Element types of ONNX tensors by the names this package uses, and their sizes.
 *
 * @module
 */
import { TensorProto_DataType } from 'onnx-buf';

const ELEMENTS = {
  float32: { code: TensorProto_DataType.FLOAT, bytes: 4 },
  uint8: { code: TensorProto_DataType.UINT8, bytes: 1 },
  int8: { code: TensorProto_DataType.INT8, bytes: 1 },
  uint16: { code: TensorProto_DataType.UINT16, bytes: 2 },
  int16: { code: TensorProto_DataType.INT16, bytes: 2 },
  int32: { code: TensorProto_DataType.INT32, bytes: 4 },
  int64: { code: TensorProto_DataType.INT64, bytes: 8 },
  bool: { code: TensorProto_DataType.BOOL, bytes: 1 },
  float16: { code: TensorProto_DataType.FLOAT16, bytes: 2 },
  float64: { code: TensorProto_DataType.DOUBLE, bytes: 8 },
  uint32: { code: TensorProto_DataType.UINT32, bytes: 4 },
  uint64: { code: TensorProto_DataType.UINT64, bytes: 8 },
  bfloat16: { code: TensorProto_DataType.BFLOAT16, bytes: 2 },
  uint4: { code: TensorProto_DataType.UINT4, bytes: 0.5 },
  int4: { code: TensorProto_DataType.INT4, bytes: 0.5 },
} as const;

/** Element type of an ONNX tensor. */
export type OnnxElementType = keyof typeof ELEMENTS;

/** Number by which `TensorProto.DataType` names an element type. */
export function elementTypeCode(type: OnnxElementType): TensorProto_DataType {
  return ELEMENTS[type].code;
}

/** Name of a `TensorProto.DataType` number; `undefined` for types that hold no plain numbers (strings, …). */
export function elementTypeName(code: number): OnnxElementType | undefined {
  return (Object.keys(ELEMENTS) as OnnxElementType[]).find((name) => ELEMENTS[name].code === code);
}

/** Bytes that `count` elements take; 4-bit types pack two into a byte. */
export function elementBytes(type: OnnxElementType, count: number): number {
  return Math.ceil(ELEMENTS[type].bytes * count);
}
