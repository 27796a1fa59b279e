/**
 * Gives damaged files to one reader and tells what it did that it must not: an untyped error, more than a second,
 * more memory than the limit, a changed prototype.
 *
 * @module
 */
import { AusteerError } from '../../packages/core/dist/index.js';
import { diceOf } from './random.mjs';

/** No input takes longer. Readers see files of some kilobytes here. */
const SECONDS_LIMIT = 1;
/** What takes longer is measured once more. */
const SECONDS_OF_DOUBT = 0.1;
/** What the process may grow by while one small file is read: far more than it needs, far less than a machine has. */
const MEMORY_LIMIT = 2 ** 28;
/** Asking for the memory in use costs as much as reading a small file: it is asked once for so many. */
const INPUTS_PER_LOOK = 64;
/** Nothing fills the memory that is looked for in less. */
const SECONDS_OF_MEMORY = 0.02;

/** @typedef {{ index: number, problem: string }} Find */
/** @typedef {{ inputs: number, accepted: number, refused: number, slowest: number, largest: number, finds: Find[] }} Outcome
 *   `slowest` in seconds, `largest` in bytes that the process grew by */

/**
 * @param {{ reader: import('./readers.mjs').Reader, seed: number, first?: number, inputs: number, seconds?: number,
 *   onInput?: (index: number) => void }} options it ends after so many inputs or seconds
 * @returns {Promise<Outcome>}
 */
export async function fuzz({ reader, seed, first = 0, inputs, seconds: limit = Infinity, onInput }) {
  /** @type {Outcome} */
  const outcome = { inputs: 0, accepted: 0, refused: 0, slowest: 0, largest: 0, finds: [] };
  const { finds } = outcome;
  for (const valid of reader.seeds) {
    try {
      await reader.read(valid);
    } catch (cause) {
      throw new Error('A valid file is refused; the damaged ones would tell nothing', { cause });
    }
  }
  const began = performance.now();
  let before = process.memoryUsage.rss();
  let peak = peakMemory();
  for (let index = first; index < first + inputs; index++) {
    onInput?.(index);
    const bytes = inputOf(reader, seed, index);
    if ((index - first) % INPUTS_PER_LOOK === 0) before = process.memoryUsage.rss();
    const start = performance.now();
    try {
      await reader.read(bytes);
      outcome.accepted++;
    } catch (error) {
      if (AusteerError.isInstance(error)) outcome.refused++;
      else
        finds.push({
          index,
          problem: `untyped ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        });
    }
    const end = performance.now();
    let seconds = (end - start) / 1000;
    // A busy machine makes one call slow; a hanging reader is slow again.
    if (seconds > SECONDS_OF_DOUBT) seconds = Math.min(seconds, await secondsOf(reader, bytes));
    outcome.slowest = Math.max(outcome.slowest, seconds);
    if (seconds > SECONDS_LIMIT) finds.push({ index, problem: `took ${seconds.toFixed(1)} s` });
    const highest = peakMemory();
    // Where the process was larger before, what is not collected yet tells of an input that took its time.
    const after = highest > peak ? highest : seconds > SECONDS_OF_MEMORY ? process.memoryUsage.rss() : before;
    peak = highest;
    outcome.largest = Math.max(outcome.largest, after - before);
    if (after - before > MEMORY_LIMIT)
      finds.push({ index, problem: `took ${Math.round((after - before) / 2 ** 20)} MiB of memory` });
    if ('polluted' in Object.prototype) {
      finds.push({ index, problem: 'changed the prototype of all objects' });
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
    outcome.inputs++;
    if (end - began > limit * 1000) break;
  }
  return outcome;
}

/** @param {import('./readers.mjs').Reader} reader @param {Uint8Array} bytes */
async function secondsOf(reader, bytes) {
  const start = performance.now();
  try {
    await reader.read(bytes);
  } catch {
    // Judged the first time.
  }
  return (performance.now() - start) / 1000;
}

/** The most bytes that the process ever had, also within a call. */
function peakMemory() {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * One input.
 *
 * @param {import('./readers.mjs').Reader} reader
 * @param {number} seed
 * @param {number} index
 * @returns {Uint8Array}
 */
export function inputOf(reader, seed, index) {
  const dice = diceOf(seed, index);
  return reader.mutate(dice.pick(reader.seeds), dice, reader.seeds);
}
