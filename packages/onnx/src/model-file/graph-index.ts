/**
 * The edges of a graph: who makes a value, who reads it, which values are constant.
 *
 * @module
 */
import { type AttributeProto, AttributeProto_AttributeType, type GraphProto, type NodeProto } from 'onnx-buf';

/** One reading of a value: the node and which of its inputs. */
export interface Use {
  readonly node: NodeProto;
  readonly index: number;
}

/** What is known of a constant without reading its values. */
export interface ConstantInfo {
  /** `undefined` where the constant is computed by more than a transpose, cast or dequantization. */
  readonly dims: readonly number[] | undefined;
  /** `TensorProto.DataType` number. */
  readonly type: number | undefined;
}

/** Edges of a graph as it was when {@link indexGraph} was called. */
export interface GraphIndex {
  readonly graph: GraphProto;
  producer(name: string): NodeProto | undefined;
  uses(name: string): readonly Use[];
  /** `undefined` for values that depend on an input of the graph. */
  constant(name: string): ConstantInfo | undefined;
}

/** Builds the index of a graph in one pass; constants are worked out when asked for. */
export function indexGraph(graph: GraphProto): GraphIndex {
  const producers = new Map<string, NodeProto>();
  const readers = new Map<string, Use[]>();
  for (const node of graph.node) {
    for (const output of node.output) if (output !== '') producers.set(output, node);
    node.input.forEach((name, index) => {
      if (name === '') return;
      const uses = readers.get(name);
      if (uses === undefined) readers.set(name, [{ node, index }]);
      else uses.push({ node, index });
    });
  }
  const constants = new Map<string, ConstantInfo | undefined>();
  for (const tensor of graph.initializer) {
    constants.set(tensor.name, { dims: tensor.dims.map(Number), type: tensor.dataType });
  }
  const constant = (name: string): ConstantInfo | undefined => {
    if (constants.has(name)) return constants.get(name);
    constants.set(name, undefined); // also ends the recursion on a graph with a cycle
    const node = producers.get(name);
    const info = node === undefined ? undefined : constantOfNode(node, constant);
    constants.set(name, info);
    return info;
  };
  return {
    graph,
    producer: (name) => producers.get(name),
    uses: (name) => readers.get(name) ?? [],
    constant,
  };
}

/** Attribute of a node by name. */
function attribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((candidate) => candidate.name === name);
}

/** Whole-number attribute of a node, or the fallback. */
export function intAttribute(node: NodeProto, name: string, fallback: number): number {
  const found = attribute(node, name);
  return found === undefined ? fallback : Number(found.i);
}

/** Names that a node reads: its inputs, and what graphs inside it (If, Loop) take from outside. */
export function namesRead(node: NodeProto): string[] {
  const names = node.input.filter((name) => name !== '');
  for (const { g, graphs } of node.attribute) {
    for (const inner of g === undefined ? graphs : [g, ...graphs]) {
      names.push(...inner.node.flatMap(namesRead), ...inner.output.map(({ name }) => name));
    }
  }
  return names;
}

function constantOfNode(
  node: NodeProto,
  constant: (name: string) => ConstantInfo | undefined,
): ConstantInfo | undefined {
  if (node.opType === 'Constant') {
    const value = node.attribute[0];
    if (value?.t !== undefined) return { dims: value.t.dims.map(Number), type: value.t.dataType };
    const scalar =
      value?.type === AttributeProto_AttributeType.FLOAT || value?.type === AttributeProto_AttributeType.INT;
    return { dims: scalar ? [] : undefined, type: undefined };
  }
  if (node.attribute.some(({ g }) => g !== undefined)) return undefined;
  const inputs = node.input.filter((name) => name !== '').map(constant);
  if (inputs.length === 0 || inputs.includes(undefined)) return undefined;
  const [first, second] = inputs;
  switch (node.opType) {
    case 'Identity':
      return first;
    case 'Cast':
      return { dims: first?.dims, type: intAttribute(node, 'to', 0) };
    case 'DequantizeLinear':
      return { dims: first?.dims, type: second?.type };
    case 'Transpose': {
      const order = attribute(node, 'perm')?.ints.map(Number);
      const dims = first?.dims;
      return {
        dims: order === undefined ? dims?.toReversed() : dims && order.map((axis) => dims[axis]!),
        type: first?.type,
      };
    }
    default:
      return { dims: undefined, type: first?.type };
  }
}
