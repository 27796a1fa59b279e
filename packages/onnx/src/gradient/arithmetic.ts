/**
 * Writing formulas into a graph: every function adds one node and returns the name of its result.
 *
 * @module
 */
import type { AttributeValue } from '../model-file/attributes.ts';
import { type GraphWriter, MICROSOFT_DOMAIN } from '../model-file/graph-writer.ts';
import { createWriteOnce } from '../model-file/write-once.ts';

/** The operators that the forward and the reverse pass are made of. */
export interface Arithmetic {
  readonly graph: GraphWriter;
  /** A name that no value has. */
  unused(): string;
  add(a: string, b: string): string;
  subtract(a: string, b: string): string;
  multiply(a: string, b: string): string;
  divide(a: string, b: string): string;
  /** An operator of one input: Tanh, Sigmoid, Sqrt, Neg, … */
  apply(operator: string, input: string): string;
  /** alpha · a b over the last two axes, either of them transposed first. */
  product(
    a: string,
    b: string,
    options?: { transposeA?: boolean; transposeB?: boolean; scale?: number },
  ): string;
  /** Sum along one axis, which stays with length 1. */
  sum(input: string, axis: number): string;
  softmax(input: string): string;
  /** To a shape; 0 keeps an axis, −1 is what remains. */
  reshape(input: string, shape: readonly number[]): string;
  /** To the shape that a value holds. */
  reshapeTo(input: string, shape: string): string;
  transpose(input: string, axes: readonly number[]): string;
  split(input: string, sizes: readonly number[], axis: number): string[];
  concat(inputs: readonly string[], axis: number): string;
  /** A number, declared once. */
  number(value: number): string;
  /** Whole numbers, declared once. */
  whole(values: readonly number[]): string;
  node(
    operator: string,
    inputs: readonly string[],
    options?: { microsoft?: boolean; attributes?: Readonly<Record<string, AttributeValue>> },
  ): string;
}

/** Starts writing into a graph. */
export function createArithmetic(graph: GraphWriter): Arithmetic {
  let names = 0;
  const once = createWriteOnce();
  const node: Arithmetic['node'] = (operator, inputs, { microsoft = false, attributes = {} } = {}) =>
    graph.node(operator, inputs, 1, { domain: microsoft ? MICROSOFT_DOMAIN : '', attributes })[0];
  const number = (value: number): string =>
    once(`number ${value}`, () => {
      const data = Float32Array.of(value);
      graph.constant(`number ${value}`, { dtype: 'float32', dims: [], data });
    });
  const whole = (values: readonly number[]): string =>
    once(`whole ${values.join(' ')}`, () => {
      graph.constant(`whole ${values.join(' ')}`, BigInt64Array.from(values, BigInt));
    });
  const reshapeTo = (input: string, shape: string): string => node('Reshape', [input, shape]);
  return {
    graph,
    unused: () => `value ${names++}`,
    node,
    number,
    whole,
    reshapeTo,
    add: (a, b) => node('Add', [a, b]),
    subtract: (a, b) => node('Sub', [a, b]),
    multiply: (a, b) => node('Mul', [a, b]),
    divide: (a, b) => node('Div', [a, b]),
    apply: (operator, input) => node(operator, [input]),
    product: (a, b, { transposeA = false, transposeB = false, scale = 1 } = {}) =>
      node('FusedMatMul', [a, b], {
        microsoft: true,
        attributes: {
          transA: { int: Number(transposeA) },
          transB: { int: Number(transposeB) },
          alpha: { float: scale },
        },
      }),
    sum: (input, axis) => node('ReduceSum', [input, whole([axis])], { attributes: { keepdims: { int: 1 } } }),
    softmax: (input) => node('Softmax', [input], { attributes: { axis: { int: -1 } } }),
    reshape: (input, shape) => reshapeTo(input, whole(shape)),
    transpose: (input, axes) => node('Transpose', [input], { attributes: { perm: { ints: axes } } }),
    split: (input, sizes, axis) =>
      graph.node('Split', [input, whole(sizes)], sizes.length, { attributes: { axis: { int: axis } } }),
    concat: (inputs, axis) => node('Concat', inputs, { attributes: { axis: { int: axis } } }),
  };
}
