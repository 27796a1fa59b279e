/**
 * The linear probes of ITI.
 *
 * @module
 */
import { choleskyFactor, choleskySolve } from './cholesky.ts';
import { minimize } from './lbfgs.ts';

/** Rows of features, row-major `[rows, columns]`, and their classes. */
export interface LabelledRows {
  readonly features: Float64Array;
  readonly columns: number;
  /** 1 or 0 for each row. */
  readonly labels: Uint8Array;
}

/** z = weights · x + intercept; class 1 where z > 0. */
export interface LinearProbe {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** Largest gradient of a converged probe. */
const TOLERANCE = 1e-8;

/**
 * Logistic regression as scikit-learn's `LogisticRegression` has it by default: ½‖w‖² + Σ log(1 + exp(−y z)), C = 1, the
 * intercept free. Solved until the gradient is below 1e-8 everywhere, so that the result does not depend on the solver.
 *
 * @throws NotConvergedError where that is not reached.
 */
export function fitLogisticRegression({ features, columns, labels }: LabelledRows): LinearProbe {
  const rows = labels.length;
  // Dimensions of a head have very different sizes and move together: plain steps would take thousands.
  const lower = choleskyFactor(firstHessian({ features, columns, labels }), columns + 1);
  const solution = minimize({
    what: 'Logistic regression',
    start: new Float64Array(columns + 1),
    tolerance: TOLERANCE,
    precondition: (vector) => choleskySolve(lower, vector),
    objective: (at) => {
      const gradient = at.slice();
      gradient[columns] = 0;
      let value = 0;
      for (let i = 0; i < columns; i++) value += 0.5 * at[i]! * at[i]!;
      for (let row = 0; row < rows; row++) {
        const start = row * columns;
        let z = at[columns]!;
        for (let i = 0; i < columns; i++) z += at[i]! * features[start + i]!;
        const sign = labels[row] === 1 ? 1 : -1;
        const margin = sign * z;
        value += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
        const pull = -sign / (1 + Math.exp(margin));
        for (let i = 0; i < columns; i++) gradient[i]! += pull * features[start + i]!;
        gradient[columns]! += pull;
      }
      return { value, gradient };
    },
  });
  return { weights: solution.slice(0, columns), intercept: solution[columns]! };
}

/** The Hessian at 0, where every row counts a quarter: lower triangle of `[columns + 1, columns + 1]`. */
function firstHessian({ features, columns, labels }: LabelledRows): Float64Array {
  const size = columns + 1;
  const hessian = new Float64Array(size * size);
  for (let row = 0; row < labels.length; row++) {
    const x = features.subarray(row * columns, (row + 1) * columns);
    for (let i = 0; i < columns; i++) {
      const value = x[i]! / 4;
      for (let j = 0; j <= i; j++) hessian[i * size + j]! += value * x[j]!;
      hessian[columns * size + i]! += value;
    }
  }
  for (let i = 0; i < columns; i++) hessian[i * size + i]! += 1;
  hessian[size * size - 1] = labels.length / 4;
  return hessian;
}

/** Share of rows that a probe puts into their class. */
export function probeAccuracy(
  { weights, intercept }: LinearProbe,
  { features, columns, labels }: LabelledRows,
): number {
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    let z = intercept;
    for (let i = 0; i < columns; i++) z += weights[i]! * features[row * columns + i]!;
    if (z > 0 === (labels[row] === 1)) right++;
  }
  return right / labels.length;
}
