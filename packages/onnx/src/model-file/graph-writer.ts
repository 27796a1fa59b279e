/**
 * Writing ONNX graphs from nothing: inputs, outputs, constants, weights that stay in another file, nodes.
 *
 * @module
 */

import { elementCount, InvalidArgumentError } from '@austeer/core';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { type AttributeValue, attributeProto } from './attributes.ts';
import { elementBytes, elementTypeCode, type OnnxElementType } from './element-types.ts';

/**
 * Operators of ONNX Runtime beyond the standard ones (MatMulNBits, GroupQueryAttention, …).
 *
 * @example
 * ```ts
 * MICROSOFT_DOMAIN; // 'com.microsoft'
 * ```
 */
export const MICROSOFT_DOMAIN = 'com.microsoft';

/** IR version 10 came with opset 21 (ONNX 1.16) and is read by every ONNX Runtime since 1.18. */
const IR_VERSION = 10n;

/** A tensor whose values are written into the graph itself. */
export interface InlineTensor {
  readonly dtype: OnnxElementType;
  readonly dims: readonly number[];
  /** Little-endian values, row-major; exactly as many bytes as type and dims ask for. */
  readonly data: ArrayBufferView;
}

/** A tensor whose values lie in another file. */
export interface ExternalTensor {
  readonly dtype: OnnxElementType;
  readonly dims: readonly number[];
  /** File name relative to the data folder that the session is given. */
  readonly location: string;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

/** Options of {@link GraphWriter.node}. */
export interface NodeOptions {
  /** @default '' (standard operators) */
  readonly domain?: '' | typeof MICROSOFT_DOMAIN | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
  /** @default operator type and a counter */
  readonly name?: string | undefined;
}

/** A graph in the making. Names are the edges; each may be made once. */
export interface GraphWriter {
  /** Adds a graph input; text dims are symbolic. Returns the name. */
  input(name: string, type: OnnxElementType, dims: readonly (number | string)[]): string;
  /** Declares an existing value to be a graph output. Returns the name. */
  output(name: string, type: OnnxElementType, dims: readonly (number | string)[]): string;
  /** Declares an existing value, a sequence of tensors, to be a graph output. Returns the name. */
  sequenceOutput(name: string, type: OnnxElementType): string;
  /** Adds a tensor with its values. A bare typed array is taken as one-dimensional. Returns the name. */
  constant(
    name: string,
    value: InlineTensor | Float32Array | Int32Array | BigInt64Array | Uint8Array,
  ): string;
  /** Adds a tensor that lies in another file. Returns the name. */
  external(name: string, tensor: ExternalTensor): string;
  /**
   * Adds a node. `outputs` are names, or how many names to make up (default 1); '' skips an optional input
   * or output. Returns the output names.
   */
  node(
    opType: string,
    inputs: readonly string[],
    outputs?: readonly string[] | number,
    options?: NodeOptions,
  ): [string, ...string[]];
  /** The nodes so far. */
  readonly nodes: readonly NodeProto[];
  /** The model in ONNX's binary form. */
  toBytes(): Uint8Array;
}

/**
 * Starts an empty graph. Every name is checked when it is used, so a misspelt edge fails where it is written
 * and not when ONNX Runtime loads the model. Nodes may therefore only read values that were made before.
 *
 * @param options.name name of the graph
 * @param options.opset version of the standard operators
 * @param options.microsoftOpset version of {@link MICROSOFT_DOMAIN}
 * @throws InvalidArgumentError (from the methods) for a name made twice, an unknown input name, or data that
 *   does not fill its dims.
 *
 * @example
 * ```ts
 * const graph = createGraphWriter({ name: 'double' });
 * graph.input('x', 'float32', ['rows', 4]);
 * graph.constant('two', Float32Array.of(2));
 * graph.node('Mul', ['x', 'two'], ['y']);
 * graph.output('y', 'float32', ['rows', 4]);
 * const model = graph.toBytes();
 * ```
 */
export function createGraphWriter(options: {
  name: string;
  /** @default 21 */
  opset?: number;
  /** @default 1 */
  microsoftOpset?: number;
}): GraphWriter {
  const { name: graphName, opset = 21, microsoftOpset = 1 } = options;
  const known = new Set<string>();
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const initializers: TensorProto[] = [];
  const nodes: NodeProto[] = [];

  const define = (argument: string, name: string): string => {
    if (name === '' || known.has(name)) {
      throw new InvalidArgumentError({
        argument,
        given: name,
        expected: 'a name not yet used in this graph',
      });
    }
    known.add(name);
    return name;
  };
  const mustExist = (argument: string, name: string): void => {
    if (!known.has(name)) {
      throw new InvalidArgumentError({ argument, given: name, expected: 'the name of a value made before' });
    }
  };

  return {
    input(name, type, dims) {
      define('input', name);
      inputs.push(tensorValueInfo(name, type, dims));
      return name;
    },
    output(name, type, dims) {
      mustExist('output', name);
      outputs.push(tensorValueInfo(name, type, dims));
      return name;
    },
    sequenceOutput(name, type) {
      mustExist('output', name);
      outputs.push(sequenceValueInfo(name, type));
      return name;
    },
    constant(name, value) {
      const { dtype, dims, data } = 'dtype' in value ? value : inlineOf(value);
      const bytes = elementBytes(dtype, elementCount(dims));
      if (data.byteLength !== bytes) {
        throw new InvalidArgumentError({
          argument: `data of ${name}`,
          given: `${data.byteLength} bytes`,
          expected: `${bytes} bytes (${dtype} [${dims.join(', ')}])`,
        });
      }
      define('constant', name);
      initializers.push(inlineTensorProto(name, dtype, dims, data));
      return name;
    },
    external(name, tensor) {
      define('external', name);
      initializers.push(externalTensorProto(name, tensor));
      return name;
    },
    node(opType, nodeInputs, nodeOutputs = 1, nodeOptions = {}) {
      const { domain = '', attributes = {}, name = `${opType}.${nodes.length}` } = nodeOptions;
      for (const input of nodeInputs) if (input !== '') mustExist(`input of ${name}`, input);
      const names =
        typeof nodeOutputs === 'number'
          ? Array.from({ length: nodeOutputs }, (_, index) => `${name}:${index}`)
          : [...nodeOutputs];
      const [first, ...others] = names;
      if (first === undefined) {
        throw new InvalidArgumentError({
          argument: `outputs of ${name}`,
          given: 0,
          expected: 'at least one',
        });
      }
      for (const output of names) if (output !== '') define(`output of ${name}`, output);
      nodes.push(
        create(NodeProtoSchema, {
          name,
          opType,
          domain,
          input: [...nodeInputs],
          output: names,
          attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
        }),
      );
      return [first, ...others];
    },
    nodes,
    toBytes() {
      return toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          irVersion: IR_VERSION,
          producerName: '@austeer/onnx',
          opsetImport: [
            { domain: '', version: BigInt(opset) },
            { domain: MICROSOFT_DOMAIN, version: BigInt(microsoftOpset) },
          ],
          graph: { name: graphName, input: inputs, output: outputs, initializer: initializers, node: nodes },
        }),
      );
    },
  };
}

/** Name, element type and dims of a graph input or output; text dims are symbolic. */
export function tensorValueInfo(
  name: string,
  type: OnnxElementType,
  dims: readonly (number | string)[],
): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: elementTypeCode(type),
          shape: {
            dim: dims.map((size) => ({
              value:
                typeof size === 'number'
                  ? { case: 'dimValue' as const, value: BigInt(size) }
                  : { case: 'dimParam' as const, value: size },
            })),
          },
        },
      },
    },
  });
}

/** Name and element type of a graph output that is a sequence of tensors. */
export function sequenceValueInfo(name: string, type: OnnxElementType): ValueInfoProto {
  const { type: elemType } = tensorValueInfo(name, type, []);
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'sequenceType', value: { ...(elemType && { elemType }) } } },
  });
}

/** A tensor with its values inside. The bytes are viewed, not copied. */
export function inlineTensorProto(
  name: string,
  type: OnnxElementType,
  dims: readonly number[],
  data: ArrayBufferView,
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypeCode(type),
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

/** A tensor whose values are a byte range of another file. */
export function externalTensorProto(name: string, tensor: ExternalTensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypeCode(tensor.dtype),
    dims: tensor.dims.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: tensor.location },
      { key: 'offset', value: String(tensor.offset) },
      { key: 'length', value: String(tensor.length) },
    ],
  });
}

function inlineOf(data: Float32Array | Int32Array | BigInt64Array | Uint8Array): InlineTensor {
  const dtype =
    data instanceof Float32Array
      ? 'float32'
      : data instanceof Int32Array
        ? 'int32'
        : data instanceof BigInt64Array
          ? 'int64'
          : 'uint8';
  return { dtype, dims: [data.length], data };
}
