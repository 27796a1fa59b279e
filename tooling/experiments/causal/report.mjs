/**
 * Markdown tables of the cells that are there.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bootstrapInterval,
  compareAnswers,
  formatEstimate,
  seedEffect,
  summarizeAnswers,
} from '../../../packages/evaluators/dist/index.js';
import { BASELINES, RANKINGS } from './conditions.mjs';

/** @typedef {import('./run.mjs').Cell} Cell */
/** @typedef {import('./questions.mjs').Line} Line */

/** @param {string} folder @param {string} task */
export function reportTask(folder, task) {
  if (!existsSync(folder)) return;
  const cells = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('-units.json'))
    .map((file) => /** @type {Cell} */ (JSON.parse(readFileSync(join(folder, file), 'utf8'))));
  const vanilla = cells.find(({ condition }) => condition === 'vanilla');
  if (vanilla === undefined) return;
  const order = ['vanilla', ...RANKINGS, ...Object.keys(BASELINES)];
  cells.sort((a, b) => order.indexOf(a.condition) - order.indexOf(b.condition) || a.seed - b.seed);
  const hasClasses = vanilla.lines[0]?.label !== undefined;
  console.log(`\n### ${task}: ${vanilla.lines.length} held-out items\n`);
  const columns = hasClasses
    ? ['AUROC of the margin', 'AUROC − vanilla, 95 %', 'balanced accuracy', 'answers (two-way)']
    : ['right before wrong', 'right − vanilla, 95 %', 'margin, nats a token', 'margin − vanilla, 95 %'];
  const head = ['', 'sample', 'changes', 'strength', ...columns, 'KL, nats'];
  console.log(`| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
  for (const cell of cells) {
    const { condition, seed, numbers, strength, divergence } = cell;
    const facts =
      cell === vanilla ? ['vanilla', '', '', ''] : [condition, seed, numbers, strength.toPrecision(2)];
    const figures = hasClasses ? ofClasses(vanilla, cell) : ofMargins(vanilla, cell);
    console.log(`| ${[...facts, ...figures, divergence.toFixed(3)].join(' | ')} |`);
  }
  reportSamples(vanilla, cells, hasClasses);
  reportPredictions(cells);
}

/** Divergences that were predicted, over those that were measured at the same strengths. @param {Cell[]} cells */
function reportPredictions(cells) {
  const rows = cells.flatMap(({ condition, seed, choices }) => {
    const told = choices.filter(({ predicted }) => predicted !== undefined);
    if (told.length === 0) return [];
    const pairs = told.map(({ predicted = 0, reached }) => `${predicted.toFixed(4)} / ${reached.toFixed(4)}`);
    return [`| ${condition} | ${seed} | ${pairs.join(' | ')} |`];
  });
  if (rows.length === 0) return;
  console.log('\n|  | sample | predicted / measured KL, nats |  |  |\n| --- | --- | --- | --- | --- |');
  for (const row of rows) console.log(row);
}

/** @param {Cell} vanilla @param {Cell} cell */
function ofClasses(vanilla, cell) {
  const { areaUnderCurve, balancedAccuracy, predictionShares = [] } = summarizeAnswers(cell.lines);
  const difference = cell === vanilla ? undefined : compareAnswers(vanilla.lines, cell.lines).areaUnderCurve;
  const shares = predictionShares
    .map(({ answer, share }) => `${answer} ${(100 * share).toFixed(0)} %`)
    .join(', ');
  return [written(areaUnderCurve), written(difference), written(balancedAccuracy), shares];
}

/** @param {Cell} vanilla @param {Cell} cell */
function ofMargins(vanilla, cell) {
  const { lines } = cell;
  const isVanilla = cell === vanilla;
  const rows = lines.length;
  const leans = lines.map(({ lean = 0 }) => lean);
  const rises = leans.map((lean, row) => lean - (vanilla.lines[row]?.lean ?? 0));
  const meanOf = (/** @type {number[]} */ values) =>
    bootstrapInterval({ rows, seed: 0, statistic: (drawn) => mean(drawn.map((row) => values[row] ?? 0)) });
  return [
    written(summarizeAnswers(lines).accuracy),
    isVanilla ? '' : written(compareAnswers(vanilla.lines, lines).accuracy),
    written(meanOf(leans)),
    isVanilla ? '' : written(meanOf(rises)),
  ];
}

/**
 * Every condition over its samples of pairs, with an interval for new samples and new items.
 *
 * @param {Cell} vanilla @param {Cell[]} cells @param {boolean} hasClasses
 */
function reportSamples(vanilla, cells, hasClasses) {
  const conditions = [...new Set(cells.map(({ condition }) => condition))];
  const repeated = conditions
    .map((name) => cells.filter(({ condition }) => condition === name))
    .filter((own) => own.length > 1);
  if (repeated.length === 0) return;
  const what = hasClasses ? 'AUROC − vanilla' : 'margin − vanilla';
  console.log(`\n|  | samples | ${what}, each sample | mean, 95 % for new samples and items |`);
  console.log('| --- | --- | --- | --- |');
  const valuesOf = (/** @type {Line[]} */ lines) =>
    hasClasses ? areaParts(lines) : lines.map(({ lean = 0 }) => lean);
  const before = valuesOf(vanilla.lines);
  for (const own of repeated) {
    const values = own.map(({ lines }) => valuesOf(lines).map((value, item) => value - (before[item] ?? 0)));
    const effect = seedEffect({ values });
    const each = effect.perSeed.map((value) => value.toFixed(3)).join(', ');
    console.log(`| ${own[0]?.condition} | ${own.length} | ${each} | ${formatEstimate(effect)} |`);
  }
}

/**
 * The area under the curve as a mean over items: of each, the share of the other class that it is told apart from, as far
 * from the area as the size of its class asks for. Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988).
 *
 * @param {Line[]} lines
 */
function areaParts(lines) {
  const margins = lines.map(({ margin = 0 }) => margin);
  const [first] = [...new Set(lines.map(({ label }) => label))].sort();
  const isFirst = lines.map(({ label }) => label === first);
  const count = isFirst.filter(Boolean).length;
  const shares = margins.map((margin, item) => {
    let won = 0;
    for (const [other, rival] of margins.entries()) {
      if (isFirst[other] === isFirst[item]) continue;
      if (margin === rival) won += 0.5;
      else if (margin > rival === isFirst[item]) won += 1;
    }
    return won / (isFirst[item] ? lines.length - count : count);
  });
  const area = mean(shares.filter((_, item) => isFirst[item]));
  return shares.map(
    (share, item) => area + ((share - area) * lines.length) / (isFirst[item] ? count : lines.length - count),
  );
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {import('../../../packages/evaluators/dist/index.js').Estimate | undefined} estimate */
function written(estimate) {
  return estimate === undefined ? '' : formatEstimate(estimate);
}
