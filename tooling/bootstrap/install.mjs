/**
 * Whether node_modules is what the lock file asks for. pnpm can tell too, but needs a second for it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'node_modules/.austeer-setup';

/**
 * Hash of everything that decides what gets installed.
 *
 * @param {string} root folder of the workspace
 * @returns {string}
 */
export function installFingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\0`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json'];
  for (const folder of workspaceFolders(root)) files.push(`${folder}/package.json`);
  for (const file of files) {
    const path = join(root, file);
    hash
      .update(`${file}\0`)
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * Whether an install for this fingerprint was finished and still lies there.
 *
 * @param {string} root
 * @param {string} fingerprint
 * @returns {boolean}
 */
export function isInstalled(root, fingerprint) {
  const stamp = join(root, STAMP);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint) return false;
  return workspaceFolders(root).every((folder) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    const names = Object.keys({ ...dependencies, ...devDependencies });
    return names.every((name) => existsSync(join(root, folder, 'node_modules', name)));
  });
}

/**
 * Notes a finished install.
 *
 * @param {string} root
 * @param {string} fingerprint
 */
export function markInstalled(root, fingerprint) {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, STAMP), fingerprint);
}

/** @param {string} root @returns {string[]} folders with a package.json, relative to the root, sorted */
function workspaceFolders(root) {
  return ['apps', 'packages', 'tooling']
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort();
}
