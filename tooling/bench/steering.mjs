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
import { quartiles } from './contestant.mjs';
import { decode, prefill, promptsOf, steeringOf } from './works.mjs';

/** @typedef {import('../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('./works.mjs').Options} Options */

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

const works = /** @type {const} */ ([
  ['prefill 1 × 256', prefill(promptsOf(1, 256))],
  ['prefill 8 × 64', prefill(promptsOf(8, 64))],
  ['decode, batch 1', decode(promptsOf(1, 32), 64)],
  ['decode, batch 8', decode(promptsOf(8, 32), 32)],
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
  console.log(`| ${name} | ${ratios.slice(1).map(quartiles).join(' | ')} |`);
}
for (const { model } of contestants) await model.dispose();
