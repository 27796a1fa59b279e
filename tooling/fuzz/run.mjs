/**
 * Damaged files for the readers of files from outside.
 *
 *     npm run fuzz -- --minutes 10                                   goes on with the readers that have had the fewest
 *     npm run fuzz -- --reader safetensors --inputs 100000 --seed 1  one reader, and nothing is entered
 *     npm run fuzz -- --reader parquet --seed 4 --index 17 --out x   input 17 of a seed alone, written to a file
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inputOf } from './fuzz.mjs';
import { enter, freshSeed, hashOfSources, inputsOf, readLedger, writeLedger } from './ledger.mjs';
import { createReaders } from './readers.mjs';
import { createFuzzThread } from './thread.mjs';

const SHOWN_FINDS = 5;
/** Inputs of a seed, and seconds after which the next reader has its turn. */
const INPUTS_PER_SEED = 100_000;
const SECONDS_PER_TURN = 30;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    reader: { type: 'string', multiple: true },
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    index: { type: 'string' },
    out: { type: 'string' },
    /** Ends after so many seconds for each reader; what was reached is told. */
    seconds: { type: 'string', default: '100000' },
    /** With --minutes: readers that have had so many inputs rest. */
    until: { type: 'string', default: '1000000' },
  },
});

// Memory where there is such a folder: most of the time of a small file is its writing and opening.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'austeer-fuzz-'));
const thread = createFuzzThread(folder);
const clear = () => rmSync(folder, { recursive: true, force: true });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    clear();
    process.exit(1);
  });
}
try {
  const readers = await createReaders(folder);
  const names = values.reader ?? Object.keys(readers);
  const unknown = names.find((name) => !(name in readers));
  if (unknown !== undefined) {
    console.error(`There is no reader "${unknown}"; known are ${Object.keys(readers).join(', ')}`);
    process.exitCode = 2;
  } else if (values.minutes !== undefined) await goOn(readers, names, Number(values.minutes));
  else await runEach(readers, names);
} finally {
  await thread.end();
  clear();
}

/** @param {Awaited<ReturnType<typeof createReaders>>} readers @param {readonly string[]} names */
async function runEach(readers, names) {
  const seed = Number(values.seed);
  const first = Number(values.index ?? 0);
  const inputs = values.index === undefined ? Number(values.inputs) : 1;
  for (const name of names) {
    const reader = readers[name];
    if (reader && values.out !== undefined) writeFileSync(values.out, inputOf(reader, seed, first));
    tell(name, seed, await thread.run({ name, seed, first, inputs, seconds: Number(values.seconds) }));
  }
}

/**
 * The reader with the fewest inputs has its turn, then the one that has the fewest now.
 *
 * @param {Awaited<ReturnType<typeof createReaders>>} readers
 * @param {readonly string[]} names
 * @param {number} minutes
 */
async function goOn(readers, names, minutes) {
  const end = performance.now() + minutes * 60_000;
  const sources = new Map(names.map((name) => [name, hashOfSources(readers[name]?.sources)]));
  for (let left = minutes * 60; left > 1; left = (end - performance.now()) / 1000) {
    const ledger = readLedger();
    const had = (/** @type {string} */ name) => inputsOf(ledger[name]);
    const [name] = names.filter((name) => had(name) < Number(values.until)).sort((a, b) => had(a) - had(b));
    if (name === undefined) return;
    const seed = freshSeed(ledger[name]);
    const inputs = Math.min(INPUTS_PER_SEED, Number(values.until) - had(name));
    const outcome = await turn({ name, seed, inputs, seconds: Math.min(SECONDS_PER_TURN, left) });
    tell(name, seed, outcome);
    const date = new Date().toISOString().slice(0, 10);
    enter(ledger, { name, sources: sources.get(name) ?? '', seed, date, outcome });
    writeLedger(ledger);
  }
}

/**
 * A turn whose finds come again when their input is read alone. A machine that slept makes any input slow: such a turn is taken
 * once more.
 *
 * @param {import('./thread.mjs').Task} task
 * @returns {Promise<import('./thread.mjs').Result>}
 */
async function turn(task) {
  const result = await thread.run(task);
  for (const { index } of result.finds) {
    const alone = await thread.run({ ...task, first: index, inputs: 1 });
    if (alone.finds.length === 0) return thread.run(task);
  }
  return result;
}

/** @param {string} name @param {number} seed @param {import('./thread.mjs').Result} result */
function tell(name, seed, { inputs, accepted, refused, slowest, largest, finds, seconds }) {
  const rate = seconds > 0 ? Math.round(inputs / seconds) : 0;
  console.log(
    `${name.padEnd(15)} seed ${seed}: ${inputs} inputs, ${rate} a second: ${accepted} read, ${refused} refused, ` +
      `slowest ${Math.ceil(slowest * 1000)} ms, largest ${Math.ceil(largest / 2 ** 20)} MiB, ${finds.length} finds`,
  );
  for (const { index, problem } of finds.slice(0, SHOWN_FINDS)) {
    console.error(`${name}: --seed ${seed} --index ${index}: ${problem}`);
  }
  if (finds.length > 0) process.exitCode = 1;
}
