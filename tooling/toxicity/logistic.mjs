/**
 * Logistic regression on sparse 0/1 features with soft labels, its columns scaled by the log-odds of naive Bayes.
 *
 * Source of the scaling: Wang and Manning, "Baselines and Bigrams" (ACL 2012).
 *
 * @module
 */
import { at } from './at.mjs';

/**
 * @typedef {object} Rows texts as sorted lists of column numbers, one after the other
 * @property {Int32Array} starts place of the first column of each row; one more than rows
 * @property {Int32Array} columns
 * @property {Float64Array} values what every feature of a row counts
 */

/**
 * Weights w and intercept b that minimise Σ cross-entropy(label, σ(V w + b)) + penalty / 2 · |w / r|², r being the
 * scaling of naive Bayes.
 *
 * @param {{ rows: Rows, labels: Float64Array, width: number, penalty?: number, smoothing?: number, iterations?: number }} options
 * @returns {{ weights: Float64Array, intercept: number }}
 */
export function trainLogistic({ rows, labels, width, penalty = 0.05, smoothing = 3, iterations = 100 }) {
  const { starts, columns, values } = rows;
  const count = labels.length;
  const positive = new Float64Array(width).fill(smoothing);
  const negative = new Float64Array(width).fill(smoothing);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const label = at(labels, row);
    total += label;
    for (let place = at(starts, row); place < at(starts, row + 1); place++) {
      const column = at(columns, place);
      positive[column] = at(positive, column) + at(values, row) * label;
      negative[column] = at(negative, column) + at(values, row) * (1 - label);
    }
  }
  const shift = Math.log((2 * smoothing + count - total) / (2 * smoothing + total));
  const scale = positive.map((sum, column) => Math.log(sum / at(negative, column)) + shift);
  const objective = (/** @type {Float64Array} */ point, /** @type {Float64Array} */ gradient) => {
    gradient.fill(0);
    const intercept = at(point, width);
    let loss = 0;
    for (let row = 0; row < count; row++) {
      const [from, to] = [at(starts, row), at(starts, row + 1)];
      let sum = 0;
      for (let place = from; place < to; place++) {
        const column = at(columns, place);
        sum += at(point, column) * at(scale, column);
      }
      const value = at(values, row);
      const label = at(labels, row);
      const z = value * sum + intercept;
      loss += Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
      const error = 1 / (1 + Math.exp(-z)) - label;
      gradient[width] = at(gradient, width) + error;
      const push = error * value;
      for (let place = from; place < to; place++) {
        const column = at(columns, place);
        gradient[column] = at(gradient, column) + push * at(scale, column);
      }
    }
    for (let column = 0; column < width; column++) {
      const weight = at(point, column);
      loss += (penalty / 2) * weight * weight;
      gradient[column] = at(gradient, column) + penalty * weight;
    }
    return loss;
  };
  const point = minimise(objective, width + 1, iterations);
  return {
    weights: point.subarray(0, width).map((weight, column) => weight * at(scale, column)),
    intercept: at(point, width),
  };
}

/**
 * L-BFGS from 0 with a backtracking line search.
 *
 * @param {(point: Float64Array, gradient: Float64Array) => number} objective fills the gradient
 * @param {number} size
 * @param {number} iterations
 */
export function minimise(objective, size, iterations, memory = 10) {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  /** @type {{ step: Float64Array, change: Float64Array, product: number }[]} */
  const history = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const direction = gradient.map((x) => -x);
    const factors = [];
    for (const { step, change, product } of history.toReversed()) {
      const factor = dot(step, direction) / product;
      factors.push(factor);
      add(direction, change, -factor);
    }
    const last = history.at(-1);
    const size0 = last === undefined ? 1 / norm(gradient) : last.product / dot(last.change, last.change);
    for (let i = 0; i < size; i++) direction[i] = at(direction, i) * size0;
    for (const { step, change, product } of history) {
      const factor = dot(change, direction) / product;
      add(direction, step, /** @type {number} */ (factors.pop()) - factor);
    }
    const slope = dot(gradient, direction);
    if (!(slope < 0)) break;
    let length = 1;
    let next = point;
    const nextGradient = new Float64Array(size);
    let nextValue = value;
    for (let attempt = 0; attempt < 30; attempt++, length /= 2) {
      next = point.slice();
      add(next, direction, length);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    const step = next.map((x, i) => x - at(point, i));
    const change = nextGradient.map((x, i) => x - at(gradient, i));
    const product = dot(step, change);
    if (product > 1e-12) history.push({ step, change, product });
    if (history.length > memory) history.shift();
    const gained = value - nextValue;
    [point, gradient, value] = [next, nextGradient, nextValue];
    if (gained <= 1e-9 * Math.abs(value)) break;
  }
  return point;
}

/** @param {Float64Array} a @param {Float64Array} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}

/** @param {Float64Array} a @param {Float64Array} b @param {number} factor a += factor · b */
function add(a, b, factor) {
  for (let i = 0; i < a.length; i++) a[i] = at(a, i) + factor * at(b, i);
}

/** @param {Float64Array} a */
function norm(a) {
  return Math.sqrt(dot(a, a));
}
