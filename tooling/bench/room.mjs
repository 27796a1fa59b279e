/**
 * `npm run bench:room`: what a token costs where an answer has room for many. Keys and values lie in arrays as long as that, and
 * a run must not copy them.
 *
 * @module
 */
import { loadModel } from '../../packages/runtime/dist/index.js';

const TOKENS = 48;
const ROOMS = [64, 400, 1600];
const BATCHES = [1, 8];
const model = await loadModel({ model: 'smollm2-135m', threads: 1, precision: '4bit-fast' });
const prompt = Array.from({ length: 24 }, (_, at) => (at * 7919 + 13) % 40_000);

/** Milliseconds a step. @param {number} room @param {number} batch */
async function stepOf(room, batch) {
  const stop = new AbortController();
  let first = 0;
  let seen = 0;
  const onToken = () => {
    first ||= performance.now();
    seen++;
    if (seen === TOKENS * batch) stop.abort();
  };
  const prompts = Array.from({ length: batch }, () => prompt);
  const options = { maxNewTokens: room, batchSize: batch, ignoreEnd: true, signal: stop.signal, onToken };
  await model.generate(prompts, options).catch((error) => {
    if (!stop.signal.aborted) throw error;
  });
  return (performance.now() - first) / (TOKENS - 1);
}

console.log('SmolLM2-135M, 4bit-fast, one thread: milliseconds a step, median of 5\n');
console.log(`| room for new tokens | ${BATCHES.map((batch) => `batch ${batch}`).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(BATCHES.length)}`);
for (const room of ROOMS) {
  const cells = [];
  for (const batch of BATCHES) {
    const times = [];
    for (let turn = 0; turn < 6; turn++) times.push(await stepOf(room, batch));
    const sorted = times.slice(1).sort((a, b) => a - b);
    cells.push(Number(sorted[2]).toFixed(1));
  }
  console.log(`| ${room} | ${cells.join(' | ')} |`);
}
await model.dispose();
