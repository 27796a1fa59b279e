/**
 * `npm run bench:steering`: what steering costs in prefill and decode. Models in one process, without steering, with 100 units,
 * with all units of two sites, and with a bias for each of them, work in interleaved rounds: medians of the ratio to the first.
 *
 *     npm run bench:steering -- --precision 4bit-fast --threads 1 --rounds 12
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { loadModel } from '../../packages/runtime/dist/index.js';

/** @typedef {import('../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/** @typedef {import('../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {{ steering?: SteeringValues }} Options */

const { values: flags } = parseArgs({
  options: {
    precision: { type: 'string', default: '4bit-fast' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '12' },
  },
});
const rounds = Number(flags.rounds);
const load = () =>
  loadModel({
    model: 'smollm2-135m',
    threads: Number(flags.threads),
    precision: /** @type {'4bit-fast'} */ (flags.precision),
  });

/** Small edits of units spread over both sites and all layers. @param {LoadedModel} model @param {number} units @param {number} shift @returns {SteeringValues} */
function steeringOf({ identity: { layers, widths } }, units, shift = 0) {
  const sites = Object.fromEntries(
    /** @type {const} */ (['attention', 'ffn']).map((site) => {
      const size = layers * (widths[site] ?? 0);
      const [gain, bias] = [new Float32Array(size), new Float32Array(size)];
      const count = Math.min(size, units / 2);
      for (let edit = 0; edit < count; edit++) {
        const unit = Math.floor((edit * size) / count);
        gain[unit] = 0.01;
        bias[unit] = shift;
      }
      return [site, { gain, bias }];
    }),
  );
  return { layers, sites, fingerprint: `bench ${units} ${shift}` };
}

/** @type {[name: string, units: number, shift?: number][]} */
const ways = [
  ['none', 0],
  ['none again', 0],
  ['100 units', 100],
  ['all units', Infinity],
  ['all units, with biases', Infinity, 0.001],
];
/** @type {{ model: LoadedModel, options: Options }[]} */
const contestants = [];
for (const [, units, shift] of ways) {
  const model = await load();
  contestants.push({ model, options: units === 0 ? {} : { steering: steeringOf(model, units, shift) } });
}

const rows = (/** @type {number} */ count, /** @type {number} */ length) =>
  Array.from({ length: count }, (_, row) =>
    Array.from({ length }, (_, at) => ((row * length + at) * 7919 + 13) % 40_000),
  );

/** @param {number[][]} prompts @returns {(model: LoadedModel, options: Options) => Promise<number>} milliseconds */
const prefill = (prompts) => async (model, options) => {
  const start = performance.now();
  const items = prompts.map((prompt) => ({ prompt, candidates: [[1]] }));
  await model.score(items, { batchSize: prompts.length, ...options });
  return performance.now() - start;
};
/** @param {number[][]} prompts @param {number} steps @returns {(model: LoadedModel, options: Options) => Promise<number>} */
const decode = (prompts, steps) => async (model, options) => {
  let first = 0;
  await model.generate(prompts, {
    ...{ maxNewTokens: steps + 1, batchSize: prompts.length, ignoreEnd: true, ...options },
    // The first token of the first row ends the prefill.
    onToken: () => {
      first ||= performance.now();
    },
  });
  return performance.now() - first;
};
const works = /** @type {const} */ ([
  ['prefill 1 × 256', prefill(rows(1, 256))],
  ['prefill 8 × 64', prefill(rows(8, 64))],
  ['decode, batch 1', decode(rows(1, 32), 64)],
  ['decode, batch 8', decode(rows(8, 32), 32)],
]);

console.log(
  `SmolLM2-135M, ${flags.precision}, ${flags.threads} thread(s), ${rounds} rounds: time over that without steering, median [quartiles]\n`,
);
const others = ways.slice(1);
console.log(`|  | ${others.map(([name]) => name).join(' | ')} |\n| --- |${' --- |'.repeat(others.length)}`);
for (const [name, work] of works) {
  /** @type {number[][]} */
  const ratios = ways.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    let plain = 0;
    for (const [way, { model, options }] of contestants.entries()) {
      const time = await work(model, options);
      if (way === 0) plain = time;
      // The first round warms up.
      if (round > 0) ratios[way]?.push(time / plain);
    }
  }
  const cells = ratios.slice(1).map((values) => {
    const sorted = values.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => Number(sorted[Math.floor(share * sorted.length)]).toFixed(3);
    return `${at(0.5)} [${at(0.25)}, ${at(0.75)}]`;
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
for (const { model } of contestants) await model.dispose();
