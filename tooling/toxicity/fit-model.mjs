/**
 * From texts with scores to the few thousand weights that the package carries.
 *
 * @module
 */

import { BUCKETS, featureValue } from '../../packages/evaluators/dist/toxicity/local/text-features.js';
import { at } from './at.mjs';
import { minimise, trainLogistic } from './logistic.mjs';

/** Weights kept. Twice as many change the agreement by less than a tenth of a point. */
const KEPT = 16_384;

/** @typedef {{ bytes: Int8Array, scale: number }} Model one signed byte for each bucket; weight = byte · scale */
/** @typedef {{ slope: number, intercept: number, threshold: number }} Calibration */

/**
 * Trains on all given texts, keeps the weights that matter most, and rounds them to a byte.
 *
 * @param {readonly (readonly number[])[]} features distinct buckets of each text
 * @param {readonly number[]} labels scores in [0, 1]
 * @returns {Model}
 */
export function fitModel(features, labels) {
  /** @type {Map<number, number>} */
  const columns = new Map();
  for (const buckets of features) {
    for (const bucket of buckets) if (!columns.has(bucket)) columns.set(bucket, columns.size);
  }
  const starts = new Int32Array(features.length + 1);
  for (const [row, buckets] of features.entries()) starts[row + 1] = at(starts, row) + buckets.length;
  const places = Int32Array.from(
    features.flatMap((buckets) => buckets.map((bucket) => /** @type {number} */ (columns.get(bucket)))),
  );
  const { weights } = trainLogistic({
    rows: {
      starts,
      columns: places,
      values: Float64Array.from(features, (buckets) => featureValue(buckets.length)),
    },
    labels: Float64Array.from(labels),
    width: columns.size,
  });
  const frequency = new Float64Array(columns.size);
  for (const place of places) frequency[place] = at(frequency, place) + 1;
  const weight = (/** @type {number} */ column) => Math.abs(at(weights, column));
  const importance = (/** @type {number} */ column) => weight(column) * Math.sqrt(at(frequency, column));
  const kept = [...columns].sort((a, b) => importance(b[1]) - importance(a[1]) || a[0] - b[0]).slice(0, KEPT);
  // A few outliers must not take the bytes from all others.
  const sizes = kept.map(([, column]) => weight(column)).sort((a, b) => a - b);
  const scale = Number((at(sizes, Math.floor(0.9995 * (sizes.length - 1))) / 127).toPrecision(6));
  const bytes = new Int8Array(BUCKETS);
  for (const [bucket, column] of kept) {
    const byte = Math.round(at(weights, column) / scale);
    bytes[bucket] = Math.min(127, Math.max(-127, byte));
  }
  return { bytes, scale };
}

/**
 * What a text's weights add up to, before slope and intercept.
 *
 * @param {Model} model
 * @param {readonly (readonly number[])[]} features
 */
export function linearScores({ bytes, scale }, features) {
  return features.map(
    (buckets) =>
      featureValue(buckets.length) * scale * buckets.reduce((sum, bucket) => sum + at(bytes, bucket), 0),
  );
}

/**
 * Slope and intercept that give the scores back best (cross-entropy), and the threshold that calls as many texts
 * toxic as have a score of at least 0.5.
 *
 * @param {readonly number[]} raw linear scores of texts that were not trained on
 * @param {readonly number[]} labels
 * @returns {Calibration}
 */
export function calibrate(raw, labels) {
  const [slope, intercept] = minimise(
    (point, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (const [index, x] of raw.entries()) {
        const z = at(point, 0) * x + at(point, 1);
        const label = at(labels, index);
        loss += Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
        const error = 1 / (1 + Math.exp(-z)) - label;
        gradient[0] = at(gradient, 0) + error * x;
        gradient[1] = at(gradient, 1) + error;
      }
      return loss;
    },
    2,
    100,
  );
  const sorted = raw.toSorted((a, b) => b - a);
  const count = labels.filter((label) => label >= 0.5).length;
  const between = (at(sorted, count - 1) + at(sorted, count)) / 2;
  const z = /** @type {number} */ (slope) * between + /** @type {number} */ (intercept);
  return {
    slope: /** @type {number} */ (slope),
    intercept: /** @type {number} */ (intercept),
    threshold: 1 / (1 + Math.exp(-z)),
  };
}
