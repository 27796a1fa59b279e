/**
 * `npm run experiment:rankings`: do other orders of units steer better than the paper's? For each task and site the
 * best k units of every ranking, the strength chosen on validation items, measured once on others.
 *
 *     npm run experiment:rankings -- --data FOLDER --model smollm2-135m --tasks boolq,copa --out FILE.json
 *
 * Prints a Markdown table a task (`docs/rankings.md` is made of them).
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../../packages/core/dist/index.js';
import { compareAnswers, formatEstimate, summarizeAnswers } from '../../packages/evaluators/dist/index.js';
import { answerItems, causalEffects } from '../../packages/experiments/dist/index.js';
import { labelShare, measurePairs, randomUnits, rankPairs } from '../../packages/localize/dist/index.js';
import { encodePairs, loadTask, splitItems } from '../../packages/pairs/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { compilePlan, createPlan } from '../../packages/steering/dist/index.js';

/** @typedef {import('../../packages/localize/dist/index.js').ScoredUnit} ScoredUnit */
/** @typedef {import('../../packages/evaluators/dist/index.js').AnswerSummary} AnswerSummary */
/** @typedef {import('../../packages/evaluators/dist/index.js').Estimate} Estimate */
/** @typedef {import('../../packages/core/dist/index.js').SteeringValues} SteeringValues */

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: '2' },
    data: { type: 'string', default: '../shared/datasets' },
    tasks: { type: 'string', default: 'boolq,copa,winogrande,svamp' },
    sites: { type: 'string', default: 'attention,ffn' },
    pairs: { type: 'string', default: '200' },
    k: { type: 'string', default: '64' },
    alphas: { type: 'string', default: '2,5,10' },
    validation: { type: 'string', default: '60' },
    items: { type: 'string', default: '200' },
    candidates: { type: 'string', default: '200' },
    'causal-pairs': { type: 'string', default: '12' },
    out: { type: 'string' },
  },
});
const k = Number(flags.k);
const alphas = flags.alphas.split(',').map(Number);
const sites = /** @type {('attention' | 'ffn')[]} */ (flags.sites.split(','));
const model = await loadModel({ model: flags.model, threads: Number(flags.threads) });
const { tokenizer } = model;
if (tokenizer === undefined) throw new Error('the model has no tokenizer');
/** @type {object[]} */
const results = [];
const started = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`${((performance.now() - started) / 60_000).toFixed(1)} min  ${text}`);

for (const name of flags.tasks.split(',')) {
  const task = await loadTask(name, { data: flags.data });
  const isLabels = task.answerKind === 'label';
  const { pairs } = encodePairs(task.pairs, tokenizer, { cut: 'question' });
  const ranked = pairs.slice(0, Number(flags.pairs));
  const statistics = await measurePairs(model.capturePairs(ranked, { sites }), { sites });
  // Texts of a pair that tell nothing have no effect to measure.
  const heldOut = balanced(
    pairs.slice(ranked.length).filter(({ positive, negative }) => positive.join() !== negative.join()),
    Number(flags['causal-pairs']),
  );
  const { validation, test } = splitItems(task.items, {
    validation: Number(flags.validation),
    seed: 0,
    limit: Number(flags.items),
  });
  say(`${name}: ${ranked.length} pairs measured`);

  for (const site of sites) {
    const one = { sites: [site], top: k };
    /** @type {Record<string, ScoredUnit[]>} */
    const rankings = {
      momentum: rankPairs(statistics, one),
      'momentum, ties by effect size': rankPairs(statistics, { ...one, ties: 'effect-size' }),
      ...(isLabels && { balanced: rankPairs(statistics, { ...one, ranking: 'balanced' }) }),
      'effect size': rankPairs(statistics, { ...one, ranking: 'effect-size' }),
      'activation difference': rankPairs(statistics, { ...one, ranking: 'difference' }),
    };
    const units = rankPairs(statistics, { ...one, top: Number(flags.candidates) });
    const effects = await causalEffects({ model, units, pairs: heldOut, alpha: 5 });
    rankings.causal = effects.slice(0, k);
    for (const seed of [1, 2, 3]) {
      rankings[`random, seed ${seed}`] = randomUnits(model.identity, {
        sites: [site],
        top: k,
        random: createRandom(seed),
      });
    }
    say(`${name} ${site}: ranked`);

    const cells = Object.entries(rankings).flatMap(([ranking, units]) =>
      alphas.map((alpha) => ({ ranking, alpha, values: valuesOf(units, alpha) })),
    );
    const validated = await answer(
      task,
      validation,
      cells.map(({ values }) => values),
    );
    /** @type {Map<string, { alpha: number, values: SteeringValues, score: number }>} */
    const chosen = new Map();
    for (const [at, { ranking, alpha, values }] of cells.entries()) {
      const summary = summarizeAnswers(validated[at] ?? []);
      const score = (isLabels ? summary.areaUnderCurve : summary.accuracy)?.value ?? 0;
      // Ties go to the weaker strength, which comes first.
      if (score > (chosen.get(ranking)?.score ?? -1)) chosen.set(ranking, { alpha, values, score });
    }
    const picked = [...chosen];
    const [vanilla = [], ...steered] = await answer(task, test, [
      undefined,
      ...picked.map(([, { values }]) => values),
    ]);
    say(`${name} ${site}: tested`);

    console.log(`\n### ${name}, ${site}: ${ranked.length} pairs, k = ${k}, ${test.length} test items\n`);
    if (isLabels) {
      const share = labelShare(statistics, { k, sites: [site] });
      console.log(
        `Of the best ${share.units} units by momentum ${share.opposed} tell answers apart; ${share.shared} are among the best balanced. Most frequent answer: ${(100 * share.largestClass).toFixed(1)} %.\n`,
      );
      console.log(
        '| ranking | α | accuracy | balanced accuracy | AUROC of the margin | AUROC − vanilla, 95 % |',
      );
      console.log('| --- | --- | --- | --- | --- | --- |');
    } else {
      console.log('| ranking | α | accuracy | accuracy − vanilla, 95 % |');
      console.log('| --- | --- | --- | --- |');
    }
    row('vanilla', '', summarizeAnswers(vanilla), undefined);
    for (const [at, [ranking, { alpha }]] of picked.entries()) {
      const records = steered[at] ?? [];
      const comparison = compareAnswers(vanilla, records);
      const summary = summarizeAnswers(records);
      row(ranking, String(alpha), summary, isLabels ? comparison.areaUnderCurve : comparison.accuracy);
      results.push({ task: name, site, k, ranking, alpha, summary, comparison });
    }
  }
}
await model.dispose();
if (flags.out) writeFileSync(flags.out, `${JSON.stringify({ flags, results }, undefined, 1)}\n`);

/** @param {ScoredUnit[]} units @param {number} alpha */
function valuesOf(units, alpha) {
  const plan = createPlan({ ranking: units, k: Math.min(k, units.length), alpha, model: model.identity });
  return compilePlan(plan, model.identity);
}

/**
 * @param {import('../../packages/pairs/dist/index.js').Task} task
 * @param {readonly import('../../packages/pairs/dist/index.js').TestItem[]} items
 * @param {(SteeringValues | undefined)[]} conditions
 */
function answer(task, items, conditions) {
  return answerItems({ model, task, items, conditions });
}

/**
 * The first pairs, as many of each label.
 *
 * @param {import('../../packages/core/dist/index.js').TokenPair[]} pairs
 * @param {number} count
 */
function balanced(pairs, count) {
  const labels = [...new Set(pairs.map(({ label }) => label))];
  return labels.flatMap((label) =>
    pairs.filter((pair) => pair.label === label).slice(0, Math.ceil(count / labels.length)),
  );
}

/** @param {string} ranking @param {string} alpha @param {AnswerSummary} summary @param {Estimate | undefined} difference */
function row(ranking, alpha, summary, difference) {
  const plain = (/** @type {Estimate | undefined} */ estimate) =>
    estimate === undefined ? '–' : formatEstimate(estimate);
  const cells = isLabelled(summary)
    ? [plain(summary.accuracy), plain(summary.balancedAccuracy), plain(summary.areaUnderCurve)]
    : [plain(summary.accuracy)];
  console.log(`| ${[ranking, alpha, ...cells, plain(difference)].join(' | ')} |`);
}

/** @param {AnswerSummary} summary */
function isLabelled(summary) {
  return summary.balancedAccuracy !== undefined;
}
