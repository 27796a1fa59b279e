/**
 * `npm run bench:gradient`: what a gradient by the gain of every unit costs, in forward passes over the same rows, and in
 * memory. The fastest of several
 * runs counts, in processor time, which other work on the machine disturbs less than the clock.
 *
 *     npm run bench:gradient -- --model smollm2-135m --rows 4x128,1x512 --repeats 5
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
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

/** @typedef {{ speed: number, memory: number }} Cost */

/** Megabytes that a line of /proc/self/status names. @param {'VmHWM' | 'RssFile'} name */
const megabytes = (name) => {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
};

/**
 * The fastest of several runs, after one that makes the session, and the most memory that was resident meanwhile.
 *
 * @param {number} tokens
 * @param {() => Promise<unknown>} run
 * @returns {Promise<Cost>}
 */
const measure = async (tokens, run) => {
  // Starts the peak anew.
  writeFileSync('/proc/self/clear_refs', '5');
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat <= Number(flags.repeats); repeat++) {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    if (repeat > 0) best = Math.min(best, (user + system) / 1e6);
  }
  return { speed: tokens / best, memory: megabytes('VmHWM') };
};

const shapes = flags.rows.split(',').map((shape) => {
  const [rows = 1, tokens = 1] = shape.split('x').map(Number);
  const items = Array.from({ length: rows }, (_, row) => ({
    id: String(row),
    prompt: Array.from({ length: tokens }, () => random.integer(vocabulary)),
    right: [[1], [2]],
    wrong: [[3], [4]],
  }));
  return { shape, rows, tokens: rows * tokens, items };
});

// All forward passes first: a change of session between the two would be measured with them.
const forward = [];
for (const { rows, tokens, items } of shapes) {
  const scored = items.map(({ prompt, right, wrong }) => ({ prompt, candidates: [...right, ...wrong] }));
  forward.push(await measure(tokens, () => model.score(scored, { batchSize: rows })));
}
console.log(
  '| rows × tokens | forward, tokens/CPU s | MB | gradient, tokens/CPU s | MB | gradient in forward passes |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [at, { shape, rows, tokens, items }] of shapes.entries()) {
  const gradient = await measure(tokens, async () => {
    for await (const _ of model.gainGradients(items, { sites: ['attention', 'ffn'], batchSize: rows }));
  });
  const up = /** @type {Cost} */ (forward[at]);
  const cells = [up.speed, up.memory, gradient.speed, gradient.memory].map((value) => value.toFixed(0));
  console.log(`| ${[shape, ...cells, (up.speed / gradient.speed).toFixed(2)].join(' | ')} |`);
}
console.log(`\nUnder the gradient ${megabytes('RssFile')} MB are mapped files: the weights, read in place.`);
await model.dispose();
