/**
 * `npm run bench:device`: speed on another device beside the processor's, in one process, in interleaved rounds.
 *
 *     npm run bench:device -- --device webgpu --model smollm2-135m
 *     npm run bench:device -- --torch-python python3 --torch-device cuda    and PyTorch's (with transformers and gguf) in float32
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measurePairs, rankPairs } from '../../packages/localize/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { contestant, spread } from '../bench/contestant.mjs';
import { decode, prefill, promptsOf, steeringOf } from '../bench/works.mjs';

/** @typedef {import('../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('../../packages/runtime/dist/index.js').LoadModelOptions} LoadModelOptions */
/** @typedef {{ name: string, tokens: number, work: import('../bench/works.mjs').Work, request?: object }} Entry `request`: what the worker of PyTorch is asked */

const { values: flags } = parseArgs({
  options: {
    device: { type: 'string', default: 'webgpu' },
    model: { type: 'string', default: 'smollm2-135m' },
    precisions: { type: 'string', default: 'fp32' },
    rounds: { type: 'string', default: '3' },
    pairs: { type: 'string', default: '128' },
    threads: { type: 'string' },
    /** Only the device: the processor's time is left out. */
    alone: { type: 'boolean', default: false },
    'torch-python': { type: 'string' },
    'torch-device': { type: 'string', default: 'cuda' },
    /** The GGUF file that PyTorch opens. */
    'torch-model': { type: 'string' },
  },
});
const threads = flags.threads === undefined ? undefined : Number(flags.threads);
const devices = flags.alone ? [flags.device] : ['cpu', flags.device];
const sites = /** @type {const} */ (['attention', 'ffn']);
/** New tokens of an answer that are timed. */
const STEPS = 32;

/** @param {number} count @param {number} length @returns {Entry} */
function reading(count, length) {
  const rows = promptsOf(count, length);
  const name = `prefill ${count} × ${length}`;
  return { name, tokens: count * length, work: prefill(rows), request: { work: 'prefill', rows } };
}

/** @param {number} count @returns {Entry} */
function answering(count) {
  const rows = promptsOf(count, 64);
  return {
    name: `decode, ${count === 1 ? 'one answer' : `${count} answers`}`,
    tokens: count * STEPS,
    work: decode(rows, STEPS),
    request: { work: 'decode', rows, steps: STEPS },
  };
}

/** @returns {Entry} */
function steered() {
  const work = decode(promptsOf(1, 64), STEPS);
  return {
    name: 'decode, one answer, 100 units',
    tokens: STEPS,
    work: (model) => work(model, { steering: steeringOf(model, 100) }),
  };
}

/** @returns {Entry} */
function localize() {
  const count = Number(flags.pairs);
  const pairs = promptsOf(count, 100).map((prefix, pair) => ({
    id: String(pair),
    positive: [...prefix, 11, 12 + pair],
    negative: [...prefix, 21, 22 + pair],
  }));
  return {
    name: `localization of ${count} pairs of 102 tokens`,
    tokens: count * 204,
    request: { work: 'localize', pairs, top: 100 },
    async work(model) {
      const start = performance.now();
      rankPairs(await measurePairs(model.capturePairs(pairs, { sites }), { sites }), { sites, top: 100 });
      return performance.now() - start;
    },
  };
}

const entries = [
  reading(1, 256),
  reading(8, 64),
  reading(32, 128),
  answering(1),
  steered(),
  answering(8),
  answering(32),
  localize(),
];
const torch =
  flags['torch-python'] &&
  contestant(`PyTorch, ${flags['torch-device']}`, flags['torch-python'], [
    fileURLToPath(new URL('../bench/pytorch_worker.py', import.meta.url)),
    flags['torch-model'] ?? flags.model,
    '8',
    flags['torch-device'],
  ]);
const columns = [...devices, ...(torch ? [torch.name] : [])];
console.log(
  `${flags.model}, tokens per second, median of ${flags.rounds} rounds after one that is not counted (range)\n`,
);
console.log(`| precision | work | ${columns.join(' | ')} |\n| --- | --- |${' --- |'.repeat(columns.length)}`);
for (const precision of flags.precisions.split(',')) {
  /** @type {LoadedModel[]} */
  const models = [];
  for (const device of devices) {
    models.push(
      await loadModel({
        model: flags.model,
        ...{ precision: /** @type {'fp32'} */ (precision), device: /** @type {'cpu'} */ (device), threads },
      }),
    );
  }
  for (const { name, tokens, work, request } of entries) {
    const timers = models.map((model) => () => work(model));
    if (torch && request && precision === 'fp32')
      timers.push(async () => (await torch.ask(request)).seconds * 1000);
    const rates = timers.map(() => /** @type {number[]} */ ([]));
    for (let round = 0; round <= Number(flags.rounds); round++) {
      for (const [at, timer] of timers.entries()) {
        const rate = (tokens / (await timer())) * 1000;
        if (round > 0) rates[at]?.push(rate);
      }
    }
    const cells = columns.map((_, at) => {
      const values = rates[at];
      if (values === undefined) return '';
      const { median, lowest, highest } = spread(values);
      return `${median.toFixed(0)} (${lowest.toFixed(0)}–${highest.toFixed(0)})`;
    });
    console.log(`| ${precision} | ${name} | ${cells.join(' | ')} |`);
  }
  for (const model of models) await model.dispose();
}
if (torch) torch.end();
