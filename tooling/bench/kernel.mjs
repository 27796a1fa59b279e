/**
 * `npm run bench:kernel`: how fast pairs of activations are counted, beside a plain copy of the same memory, and
 * with `--python PATH` beside the released way, a loop over dimensions in PyTorch. Medians of interleaved rounds.
 *
 *     npm run bench:kernel -- --rounds 5 --python PATH
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom, floatTensor } from '../../packages/core/dist/index.js';
import { createMomentumCounter } from '../../packages/localize/dist/index.js';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, python: { type: 'string' } },
});
const rounds = Number(flags.rounds);

/** One site of a 7B model. */
const [LAYERS, WIDTH, PAIRS] = [32, 4096, 160];
const units = LAYERS * WIDTH;
const random = createRandom(1);
const side = () => ({
  ffn: floatTensor(
    Float32Array.from({ length: units }, () => random.next() - 0.5),
    [LAYERS, WIDTH],
  ),
});
// Every pair has memory of its own, 160 MB in all: they come from memory, not from a cache, as a copy's bytes do.
const pairs = Array.from({ length: PAIRS }, (_, id) => ({
  id: String(id),
  positive: side(),
  negative: side(),
}));
const counter = createMomentumCounter({ sites: ['ffn'] });

function count() {
  for (const pair of pairs) counter.add(pair);
}
const [from, to] = [new Float32Array(PAIRS * units * 2).fill(1), new Float32Array(PAIRS * units * 2)];
function copy() {
  to.set(from);
}

/** @param {() => void} work @returns bytes of activations a second */
function rate(work) {
  const start = performance.now();
  work();
  return (PAIRS * units * 8) / ((performance.now() - start) / 1000);
}
/** @type {{ count: number[], copy: number[] }} */
const rates = { count: [], copy: [] };
for (let round = -2; round < rounds; round++) {
  const [counted, copied] = [rate(count), rate(copy)];
  // The first rounds warm up.
  if (round >= 0) {
    rates.count.push(counted);
    rates.copy.push(copied);
  }
}
const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const [counted, copied] = [median(rates.count), median(rates.copy)];
const gigabytes = (/** @type {number} */ value) => (value / 1e9).toFixed(1);
console.log(`Counting ${PAIRS} pairs of ${LAYERS} × ${WIDTH} units, one thread, median of ${rounds}:`);
console.log(
  `${(counted / 8e6).toFixed(0)} million units a second, ${gigabytes(counted)} GB/s of activations;`,
);
console.log(`a copy of the same memory: ${gigabytes(copied)} GB/s (${(counted / copied).toFixed(2)} of it)`);

if (flags.python) {
  const script = fileURLToPath(new URL('released_loop.py', import.meta.url));
  const seconds = Number(
    execFileSync(flags.python, [script, String(PAIRS), String(units)], { encoding: 'utf8' }),
  );
  const released = (PAIRS * units) / seconds;
  console.log(`the released loop over dimensions: ${(released / 1e6).toFixed(2)} million units a second;`);
  console.log(`this is ${(counted / 8 / released).toFixed(0)} times as fast`);
}
