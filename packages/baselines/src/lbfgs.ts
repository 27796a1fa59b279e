/**
 * Minimizing smooth convex functions: L-BFGS (Nocedal, 1980) with backtracking.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';

/** A function of several variables with its gradient. */
export type Objective = (at: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

/** Takes a gradient towards a step. */
export type Precondition = (vector: Float64Array) => Float64Array;

/** Minimizing did not reach the gradient asked for. */
export class NotConvergedError extends AusteerError {
  readonly gradient: number;
  readonly iterations: number;

  constructor(options: { what: string; gradient: number; wanted: number; iterations: number }) {
    const { what, gradient, wanted, iterations } = options;
    super(
      'NOT_CONVERGED',
      `${what}: after ${iterations} steps the largest gradient is ${gradient}; expected at most ${wanted}. ` +
        'Look for activations of very different sizes, or infinite ones.',
    );
    this.gradient = gradient;
    this.iterations = iterations;
  }
}

/** Steps that shape the next one. */
const HISTORY = 20;
const MOST_ITERATIONS = 20_000;
/** A step of 2⁻⁶⁰ of its length changes no number. */
const MOST_HALVINGS = 60;
/** Share of the expected decrease that a step must give (Armijo). */
const DECREASE = 1e-4;
/** Rounding of the value: below it, only the gradient tells whether a step went too far. */
const ROUNDING = 1e-12;

/**
 * Finds the minimum of a strictly convex function.
 *
 * @param options.start is left as it is
 * @param options.tolerance largest element of the gradient that counts as 0
 * @param options.precondition about the inverse Hessian times a vector, symmetric. @default the vector itself
 * @throws NotConvergedError when it is not reached.
 */
export function minimize(options: {
  what: string;
  objective: Objective;
  start: Float64Array;
  tolerance: number;
  precondition?: Precondition | undefined;
}): Float64Array {
  const { what, objective, tolerance, precondition = (vector) => vector.slice() } = options;
  let at: Float64Array = options.start.slice();
  let { value, gradient } = objective(at);
  const history: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
  for (let iteration = 0; largest(gradient) > tolerance; iteration++) {
    const failure = (): NotConvergedError =>
      new NotConvergedError({ what, gradient: largest(gradient), wanted: tolerance, iterations: iteration });
    if (iteration === MOST_ITERATIONS) throw failure();
    const direction = nextDirection(gradient, history, precondition);
    const slope = dot(direction, gradient);
    let length = 1;
    let next: Float64Array;
    let found: ReturnType<Objective>;
    for (let halvings = 0; ; halvings++) {
      next = at.map((x, i) => x + length * direction[i]!);
      found = objective(next);
      const falls = found.value <= value + DECREASE * length * slope;
      // Near the minimum values are equal but for rounding; there the slope must have shrunk.
      const isFlat = found.value <= value + ROUNDING * Math.abs(value);
      if (falls || (isFlat && Math.abs(dot(direction, found.gradient)) <= (1 - DECREASE) * Math.abs(slope)))
        break;
      if (halvings === MOST_HALVINGS) throw failure();
      length /= 2;
    }
    const step = next.map((x, i) => x - at[i]!);
    if (step.every((x) => x === 0)) throw failure();
    const change = found.gradient.map((x, i) => x - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 0) history.push({ step, change, curvature });
    if (history.length > HISTORY) history.shift();
    at = next;
    ({ value, gradient } = found);
  }
  return at;
}

/** Minus the inverse Hessian, as the last steps tell it, times the gradient. */
function nextDirection(
  gradient: Float64Array,
  history: readonly { step: Float64Array; change: Float64Array; curvature: number }[],
  precondition: Precondition,
): Float64Array {
  let direction: Float64Array = gradient.map((x) => -x);
  const shares: number[] = [];
  for (const { step, change, curvature } of history.toReversed()) {
    const share = dot(step, direction) / curvature;
    shares.push(share);
    addTimes(direction, change, -share);
  }
  direction = precondition(direction);
  const last = history.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, precondition(last.change));
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const { step, change, curvature } of history) {
    addTimes(direction, step, shares.pop()! - dot(change, direction) / curvature);
  }
  return direction;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addTimes(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (const x of vector) most = Math.max(most, Math.abs(x));
  return most;
}
