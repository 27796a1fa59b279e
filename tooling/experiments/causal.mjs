/**
 * `npm run experiment:causal`: do units ranked by the gradient of their gain help on held-out items, where others do not?
 * For each task and sample of pairs the best k units of every ranking get the gain ± strength, the strength is chosen on
 * validation items, and everything is measured once on others.
 *
 *     npm run experiment:causal -- --data FOLDER --tasks copa,winogrande --seeds 1,2,3 --out runs/causal
 *
 * Every cell (task, seed, ranking) is a file in the folder of `--out`; what is there is not computed again, so a run that was
 * stopped goes on. `--minutes` stops it after the cell in which they pass. `--report` computes nothing and prints the Markdown tables of what is there (`docs/causal.md`).
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measurePairGradients } from '../../packages/baselines/dist/index.js';
import { createRandom } from '../../packages/core/dist/index.js';
import {
  bootstrapInterval,
  compareAnswers,
  formatEstimate,
  summarizeAnswers,
} from '../../packages/evaluators/dist/index.js';
import { answerItems } from '../../packages/experiments/dist/index.js';
import { marginItem, measurePairs, randomUnits, rankPairs } from '../../packages/localize/dist/index.js';
import { encodePairs, loadTask, splitItems } from '../../packages/pairs/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { compilePlan, createPlan } from '../../packages/steering/dist/index.js';

/** @typedef {import('../../packages/core/dist/index.js').LanguageModel} LanguageModel */
/** @typedef {import('../../packages/core/dist/index.js').TokenPair} TokenPair */
/** @typedef {import('../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/** @typedef {import('../../packages/core/dist/index.js').Tokenizer} Tokenizer */
/** @typedef {import('../../packages/evaluators/dist/index.js').AnswerRecord} AnswerRecord */
/** @typedef {import('../../packages/localize/dist/index.js').ScoredUnit} ScoredUnit */
/** @typedef {AnswerRecord & { lean?: number }} Line */
/** @typedef {{ ranking: string, seed: number, strength: number, validation: number[], lines: Line[], divergence: number }} Cell */

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: '1' },
    data: { type: 'string', default: '../shared/datasets' },
    tasks: { type: 'string', default: 'copa,winogrande,boolq,svamp,brevity' },
    seeds: { type: 'string', default: '1,2,3' },
    site: { type: 'string', default: 'ffn' },
    pairs: { type: 'string', default: '150' },
    k: { type: 'string', default: '100' },
    strengths: { type: 'string', default: '0.05,0.1,0.25,0.5' },
    validation: { type: 'string', default: '60' },
    items: { type: 'string', default: '400' },
    'most-tokens': { type: 'string', default: '110' },
    minutes: { type: 'string', default: 'Infinity' },
    out: { type: 'string', default: 'runs/causal' },
    report: { type: 'boolean', default: false },
  },
});
const site = /** @type {'attention' | 'ffn'} */ (flags.site);
const strengths = flags.strengths.split(',').map(Number);
const k = Number(flags.k);
const seeds = flags.seeds.split(',').map(Number);
const tasks = flags.tasks.split(',');

/** Texts that no task is about; what steering does to them is a side effect. Written for this script. */
const NEUTRAL = [
  'The river bends twice before it reaches the old mill, where the water slows and the reeds grow thick.',
  'Bring the stock to a gentle boil, add the chopped onions and leave the pot uncovered for ten minutes.',
  'The committee met on Tuesday to discuss the budget for the coming year and agreed to meet again in May.',
  'Light travels more slowly through glass than through air, which is why a lens can bend it to a point.',
  'She packed two shirts, a map and a small lamp, and caught the first train going north along the coast.',
  'To install the shelf, mark both holes with a pencil, drill them and press the plugs in until they are flush.',
];
/** Tokens after which the next one is looked at, in each neutral text. */
const CUTS = [6, 10, 14, 18];

const started = performance.now();
const say = (/** @type {string} */ text) =>
  console.error(`${((performance.now() - started) / 60_000).toFixed(1)} min  ${text}`);
const hasTime = () => performance.now() - started < Number(flags.minutes) * 60_000;
const folderOf = (/** @type {string} */ task) => join(flags.out, `${task}-${site}`);

if (flags.report) {
  for (const task of tasks) report(task);
} else {
  const model = await loadModel({ model: flags.model, threads: Number(flags.threads) });
  const { tokenizer } = model;
  if (tokenizer === undefined) throw new Error('the model has no tokenizer');
  // Seeds before tasks: a run that is cut short has seen every task.
  for (const seed of seeds) {
    for (const task of tasks) if (hasTime()) await runTask(model, tokenizer, task, seed);
  }
  await model.dispose();
}

/**
 * All cells of a task and a seed that are not there yet.
 *
 * @param {import('../../packages/runtime/dist/index.js').LoadedModel} model
 * @param {Tokenizer} tokenizer
 * @param {string} name
 * @param {number} seed
 */
async function runTask(model, tokenizer, name, seed) {
  const { fitted, validation, test } = await loadItems(tokenizer, name, seed);
  const folder = folderOf(name);
  mkdirSync(folder, { recursive: true });
  const pathOf = (/** @type {string} */ ranking, own = seed) => join(folder, `${own}-${ranking}.json`);
  const vanillaPath = pathOf('vanilla', 0);
  const neutral = NEUTRAL.flatMap((text) => CUTS.map((cut) => tokenizer.encode(text).slice(0, cut)));
  const every = Array.from({ length: model.details.vocabularySize }, (_, token) => [token]);
  const names = ['causal', 'official', 'effect-size', 'random'].concat(
    fitted.answerForms ? ['balanced'] : [],
  );
  if ([vanillaPath, ...names.map((ranking) => pathOf(ranking))].every(existsSync)) return;
  const plain = await neutralScores(undefined);
  if (!existsSync(vanillaPath)) {
    save(vanillaPath, cell('vanilla', 0, 0, [], await answer(model, test, undefined), 0));
    say(`${name}: vanilla`);
  }

  const rankings = await rank();
  for (const [ranking, units] of Object.entries(rankings)) {
    const path = pathOf(ranking);
    if (existsSync(path) || !hasTime()) continue;
    const plans = strengths.map((alpha) => {
      const plan = createPlan({ ranking: units, k, alpha, model: model.identity });
      return compilePlan(plan, model.identity);
    });
    const scores = [];
    for (const plan of plans) scores.push(scoreOf(await answer(model, validation, plan)));
    // Ties go to the weaker strength, which comes first.
    const best = scores.indexOf(Math.max(...scores));
    const lines = await answer(model, test, plans[best]);
    const divergence = klDivergence(plain, await neutralScores(plans[best]));
    save(path, cell(ranking, seed, strengths[best] ?? 0, scores, lines, divergence));
    say(`${name} seed ${seed}: ${ranking}`);
  }

  /** @param {SteeringValues | undefined} steering */
  async function neutralScores(steering) {
    const items = neutral.map((prompt) => ({ prompt, candidates: every }));
    const scores = await model.score(items, { steering, batchSize: 24 });
    return scores.map(({ logProbabilities }) => logProbabilities);
  }

  /** @returns {Promise<Record<string, ScoredUnit[]>>} */
  async function rank() {
    const one = { sites: [site], top: k };
    const alike = (/** @type {ScoredUnit[]} */ units) => units.map((unit) => ({ ...unit, score: 1 }));
    const random = alike(randomUnits(model.identity, { ...one, random: createRandom(1000 + seed) }));
    const path = join(folder, `${seed}.units`);
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
    const statistics = await measurePairs(model.capturePairs(fitted.pairs, { sites: [site] }), {
      sites: [site],
    });
    const before = performance.now();
    const { classes } = await measurePairGradients({
      model,
      pairs: fitted.pairs,
      sites: [site],
      answerForms: fitted.answerForms,
    });
    say(`${name} seed ${seed}: gradients in ${((performance.now() - before) / 1000).toFixed(0)} s`);
    const measured = { ...statistics, gradients: classes };
    const rankings = {
      causal: rankPairs(measured, { ...one, ranking: 'causal' }),
      official: alike(rankPairs(measured, one)),
      ...(fitted.answerForms && { balanced: alike(rankPairs(measured, { ...one, ranking: 'balanced' })) }),
      'effect-size': alike(rankPairs(measured, { ...one, ranking: 'effect-size' })),
      random,
    };
    save(path, rankings);
    return rankings;
  }
}

/** @typedef {{ task: import('../../packages/pairs/dist/index.js').Task, items: import('../../packages/pairs/dist/index.js').TestItem[] } | { pairs: TokenPair[] }} Questions */

/**
 * Pairs to fit on, and held-out questions that never change with the seed. Label tasks have items of their own; of the
 * others, pairs are held out.
 *
 * @param {Tokenizer} tokenizer
 * @param {string} name
 * @param {number} seed
 */
async function loadItems(tokenizer, name, seed) {
  const [end] = tokenizer.endTokens;
  const chat = end !== undefined && {
    prompt: (/** @type {string} */ content) => tokenizer.applyChatTemplate([{ role: 'user', content }]),
    end: tokenizer.decode([end], { keepSpecialTokens: true }),
  };
  const data = existsSync(join(flags.data, name)) ? flags.data : undefined;
  const task = await loadTask(name, { ...(data && { data }), ...(chat && { chat }) });
  const short = (/** @type {readonly number[]} */ tokens) => tokens.length <= Number(flags['most-tokens']);
  const encoded = encodePairs(task.pairs, tokenizer, { cut: 'question' }).pairs;
  const pairs = encoded.filter(
    ({ positive, negative }) => short(positive) && short(negative) && positive.join() !== negative.join(),
  );
  const sizes = { validation: Number(flags.validation), seed: 0, limit: Number(flags.items) };
  const draw = (/** @type {TokenPair[]} */ from) =>
    createRandom(seed).shuffle(from).slice(0, Number(flags.pairs));
  if (task.answerKind === 'label') {
    const forms = Object.entries(task.answerForms ?? {});
    const answerForms = Object.fromEntries(
      forms.map(([label, texts]) => [label, texts.map((text) => tokenizer.encode(text))]),
    );
    const items = task.items.filter(({ prompt }) => short(tokenizer.encode(prompt)));
    const split = splitItems(items, sizes);
    return {
      fitted: { pairs: draw(pairs), answerForms },
      validation: { task, items: split.validation },
      test: { task, items: split.test },
    };
  }
  // Half of the pairs, by their order in the file, is for fitting.
  const held = pairs.filter((_, at) => at % 2 === 1);
  const split = splitItems(
    held.map((pair) => ({ ...pair, label: undefined })),
    { ...sizes, validation: Math.min(sizes.validation, Math.floor(held.length / 3)) },
  );
  return {
    fitted: { pairs: draw(pairs.filter((_, at) => at % 2 === 0)), answerForms: undefined },
    validation: { pairs: split.validation },
    test: { pairs: split.test },
  };
}

/**
 * @param {LanguageModel} model
 * @param {Questions} questions
 * @param {SteeringValues | undefined} steering
 * @returns {Promise<Line[]>}
 */
async function answer(model, questions, steering) {
  if ('task' in questions) {
    const [records = []] = await answerItems({ ...questions, model, conditions: [steering], batchSize: 32 });
    return records;
  }
  // The first token in which right and wrong answers differ.
  const items = questions.pairs.map((pair) => {
    const { prompt, right, wrong } = marginItem(pair);
    return { prompt, candidates: [[right[0]?.[0] ?? 0], [wrong[0]?.[0] ?? 0]] };
  });
  const scores = await model.score(items, { steering, batchSize: 32 });
  return scores.map(({ logProbabilities: [right = 0, wrong = 0] }, at) => ({
    id: questions.pairs[at]?.id ?? '',
    gold: 'right',
    answer: right > wrong ? 'right' : 'wrong',
    correct: right > wrong,
    valid: true,
    lean: right - wrong,
  }));
}

/** What the strength is chosen by. @param {Line[]} lines */
function scoreOf(lines) {
  const summary = summarizeAnswers(lines);
  return (summary.areaUnderCurve ?? summary.accuracy).value;
}

/** Mean over places of KL(vanilla ‖ steered), in nats. @param {(readonly number[])[]} vanilla @param {(readonly number[])[]} steered */
function klDivergence(vanilla, steered) {
  const each = vanilla.map((values, place) =>
    values.reduce((sum, value, token) => sum + Math.exp(value) * (value - (steered[place]?.[token] ?? 0)), 0),
  );
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

/**
 * @param {string} ranking @param {number} seed @param {number} strength @param {number[]} validation
 * @param {Line[]} lines @param {number} divergence
 * @returns {Cell}
 */
function cell(ranking, seed, strength, validation, lines, divergence) {
  return { ranking, seed, strength, validation, lines, divergence };
}

/** @param {string} path @param {object} content */
function save(path, content) {
  writeFileSync(`${path}.part`, JSON.stringify(content));
  renameSync(`${path}.part`, path);
}

/** @param {string} name */
function report(name) {
  const folder = folderOf(name);
  if (!existsSync(folder)) return;
  const cells = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => /** @type {Cell} */ (JSON.parse(readFileSync(join(folder, file), 'utf8'))));
  const vanilla = cells.find(({ ranking }) => ranking === 'vanilla');
  if (vanilla === undefined) return;
  const isLabels = vanilla.lines[0]?.label !== undefined;
  console.log(`\n### ${name}, ${site}, k = ${k}, ${vanilla.lines.length} held-out items\n`);
  console.log(
    isLabels
      ? '| ranking | seed | strength | AUROC of the margin | AUROC − vanilla, 95 % | balanced accuracy | answers (two-way) | KL, nats |'
      : '| ranking | seed | strength | right before wrong | − vanilla, 95 % | mean margin, nats | margin − vanilla, 95 % | KL, nats |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  const order = ['vanilla', 'causal', 'official', 'balanced', 'effect-size', 'random'];
  const sorted = cells.sort((a, b) => order.indexOf(a.ranking) - order.indexOf(b.ranking) || a.seed - b.seed);
  for (const { ranking, seed, strength, lines, divergence } of sorted) {
    const summary = summarizeAnswers(lines);
    const isVanilla = ranking === 'vanilla';
    const comparison = compareAnswers(vanilla.lines, lines);
    const leans = (/** @type {readonly number[]} */ rows) => mean(rows.map((row) => lines[row]?.lean ?? 0));
    const rises = (/** @type {readonly number[]} */ rows) =>
      mean(rows.map((row) => (lines[row]?.lean ?? 0) - (vanilla.lines[row]?.lean ?? 0)));
    const interval = (/** @type {(rows: readonly number[]) => number} */ statistic) =>
      bootstrapInterval({ rows: lines.length, seed: 0, statistic });
    const shares = (summary.predictionShares ?? [])
      .map(({ answer: text, share }) => `${text} ${(100 * share).toFixed(0)} %`)
      .join(', ');
    const columns = isLabels
      ? [
          summary.areaUnderCurve,
          isVanilla ? undefined : comparison.areaUnderCurve,
          summary.balancedAccuracy,
          shares,
        ]
      : [
          summary.accuracy,
          isVanilla ? undefined : comparison.accuracy,
          interval(leans),
          isVanilla ? undefined : interval(rises),
        ];
    const written = columns.map((column) =>
      column === undefined ? '' : typeof column === 'string' ? column : formatEstimate(column),
    );
    const facts = isVanilla ? ['vanilla', '', ''] : [ranking, String(seed), String(strength)];
    console.log(`| ${[...facts, ...written, divergence.toFixed(3)].join(' | ')} |`);
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
