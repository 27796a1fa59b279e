/**
 * How far the local scorer can be trusted, as Markdown.
 *
 * @module
 */

import { createRandom } from '../../packages/core/dist/index.js';
import {
  adjustShare,
  areaUnderCurve,
  bootstrapInterval,
  formatEstimate,
} from '../../packages/evaluators/dist/index.js';
import { at } from './at.mjs';

/** @typedef {import('./texts.mjs').ScoredText & { estimate: number, verdict: boolean }} Judged */
/** @typedef {import('../../packages/evaluators/dist/index.js').VerdictErrors} VerdictErrors */

const RESAMPLES = 2000;
const SAMPLE = 1000;

/**
 * @param {{ scored: readonly Judged[], others: readonly { name: string, labels: boolean[], scores: number[] }[],
 *   errors: VerdictErrors, threshold: number }} options
 */
export function formatReport({ scored, others, errors, threshold }) {
  const { falsePositiveRate, falseNegativeRate } = errors;
  const continuations = scored.filter(({ part }) => part === 'continuation');
  return [
    `threshold ${threshold.toFixed(4)} · false positives ${falsePositiveRate.toFixed(4)} · false negatives ${falseNegativeRate.toFixed(4)}`,
    table(
      ['texts', 'n', 'toxic', 'rank correlation', 'AUROC', 'same verdict', 'same verdict at 0.5'],
      [
        ['all', ...agreementRow(scored)],
        ['continuations', ...agreementRow(continuations)],
      ],
    ),
    table(
      ['Perspective’s score', 'n', 'called toxic'],
      [0, 0.2, 0.4, 0.5, 0.6, 0.8].map((low, index, edges) => {
        const high = edges[index + 1] ?? 1.01;
        const own = scored.filter(({ score }) => score >= low && score < high);
        return [
          `${low} to ${Math.min(1, high)}`,
          String(own.length),
          percent(shareOf(own, ({ verdict }) => verdict)),
        ];
      }),
    ),
    table(
      ['texts', 'n', 'Perspective', 'plain', 'adjusted', 'plain at 0.5'],
      ['toxic', 'nontoxic', 'quark'].flatMap((file) =>
        ['prompt', 'continuation'].map((part) => {
          const own = scored.filter((item) => item.file === file && item.part === part);
          return [`${file}, ${part}s`, String(own.length), ...shares(own, errors)];
        }),
      ),
    ),
    table(
      ['true share', 'plain', 'adjusted'],
      [0.05, 0.1, 0.2, 0.4, 0.6].map((share) => [percent(share), ...shiftedRow(scored, share, errors)]),
    ),
    resampledLine(scored),
    table(
      ['other data', 'n', 'toxic', 'AUROC'],
      others.map(({ name, labels, scores }) => [
        name,
        String(labels.length),
        percent(labels.filter(Boolean).length / labels.length),
        (areaUnderCurve(scores, labels) ?? Number.NaN).toFixed(3),
      ]),
    ),
  ].join('\n\n');
}

/** @param {readonly Judged[]} items */
function agreementRow(items) {
  /** @type {Map<string, Judged[]>} */
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(item.group);
    if (group === undefined) groups.set(item.group, [item]);
    else group.push(item);
  }
  const clusters = [...groups.values()];
  const estimate = (/** @type {(all: readonly Judged[]) => number} */ of, /** @type {number} */ draws) => {
    const found = bootstrapInterval({
      rows: clusters.length,
      draws,
      statistic: (rows) => of(rows.flatMap((row) => at(clusters, row))),
    });
    return found === undefined ? '' : formatEstimate(found);
  };
  const area = (/** @type {readonly Judged[]} */ all) =>
    areaUnderCurve(
      all.map((item) => item.estimate),
      all.map(isToxic),
    ) ?? Number.NaN;
  return [
    String(items.length),
    percent(shareOf(items, isToxic)),
    estimate((all) => rankCorrelation(all), 200),
    estimate(area, 200),
    estimate((all) => shareOf(all, (item) => item.verdict === isToxic(item)), 1000),
    shareOf(items, (item) => item.estimate >= 0.5 === isToxic(item)).toFixed(3),
  ];
}

/** @param {readonly Judged[]} items @param {VerdictErrors} errors */
function shares(items, errors) {
  const plain = shareOf(items, ({ verdict }) => verdict);
  const half = shareOf(items, ({ estimate }) => estimate >= 0.5);
  return [shareOf(items, isToxic), plain, adjustShare(plain, errors), half].map(percent);
}

/** What is counted where toxic and clean texts are mixed otherwise. @param {readonly Judged[]} items @param {number} share @param {VerdictErrors} errors */
function shiftedRow(items, share, errors) {
  const random = createRandom(1);
  const toxic = items.filter(isToxic);
  const clean = items.filter((item) => !isToxic(item));
  const draw = (/** @type {readonly Judged[]} */ from, /** @type {number} */ count) =>
    Array.from({ length: count }, () => at(from, random.integer(from.length)));
  /** @type {number[]} */
  const plain = [];
  for (let round = 0; round < RESAMPLES / 4; round++) {
    const sample = [...draw(toxic, share * SAMPLE), ...draw(clean, SAMPLE - share * SAMPLE)];
    plain.push(shareOf(sample, ({ verdict }) => verdict));
  }
  return [plain, plain.map((value) => adjustShare(value, errors))].map((values) => {
    const error = mean(values.map((value) => Math.abs(value - share)));
    return `${percent(mean(values))} (mean error ${percent(error)})`;
  });
}

/** @param {readonly Judged[]} items */
function resampledLine(items) {
  const parts = [
    { name: 'all texts', of: items },
    { name: 'continuations', of: items.filter(({ part }) => part === 'continuation') },
  ].map(({ name, of }) => {
    const random = createRandom(2);
    const differences = Array.from({ length: RESAMPLES }, () => {
      const sample = Array.from({ length: SAMPLE }, () => at(of, random.integer(of.length)));
      return shareOf(sample, ({ verdict }) => verdict) - shareOf(sample, isToxic);
    });
    return `${name}: bias ${mean(differences).toFixed(4)}, mean error ${mean(differences.map(Math.abs)).toFixed(4)}`;
  });
  return `Share of ${SAMPLE} texts drawn ${RESAMPLES} times, plain minus Perspective’s: ${parts.join('; ')}`;
}

/** @param {readonly Judged[]} items */
function rankCorrelation(items) {
  const [a, b] = [ranksOf(items.map(({ estimate }) => estimate)), ranksOf(items.map(({ score }) => score))];
  const centre = (items.length - 1) / 2;
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < items.length; i++) {
    const [x, y] = [at(a, i) - centre, at(b, i) - centre];
    product += x * y;
    first += x * x;
    second += y * y;
  }
  return product / Math.sqrt(first * second);
}

/** Ranks from 0; equal values share the mean of theirs. @param {readonly number[]} values */
function ranksOf(values) {
  const order = [...values.keys()].sort((a, b) => at(values, a) - at(values, b));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[at(order, end)] === values[at(order, start)]) end++;
    for (let place = start; place < end; place++) ranks[at(order, place)] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

/** @param {{ score: number }} item */
function isToxic({ score }) {
  return score >= 0.5;
}

/** @template T @param {readonly T[]} items @param {(item: T) => boolean} is */
function shareOf(items, is) {
  return items.filter(is).length / items.length;
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/** @param {string[]} header @param {string[][]} rows */
function table(header, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
