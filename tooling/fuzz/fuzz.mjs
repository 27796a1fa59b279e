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
/** What the process may grow by while one small file is read: far more than it needs, far less than a machine has. */
const MEMORY_LIMIT = 2 ** 28;

/** @typedef {{ index: number, problem: string }} Find */

/**
 * @param {{ reader: import('./readers.mjs').Reader, seed: number, first?: number, inputs: number,
 *   onInput?: (index: number) => void }} options
 * @returns {Promise<{ inputs: number, accepted: number, refused: number, slowest: number, finds: Find[] }>}
 */
export async function fuzz({ reader, seed, first = 0, inputs, onInput }) {
  /** @type {Find[]} */
  const finds = [];
  let accepted = 0;
  let refused = 0;
  let slowest = 0;
  for (const valid of reader.seeds) {
    try {
      await reader.read(valid);
    } catch (cause) {
      throw new Error('A valid file is refused; the damaged ones would tell nothing', { cause });
    }
  }
  for (let index = first; index < first + inputs; index++) {
    onInput?.(index);
    const bytes = inputOf(reader, seed, index);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    try {
      await reader.read(bytes);
      accepted++;
    } catch (error) {
      if (AusteerError.isInstance(error)) refused++;
      else
        finds.push({
          index,
          problem: `untyped ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        });
    }
    let seconds = (performance.now() - start) / 1000;
    // A busy machine makes one call slow; a hanging reader is slow again.
    if (seconds > SECONDS_LIMIT) seconds = Math.min(seconds, await secondsOf(reader, bytes));
    slowest = Math.max(slowest, seconds);
    if (seconds > SECONDS_LIMIT) finds.push({ index, problem: `took ${seconds.toFixed(1)} s` });
    const grown =
      Math.max(process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024 > peak ? notePeak() : 0) -
      before;
    if (grown > MEMORY_LIMIT)
      finds.push({ index, problem: `took ${Math.round(grown / 2 ** 20)} MiB of memory` });
    if ('polluted' in Object.prototype) {
      finds.push({ index, problem: 'changed the prototype of all objects' });
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  }
  return { inputs, accepted, refused, slowest, finds };
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

let peak = process.resourceUsage().maxRSS * 1024;
/** The new highest memory use of the process, which may have been within the call. */
function notePeak() {
  peak = process.resourceUsage().maxRSS * 1024;
  return peak;
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
