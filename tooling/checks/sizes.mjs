/**
 * Size table of what is published, `api/sizes.json`: a tarball that has grown by more than a fifth fails until
 * somebody writes the table anew, and says in the review why.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TABLE = 'api/sizes.json';
const MOST_GROWTH = 1.2;

/** @typedef {Record<string, { bytes: number, files: number }>} SizeTable by name of the package */

/**
 * @param {string} root
 * @returns {SizeTable}
 */
export function readSizes(root) {
  const path = join(root, TABLE);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

/** @param {string} root @param {SizeTable} sizes */
export function writeSizes(root, sizes) {
  const sorted = Object.fromEntries(Object.entries(sizes).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(root, TABLE), `${JSON.stringify(sorted, null, 2)}\n`);
}

/**
 * @param {SizeTable} table
 * @param {string} name
 * @param {number} bytes of the tarball
 * @returns {string[]} problems
 */
export function sizeProblems(table, name, bytes) {
  const advice = 'If that is meant: npm run packages -- --write-sizes, and commit the table';
  const known = table[name]?.bytes;
  if (known === undefined) return [`${TABLE}: has no line for ${name}. ${advice}.`];
  const limit = Math.round(known * MOST_GROWTH);
  return bytes > limit
    ? [
        `${TABLE}: the tarball of ${name} has ${bytes} bytes; the limit is ${limit}, a fifth over ${known}. ${advice}.`,
      ]
    : [];
}
