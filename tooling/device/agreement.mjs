/**
 * `npm run test:device`: what a model computes on another device beside what it computes on the processor: captures of all
 * sites, of rows and of pairs, log-probabilities and answers of a batch of rows of different lengths, some of them steered. And
 * the proof of its sites there.
 *
 *     npm run test:device -- --device webgpu                        every export among the fixtures
 *     npm run test:device -- --device webgpu --model smollm2-135m   one model
 *     npm run test:device -- --software                             WebGPU by the driver inside Chromium, without a card
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom, SITES } from '../../packages/core/dist/index.js';
import { loadModel, proveSites } from '../../packages/runtime/dist/index.js';
import { compilePlan, planFromEdits } from '../../packages/steering/dist/index.js';
import { softwareCard } from './software-card.mjs';

/** @typedef {import('../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('../../packages/runtime/dist/index.js').LoadModelOptions} LoadModelOptions */

const FIXTURES = fileURLToPath(new URL('../fixtures/goldens/', import.meta.url));
/** Differences that are rounding: of log-probabilities in nats, of activations in root mean squares of their site. */
const ROUNDING = { nats: 1e-4, activations: 5e-3 };
/** float16, and activations rounded to 8 bits, which a device rounds in another place. */
const COARSE = { nats: 0.1, activations: 0.1 };
/** What a device may change by computing several operators as one. */
const FUSED = 1e-4;
const LENGTHS = [3, 12, 7, 5];
const NEW_TOKENS = 6;

const { values: flags } = parseArgs({
  options: {
    device: { type: 'string', default: 'webgpu' },
    model: { type: 'string', multiple: true },
    precision: { type: 'string', default: 'fp32' },
    software: { type: 'boolean', default: false },
  },
});
if (flags.software) {
  // A process finds drivers and libraries by the variables that it began with.
  const card = softwareCard();
  if (card === undefined) {
    console.error('No Chromium with a Vulkan driver was found: npm run browser:install');
    process.exit(1);
  }
  const given = process.argv.slice(1).filter((argument) => argument !== '--software');
  const { status } = spawnSync(process.execPath, given, {
    stdio: 'inherit',
    env: { ...process.env, ...card },
  });
  process.exit(status ?? 1);
}
const device = /** @type {LoadModelOptions['device']} */ (flags.device);
const precision = /** @type {'fp32'} */ (flags.precision);
const models = flags.model ?? readdirSync(FIXTURES).map((name) => join(FIXTURES, name));

console.log(`| model | device | activations | log-probabilities | tokens of answers | sites proven |`);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const model of models) {
  const name = model.split('/').at(-1);
  try {
    const [there, here] = [await look(model, device), await look(model, 'cpu')];
    const activations = Math.max(...there.captured.map((values, at) => distance(values, here.captured[at])));
    const nats = Math.max(
      ...there.scores.map((value, at) => Math.abs(value - /** @type {number} */ (here.scores[at]))),
    );
    const same = there.answers.filter((token, at) => token === here.answers[at]).length;
    const failed = there.proofs.filter(({ passed }) => !passed);
    const proofs = failed.map(({ site, checks }) => {
      const seen = checks.filter(({ passed }) => !passed).map((check) => `${check.name}: ${check.detail}`);
      return `${site} NOT: ${seen.join('; ')}`;
    });
    const limit = there.isCoarse ? COARSE : ROUNDING;
    const agrees = activations < limit.activations && nats < limit.nats;
    if (!agrees || failed.length > 0) process.exitCode = 1;
    console.log(
      `| ${name} | ${device} | ${activations.toExponential(1)} | ${nats.toExponential(1)}${agrees ? '' : ' NOT THE SAME'} ` +
        `| ${same} of ${here.answers.length} | ${proofs.join('. ') || `all ${there.proofs.length}`} |`,
    );
  } catch (error) {
    process.exitCode = 1;
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 300) : error;
    console.log(`| ${name} | ${device} | refused: ${reason} |  |  |  |`);
  }
}

/** @param {string} path @param {LoadModelOptions['device']} where */
async function look(path, where) {
  const model = await loadModel({ model: path, device: where, precision });
  try {
    const { identity, details } = model;
    const random = createRandom(1);
    const token = () => random.integer(details.vocabularySize - 4) + 3;
    const rows = LENGTHS.map((length) => Array.from({ length }, token));
    const steering = rows.map((_, row) => (row % 2 === 0 ? undefined : someEdits(model, row)));
    /** @type {Float32Array[]} */
    const captured = [];
    const sites = SITES.filter((site) => identity.widths[site] !== undefined);
    for await (const row of model.capture(rows, { sites, positions: 'all', steering })) {
      for (const site of sites) {
        const values = row.activations[site];
        if (values) captured.push(Float32Array.from(values.data));
      }
    }
    // A pair's common beginning is read once, and returned to.
    const pairs = rows.map((row, at) => ({
      id: String(at),
      positive: [...row, 5, 6],
      negative: [...row, 7],
    }));
    for await (const { positive, negative } of model.capturePairs(pairs, { sites })) {
      for (const site of sites) {
        for (const side of [positive, negative]) captured.push(Float32Array.from(side[site]?.data ?? []));
      }
    }
    const items = rows.map((prompt) => ({ prompt, candidates: [[5], [7, 4], [7, 9, 2]] }));
    const scores = (await model.score(items, { steering })).flatMap(
      ({ logProbabilities }) => logProbabilities,
    );
    const answers = await model.generate(rows, { maxNewTokens: NEW_TOKENS, steering, ignoreEnd: true });
    const isCoarse = details.activationType === 'float16' || precision !== 'fp32';
    return {
      captured,
      scores,
      answers: answers.flatMap(({ tokens }) => tokens),
      isCoarse,
      proofs:
        where === 'cpu'
          ? []
          : await proveSites({
              model,
              zeroTolerance: FUSED,
              ...(isCoarse && { tolerance: 0.05, zeroTolerance: 0.01 }),
            }),
    };
  } finally {
    await model.dispose();
  }
}

/** Gains and biases at every site. @param {LoadedModel} model @param {number} seed */
function someEdits({ identity }, seed) {
  const random = createRandom(100 + seed);
  const edits = SITES.flatMap((site) => {
    const width = identity.widths[site];
    if (width === undefined) return [];
    return Array.from({ length: identity.layers }, (_, layer) => ({
      site,
      layer,
      index: random.integer(width),
      gain: random.next() - 0.5,
      bias: 0.2 * (random.next() - 0.5),
    }));
  });
  return compilePlan(planFromEdits({ edits, model: identity }), identity);
}

/** The largest difference, in root mean squares. @param {Float32Array} a @param {Float32Array | undefined} b */
function distance(a, b) {
  if (b === undefined || a.length !== b.length) return Number.NaN;
  const scale = Math.sqrt(b.reduce((sum, value) => sum + value * value, 0) / b.length);
  return (
    a.reduce((most, value, at) => Math.max(most, Math.abs(value - /** @type {number} */ (b[at]))), 0) / scale
  );
}
