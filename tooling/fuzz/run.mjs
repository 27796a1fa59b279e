/**
 * `npm run fuzz -- --reader safetensors --inputs 1000000 --seed 1`: damaged files for one reader, or for each, and a
 * line about what came of it. `--index 17` gives input 17 of a seed alone, and `--out` writes it to a file.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fuzz, inputOf } from './fuzz.mjs';
import { createReaders } from './readers.mjs';

/** A reader that is silent for so long hangs: the input is told and the thread ended. */
const HANG_SECONDS = 20;
const SHOWN_FINDS = 5;

const { values } = parseArgs({
  options: {
    reader: { type: 'string', multiple: true },
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    index: { type: 'string' },
    out: { type: 'string' },
    /** Ends after so many seconds for each reader; what was reached is told. */
    seconds: { type: 'string', default: '100000' },
  },
});

if (isMainThread) await runAll();
else await runOne();

async function runAll() {
  const folder = mkdtempSync(join(tmpdir(), 'austeer-fuzz-'));
  try {
    const readers = await createReaders(folder);
    const names = values.reader ?? Object.keys(readers);
    const unknown = names.find((name) => !(name in readers));
    if (unknown !== undefined) {
      console.error(`There is no reader "${unknown}"; known are ${Object.keys(readers).join(', ')}`);
      process.exitCode = 2;
      return;
    }
    if (values.out !== undefined && values.index !== undefined) {
      const reader = readers[names[0] ?? ''];
      if (reader) writeFileSync(values.out, inputOf(reader, Number(values.seed), Number(values.index)));
    }
    for (const name of names) await fuzzInThread(name, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} name @param {string} folder @returns {Promise<void>} */
function fuzzInThread(name, folder) {
  const counter = new SharedArrayBuffer(8);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { name, folder, counter },
    argv: process.argv.slice(2),
  });
  let seen = -1;
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const now = Atomics.load(new Int32Array(counter), 0);
      if (now === seen) {
        report(name, `hangs at input ${now} (--index ${now})`);
        void worker.terminate();
      }
      seen = now;
    }, HANG_SECONDS * 1000);
    worker.on('message', ({ inputs, accepted, refused, slowest, finds, seconds }) => {
      const rate = Math.round(inputs / seconds);
      console.log(
        `${name.padEnd(15)} ${String(inputs).padStart(8)} inputs, ${String(rate).padStart(6)} a second: ` +
          `${accepted} read, ${refused} refused, slowest ${(slowest * 1000).toFixed(0)} ms, ${finds.length} finds`,
      );
      for (const { index, problem } of finds.slice(0, SHOWN_FINDS))
        report(name, `--index ${index}: ${problem}`);
      if (finds.length > 0) process.exitCode = 1;
    });
    worker.on('error', (error) => report(name, `ended the thread: ${error.stack}`));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
}

/** @param {string} name @param {string} problem */
function report(name, problem) {
  console.error(`${name}, seed ${values.seed}: ${problem}`);
  process.exitCode = 1;
}

/** In the thread of a reader. */
async function runOne() {
  const { name, folder, counter } = workerData;
  const reader = (await createReaders(folder))[name];
  if (reader === undefined) return;
  const shared = new Int32Array(counter);
  const start = performance.now();
  const first = Number(values.index ?? 0);
  const inputs = values.index === undefined ? Number(values.inputs) : 1;
  const total = {
    inputs: 0,
    accepted: 0,
    refused: 0,
    slowest: 0,
    /** @type {import('./fuzz.mjs').Find[]} */ finds: [],
  };
  const elapsed = () => (performance.now() - start) / 1000;
  while (total.inputs < inputs && elapsed() < Number(values.seconds)) {
    const part = await fuzz({
      reader,
      seed: Number(values.seed),
      first: first + total.inputs,
      inputs: Math.min(500, inputs - total.inputs),
      onInput: (index) => Atomics.store(shared, 0, index),
    });
    total.inputs += part.inputs;
    total.accepted += part.accepted;
    total.refused += part.refused;
    total.slowest = Math.max(total.slowest, part.slowest);
    total.finds.push(...part.finds);
  }
  parentPort?.postMessage({ ...total, seconds: elapsed() });
}
