/**
 * `npm run bench:gradient`: what a gradient by the gain of every unit costs, in forward passes over the same rows, and in
 * memory. The fastest of several runs counts.
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

/** Resident memory in megabytes: the most so far, and what of it is mapped files now. */
const memory = () => {
  const status = readFileSync('/proc/self/status', 'utf8');
  const of = (/** @type {string} */ name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { most: Math.round(of('VmHWM') / 1024), mapped: Math.round(of('RssFile') / 1024) };
};

console.log(
  '| rows × tokens | forward, tokens/s | gradient, tokens/s | cost in forward passes | most memory so far, MB |',
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
  /** The fastest of several runs, in milliseconds; one before them makes the session. @param {() => Promise<unknown>} run */
  const fastest = async (run) => {
    let best = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat <= Number(flags.repeats); repeat++) {
      const start = performance.now();
      await run();
      if (repeat > 0) best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  const best = { forward: await fastest(forward), gradient: await fastest(gradient) };
  const speed = (/** @type {number} */ milliseconds) => ((1000 * rows * tokens) / milliseconds).toFixed(0);
  const ratio = (best.gradient / best.forward).toFixed(2);
  console.log(
    `| ${shape} | ${speed(best.forward)} | ${speed(best.gradient)} | ${ratio} | ${memory().most} |`,
  );
}
console.log(
  `\nOf this ${memory().mapped} MB are mapped files: the weights, which the gradient reads in place.`,
);
await model.dispose();
