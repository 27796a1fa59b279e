/**
 * `npm run experiment:causal`: do units ranked by the gradient of their gain help on held-out items, where others do not?
 * For each task and sample of pairs every ranking gets its best k units, and every baseline the like. Equal strength is not
 * equal dose, so each is given the strengths at which it moves neutral text by the same divergences; one of them is chosen
 * on validation items, and everything is measured once on others.
 *
 *     npm run experiment:causal -- --data FOLDER --tasks boolq,winogrande --seeds 1,2,3 --out runs/causal
 *
 * Every cell (task, sample, condition) is a file in the folder of `--out`; what is there is not computed again, so a run that
 * was stopped goes on. `--minutes` stops it after the cell in which they pass. `--report` computes nothing and prints the
 * Markdown tables of what is there (`docs/causal.md`).
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { summarizeAnswers } from '../../../packages/evaluators/dist/index.js';
import { loadModel } from '../../../packages/runtime/dist/index.js';
import { BASELINES, conditionOfBaseline, conditionOfUnits, RANKINGS, rankUnitsOf } from './conditions.mjs';
import { createNeutralText } from './neutral-text.mjs';
import { reportOverlap } from './overlap.mjs';
import { answer, loadQuestions } from './questions.mjs';
import { reportTask } from './report.mjs';

/** @typedef {import('./questions.mjs').Line} Line */
/** @typedef {{ dose: number, strength: number, predicted?: number, reached: number, score: number }} Choice one strength that was tried, the divergence that was predicted of it, and the one it has */
/** @typedef {{ condition: string, seed: number, numbers: number, strength: number, choices: Choice[], lines: Line[], divergence: number }} Cell */

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: '1' },
    data: { type: 'string', default: '../shared/datasets' },
    tasks: { type: 'string', default: 'boolq,winogrande,svamp,copa,brevity,formal' },
    seeds: { type: 'string', default: '1,2,3' },
    conditions: { type: 'string', default: [...RANKINGS, ...Object.keys(BASELINES)].join(',') },
    site: { type: 'string', default: 'ffn' },
    pairs: { type: 'string', default: '100' },
    k: { type: 'string', default: '100' },
    doses: { type: 'string', default: '0.01,0.03,0.1' },
    validation: { type: 'string', default: '50' },
    items: { type: 'string', default: '400' },
    'most-tokens': { type: 'string', default: '110' },
    minutes: { type: 'string', default: 'Infinity' },
    out: { type: 'string', default: 'runs/causal' },
    report: { type: 'boolean', default: false },
  },
});
const site = /** @type {'attention' | 'ffn'} */ (flags.site);
const doses = flags.doses.split(',').map(Number);
const k = Number(flags.k);
const names = flags.conditions.split(',');
const sizes = {
  pairs: Number(flags.pairs),
  validation: Number(flags.validation),
  items: Number(flags.items),
  mostTokens: Number(flags['most-tokens']),
  data: flags.data,
};

const started = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`${((performance.now() - started) / 60_000).toFixed(1)} min  ${text}`);
const hasTime = () => performance.now() - started < Number(flags.minutes) * 60_000;

if (flags.report) {
  const tasks = flags.tasks.split(',');
  for (const task of tasks) reportTask(join(flags.out, `${task}-${site}`), task);
  reportOverlap(flags.out, tasks, site);
} else {
  const model = await loadModel({ model: flags.model, threads: Number(flags.threads) });
  const neutral = await createNeutralText(model);
  // Samples before tasks: a run that is cut short has seen every task.
  for (const seed of flags.seeds.split(',').map(Number)) {
    for (const task of flags.tasks.split(',')) {
      if (hasTime()) await runTask({ model, neutral }, task, seed);
    }
  }
  await model.dispose();
}

/**
 * All cells of a task and a sample of pairs that are not there yet.
 *
 * @param {{ model: import('../../../packages/runtime/dist/index.js').LoadedModel, neutral: Awaited<ReturnType<typeof createNeutralText>> }} tools
 * @param {string} task
 * @param {number} seed
 */
async function runTask({ model, neutral }, task, seed) {
  const folder = `${task}-${site}`;
  const pathOf = (/** @type {string} */ condition) => `${folder}/${seed}-${condition.replace('/', '-')}.json`;
  const isDone = (/** @type {string} */ path) => existsSync(join(flags.out, path));
  const missing = names.filter((name) => !isDone(pathOf(name)));
  if (missing.length === 0) return;
  if (model.tokenizer === undefined) throw new Error('the model has no tokenizer');
  const questions = await loadQuestions(model.tokenizer, task, sizes);
  const { answerForms, validation, test } = questions;
  const pairs = questions.fitted(seed);
  await keep(`${folder}/0-vanilla.json`, async () => {
    const lines = await answer(model, test, undefined);
    return { condition: 'vanilla', seed: 0, numbers: 0, strength: 0, choices: [], lines, divergence: 0 };
  });
  const { units: ranked, costs } = await keep(`${folder}/${seed}-units.json`, () =>
    rankUnitsOf({ model, pairs, answerForms, site, k, seed }, names),
  );
  for (const name of missing) {
    const isBaseline = name in BASELINES;
    const units = ranked[name];
    if (!hasTime() || !(isBaseline || units)) continue;
    const { plan, guess, numbers } = units
      ? conditionOfUnits(model, units)
      : await conditionOfBaseline(model, pairs, /** @type {keyof typeof BASELINES} */ (name), seed);
    /** @type {Choice[]} */
    const choices = [];
    for (const dose of doses) {
      const { strength, reached } = await neutral.strengthFor(dose, plan, choices.at(-1)?.strength ?? guess);
      const cost = costs[name];
      choices.push({
        dose,
        strength,
        ...(cost !== undefined && { predicted: cost * strength ** 2 }),
        reached,
        score: scoreOf(await answer(model, validation, plan(strength))),
      });
    }
    // Ties go to the weaker dose, which comes first.
    const best = choices.reduce((found, choice) => (choice.score > found.score ? choice : found));
    const steering = plan(best.strength);
    await keep(pathOf(name), async () => ({
      condition: name,
      seed,
      numbers,
      strength: best.strength,
      choices,
      lines: await answer(model, test, steering),
      divergence: await neutral.divergence(steering),
    }));
    say(`${task} sample ${seed}: ${name} at ${best.strength.toPrecision(2)}, dose ${best.dose}`);
  }
}

/** What a dose is chosen by: AUROC of the margin, or the mean log-probability of preferring the right answer. @param {Line[]} lines */
function scoreOf(lines) {
  const { areaUnderCurve } = summarizeAnswers(lines);
  if (areaUnderCurve !== undefined) return areaUnderCurve.value;
  return -lines.reduce((sum, { lean = 0 }) => sum + Math.log1p(Math.exp(-lean)), 0) / lines.length;
}

/**
 * What is in a file of the run's folder, or is computed and put there whole.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} compute
 * @returns {Promise<T>}
 */
async function keep(path, compute) {
  const whole = join(flags.out, path);
  if (existsSync(whole)) return JSON.parse(readFileSync(whole, 'utf8'));
  const found = await compute();
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(`${whole}.part`, JSON.stringify(found));
  renameSync(`${whole}.part`, whole);
  return found;
}
