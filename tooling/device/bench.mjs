/**
 * `npm run bench:device`: speed on another device beside the processor's, in one process, in interleaved rounds.
 *
 *     npm run bench:device -- --device webgpu --model smollm2-135m
 *     npm run bench:device -- --torch-python python3 --torch-device cuda    and PyTorch's (with transformers and gguf) in float32
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom } from '../../packages/core/dist/index.js';
import { measurePairs, rankPairs } from '../../packages/localize/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { compilePlan, createPlan } from '../../packages/steering/dist/index.js';

/** @typedef {import('../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('../../packages/runtime/dist/index.js').LoadModelOptions} LoadModelOptions */
/** @typedef {{ work: string, [name: string]: unknown }} Request what the worker of PyTorch is asked */
/** @typedef {{ name: string, tokens: number, work: (model: LoadedModel) => Promise<number>, request?: Request }} Work `work` returns milliseconds */

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

const rows = (/** @type {number} */ count, /** @type {number} */ length) =>
  Array.from({ length: count }, (_, row) =>
    Array.from({ length }, (_, at) => ((row * length + at) * 7919 + 13) % 30_000),
  );

/** @param {number} count @param {number} length @returns {Work} */
function prefill(count, length) {
  const items = rows(count, length).map((prompt) => ({ prompt, candidates: [[1]] }));
  return {
    name: `prefill ${count} × ${length}`,
    tokens: count * length,
    request: { work: 'prefill', rows: rows(count, length) },
    async work(model) {
      const start = performance.now();
      await model.score(items, { batchSize: count });
      return performance.now() - start;
    },
  };
}

/** @param {number} count @param {{ steers?: boolean, steps?: number }} [options] @returns {Work} */
function decode(count, { steers = false, steps = 32 } = {}) {
  return {
    name: `decode, ${count === 1 ? 'one answer' : `${count} answers`}${steers ? ', 100 units' : ''}`,
    tokens: count * steps,
    ...(!steers && { request: { work: 'decode', rows: rows(count, 64), steps } }),
    async work(model) {
      let first = 0;
      await model.generate(rows(count, 64), {
        ...{ maxNewTokens: steps + 1, batchSize: count, ignoreEnd: true },
        ...(steers && { steering: hundredUnits(model) }),
        // The first token of the first row ends the prefill.
        onToken: () => {
          first ||= performance.now();
        },
      });
      return performance.now() - first;
    },
  };
}

/** @returns {Work} */
function localize() {
  const count = Number(flags.pairs);
  const pairs = rows(count, 100).map((prefix, pair) => ({
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

/** @param {LoadedModel} model */
function hundredUnits({ identity }) {
  const random = createRandom(3);
  const ranking = Array.from({ length: 100 }, (_, rank) => ({
    site: sites[rank % 2] ?? 'ffn',
    layer: rank % identity.layers,
    // No unit twice.
    index: 5 * rank + random.integer(5),
    score: 0.6,
    sign: rank % 3 === 0 ? -1 : 1,
  }));
  return compilePlan(
    createPlan({ ranking: /** @type {never} */ (ranking), k: 100, alpha: 0.01, model: identity }),
    identity,
  );
}

const works = [
  prefill(1, 256),
  prefill(8, 64),
  prefill(32, 128),
  decode(1),
  decode(1, { steers: true }),
  decode(8),
  decode(32),
  localize(),
];
const torch = flags['torch-python'] === undefined ? undefined : openTorch(flags['torch-python']);
const columns = [...devices, ...(torch ? [`PyTorch, ${flags['torch-device']}`] : [])];
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
  for (const { name, tokens, work, request } of works) {
    const contestants = models.map((model) => () => work(model));
    if (torch && request && precision === 'fp32') contestants.push(() => torch.ask(request));
    const rates = contestants.map(() => /** @type {number[]} */ ([]));
    for (let round = 0; round <= Number(flags.rounds); round++) {
      for (const [at, contestant] of contestants.entries()) {
        const rate = (tokens / (await contestant())) * 1000;
        if (round > 0) rates[at]?.push(rate);
      }
    }
    const cells = columns.map((_, at) => {
      const sorted = rates[at]?.toSorted((a, b) => a - b);
      if (sorted === undefined) return '';
      return `${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} (${sorted[0]?.toFixed(0)}–${sorted.at(-1)?.toFixed(0)})`;
    });
    console.log(`| ${precision} | ${name} | ${cells.join(' | ')} |`);
  }
  for (const model of models) await model.dispose();
}
torch?.end();

/** @param {string} python */
function openTorch(python) {
  const script = fileURLToPath(new URL('../bench/pytorch_worker.py', import.meta.url));
  const worker = spawn(python, [script, flags['torch-model'] ?? flags.model, '8', flags['torch-device']], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const replies = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();
  return {
    /** @param {Request} request @returns {Promise<number>} milliseconds */
    async ask(request) {
      worker.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await replies.next();
      if (done) throw new Error('The worker of PyTorch ended');
      return JSON.parse(value).seconds * 1000;
    },
    end: () => worker.stdin.end(),
  };
}
