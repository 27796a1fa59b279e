/**
 * Activations as two planes of 8-bit integers, for the integer product.
 *
 * @module
 */
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { createWriteOnce } from '../model-file/write-once.ts';

/** Names of what x ≈ scale · (coarse + fine · 1/254) is made of. */
export interface IntegerPlanes {
  /** float32 `[rows, tokens, 1]` */
  readonly scale: string;
  /** uint8, x rounded to 127 steps on either side of {@link PLANE_CENTRE}. */
  readonly coarse: string;
  /** uint8, what that lost, at most half a step, in 127 steps of its own. Written when it is first asked for. */
  readonly fine: () => string;
  /** The step of each plane: 1 and 1/254. */
  readonly one: string;
  readonly fineStep: string;
}

/**
 * Name of the integer that stands for zero, once a plane is written. Integers are unsigned because ONNX Runtime's kernel of
 * signed ones is slow.
 */
export const PLANE_CENTRE = 'planes.centre';

/** Steps on either side of zero. */
const STEPS = 127;
/** Keeps a token of zeros from dividing by zero. */
const SMALLEST = 1e-30;

/**
 * Writes the planes of values, each once. Every token has a scale of its own, so that rows of a batch do not depend on
 * each other.
 */
export function planeWriter(graph: GraphWriter): (input: string) => IntegerPlanes {
  const made = new Map<string, IntegerPlanes>();
  const once = createWriteOnce();
  const shared = { one: 'planes.one', fineStep: 'planes.fine_step' };
  const { one, fineStep } = shared;
  const writeConstants = (): void => {
    const scalar = (name: string, value: number): string =>
      graph.constant(name, { dtype: 'float32', dims: [], data: Float32Array.of(value) });
    scalar(one, 1);
    scalar(fineStep, 1 / (2 * STEPS));
    scalar('planes.steps', STEPS);
    scalar('planes.smallest', SMALLEST);
    graph.constant(PLANE_CENTRE, { dtype: 'uint8', dims: [], data: Uint8Array.of(STEPS + 1) });
    graph.constant('planes.axis', BigInt64Array.of(-1n));
  };
  return (input) => {
    const known = made.get(input);
    if (known !== undefined) return known;
    if (made.size === 0) writeConstants();
    const name = (part: string): string => `${input}.planes.${part}`;
    graph.node('Abs', [input], [name('sizes')]);
    graph.node('ReduceMax', [name('sizes'), 'planes.axis'], [name('largest')], {
      attributes: { keepdims: { int: 1 } },
    });
    graph.node('Max', [name('largest'), 'planes.smallest'], [name('range')]);
    graph.node('Div', [name('range'), 'planes.steps'], [name('scale')]);
    graph.node('Div', ['planes.steps', name('range')], [name('inverse')]);
    graph.node('Mul', [input, name('inverse')], [name('exact')]);
    graph.node('QuantizeLinear', [name('exact'), one, PLANE_CENTRE], [name('coarse')]);
    const fine = (): string =>
      once(name('fine'), () => {
        graph.node('DequantizeLinear', [name('coarse'), one, PLANE_CENTRE], [name('whole')]);
        graph.node('Sub', [name('exact'), name('whole')], [name('rest')]);
        graph.node('QuantizeLinear', [name('rest'), fineStep, PLANE_CENTRE], [name('fine')]);
      });
    const planes = { ...shared, scale: name('scale'), coarse: name('coarse'), fine };
    made.set(input, planes);
    return planes;
  };
}
