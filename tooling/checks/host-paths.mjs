/**
 * No text file names a folder that only one machine has.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runWhenMain } from './workspace.mjs';

// Spelled so that this file does not find itself.
const HOST_PATH = new RegExp(`(?<![\\w.~-])/(?:${['wo' + 'rk', 'ro' + 'ot'].join('|')})/[\\w.]`);
/** What git ignores as well. */
const SKIPPED = new Set([
  '.git',
  'node_modules',
  'dist',
  '.turbo',
  '.austeer',
  '.tools',
  '.venv',
  'coverage',
  'runs',
  '__pycache__',
]);
/** Texts of the project are far smaller; what is larger is data. */
const MOST_BYTES = 4 * 2 ** 20;

/**
 * @param {string} root
 * @returns {string[]} problems
 */
export function check(root) {
  return textFiles(root, '').flatMap((path) => {
    const bytes = readFileSync(join(root, path));
    return bytes.includes(0) ? [] : findHostPaths(path, bytes.toString('utf8'));
  });
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]} problems
 */
export function findHostPaths(path, text) {
  return text.split('\n').flatMap((line, index) => {
    const match = HOST_PATH.exec(line);
    return match === null
      ? []
      : [
          `${path}:${index + 1}: names a folder of one machine: …${line.slice(match.index, match.index + 40)}`,
        ];
  });
}

/** @param {string} root @param {string} folder @returns {string[]} */
function textFiles(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return textFiles(root, path);
    return entry.isFile() && statSync(join(root, path)).size <= MOST_BYTES ? [path] : [];
  });
}

await runWhenMain(import.meta.url, check);
