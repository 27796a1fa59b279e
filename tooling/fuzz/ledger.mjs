/**
 * What was fuzzed so far, in a file that is committed: which seeds each reader has seen, in which state of its
 * sources, and what came of them. A later run goes on with seeds that nobody has seen.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../bootstrap/setup.mjs';

/** The file. */
export const LEDGER = join(ROOT, 'tooling/fuzz/ledger.json');

/**
 * @typedef {object} Entry inputs of one reader in one state of its sources
 * @property {string} sources hash of the reader's sources
 * @property {string} date of the last input
 * @property {[number, number]} seeds first and last
 * @property {number} inputs
 * @property {number} read
 * @property {number} refused
 * @property {number} slowestMilliseconds
 * @property {number} largestMebibytes what the process grew by at most while it read 64 inputs or fewer
 * @property {{ seed: number, index: number, problem: string }[]} finds
 */
/** @typedef {Record<string, Entry[]>} Ledger by reader, the oldest entry first */

/** @returns {Ledger} */
export function readLedger() {
  return JSON.parse(readFileSync(LEDGER, 'utf8'));
}

/** @param {Ledger} ledger */
export function writeLedger(ledger) {
  const sorted = Object.fromEntries(Object.entries(ledger).sort(([a], [b]) => (a < b ? -1 : 1)));
  // Two numbers on a line, as the formatter has them.
  const text = JSON.stringify(sorted, undefined, 2).replace(/\[\s+(\d+),\s+(\d+)\s+\]/g, '[$1, $2]');
  writeFileSync(`${LEDGER}.new`, `${text}\n`);
  renameSync(`${LEDGER}.new`, LEDGER);
}

/** @param {readonly Entry[]} entries */
export const inputsOf = (entries = []) => entries.reduce((sum, { inputs }) => sum + inputs, 0);

/** The first seed that a reader has not seen. @param {readonly Entry[]} entries */
export const freshSeed = (entries = []) => 1 + Math.max(0, ...entries.map(({ seeds: [, last] }) => last));

/**
 * @param {Ledger} ledger changed
 * @param {{ name: string, sources: string, seed: number, date: string, outcome: import('./fuzz.mjs').Outcome }} run
 */
export function enter(ledger, { name, sources, seed, date, outcome }) {
  const entries = ledger[name] ?? [];
  ledger[name] = entries;
  let entry = entries.at(-1);
  if (entry?.sources !== sources) {
    entry = {
      sources,
      date,
      seeds: [seed, seed],
      inputs: 0,
      read: 0,
      refused: 0,
      slowestMilliseconds: 0,
      largestMebibytes: 0,
      finds: [],
    };
    entries.push(entry);
  }
  entry.date = date;
  entry.seeds[1] = seed;
  entry.inputs += outcome.inputs;
  entry.read += outcome.accepted;
  entry.refused += outcome.refused;
  entry.slowestMilliseconds = Math.max(entry.slowestMilliseconds, Math.ceil(outcome.slowest * 1000));
  entry.largestMebibytes = Math.max(entry.largestMebibytes, Math.ceil(outcome.largest / 2 ** 20));
  for (const { index, problem } of outcome.finds) {
    entry.finds.push({ seed, index, problem: problem.split('\n')[0]?.slice(0, 200) ?? '' });
  }
}

/**
 * Hash of the TypeScript of a reader, tests left out.
 *
 * @param {readonly string[]} [sources] files and folders from the root
 * @returns {string}
 */
export function hashOfSources(sources = []) {
  const hash = createHash('sha256');
  const files = ['packages/core/src', ...sources].flatMap((path) => {
    const whole = join(ROOT, path);
    if (path.endsWith('.ts')) return [whole];
    return readdirSync(whole, { recursive: true, encoding: 'utf8' }).map((name) => join(whole, name));
  });
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort()) {
    hash.update(relative(ROOT, file).replaceAll('\\', '/')).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}
