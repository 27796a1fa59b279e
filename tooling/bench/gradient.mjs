/**
 * `npm run bench:gradient`: what a gradient by the gain of every unit costs, in forward passes over the same rows, and in
 * memory. Both are measured in turns, and the fastest of each counts.
 *
 *     npm run bench:gradient -- --model smollm2-135m --rows 4x128,1x512 --repeats 5
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../../packages/core/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    rows: { type: 'string', default: '1x170,4x128,1x512' },
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
  },
});
const random = createRandom(1);
const model = await loadModel({ model: flags.model, threads: Number(flags.threads) });
const vocabulary = model.details.vocabularySize;

/** Megabytes that only this process has, without mapped files. @returns {number} */
const ownMemory = () => {
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
};

console.log(
  '| rows × tokens | forward, tokens/s | gradient, tokens/s | cost in forward passes | highest memory, MB |',
);
console.log('| --- | --- | --- | --- | --- |');
for (const shape of flags.rows.split(',')) {
  const [rows = 1, tokens = 1] = shape.split('x').map(Number);
  const items = Array.from({ length: rows }, (_, row) => ({
    id: String(row),
    prompt: Array.from({ length: tokens }, () => random.integer(vocabulary)),
    right: [[1], [2]],
    wrong: [[3], [4]],
  }));
  const scored = items.map(({ prompt, right, wrong }) => ({ prompt, candidates: [...right, ...wrong] }));
  const forward = () => model.score(scored, { batchSize: rows });
  const gradient = async () => {
    for await (const _ of model.gainGradients(items, { sites: ['attention', 'ffn'], batchSize: rows }));
  };
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, ownMemory());
  }, 5);
  const best = { forward: Number.POSITIVE_INFINITY, gradient: Number.POSITIVE_INFINITY };
  // The first of each makes its session.
  for (let repeat = 0; repeat <= Number(flags.repeats); repeat++) {
    for (const [name, run] of /** @type {const} */ ([
      ['forward', forward],
      ['gradient', gradient],
    ])) {
      const start = performance.now();
      await run();
      if (repeat > 0) best[name] = Math.min(best[name], performance.now() - start);
      memory = Math.max(memory, ownMemory());
    }
  }
  clearInterval(watch);
  const speed = (/** @type {number} */ milliseconds) => ((1000 * rows * tokens) / milliseconds).toFixed(0);
  const ratio = (best.gradient / best.forward).toFixed(2);
  console.log(`| ${shape} | ${speed(best.forward)} | ${speed(best.gradient)} | ${ratio} | ${memory} |`);
}
await model.dispose();
