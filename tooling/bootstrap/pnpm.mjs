/**
 * The package manager, at exactly the version and content that package.json pins.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, StepError, step } from './steps.mjs';

/**
 * Takes a `packageManager` field apart.
 *
 * @param {string} field for example `pnpm@10.34.9+sha512.<hex>`
 * @returns {{ version: string, sha512: string }} the hash in hexadecimal
 *
 * @example
 * ```ts
 * parsePackageManager(`pnpm@10.34.9+sha512.${'0'.repeat(128)}`).version; // '10.34.9'
 * ```
 */
export function parsePackageManager(field) {
  const match = /^pnpm@(\d+\.\d+\.\d+)\+sha512\.([0-9a-f]{128})$/.exec(field);
  if (match === null) {
    throw new StepError(
      `packageManager in package.json is "${field}"; expected pnpm@<version>+sha512.<128 hexadecimal digits>`,
    );
  }
  return { version: /** @type {string} */ (match[1]), sha512: /** @type {string} */ (match[2]) };
}

/**
 * Refuses a tarball whose content is not the pinned one.
 *
 * @param {string} path
 * @param {string} sha512 hexadecimal
 */
export function verifyTarball(path, sha512) {
  const given = createHash('sha512').update(readFileSync(path)).digest('hex');
  if (given === sha512) return;
  throw new StepError(
    `The pnpm that the registry sent has SHA-512 ${given.slice(0, 16)}…; package.json pins ${sha512.slice(0, 16)}…. ` +
      'It was not used. Check which registry npm is set to (npm config get registry).',
  );
}

/**
 * The command of the pinned pnpm: the one on the PATH where it is of that version, else a copy in `.tools`.
 *
 * @param {string} root folder of the workspace
 * @returns {Promise<string[]>} program and first arguments
 */
export async function findPnpm(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { version, sha512 } = parsePackageManager(manifest.packageManager);
  const folder = join(root, '.tools', `pnpm-${version}`);
  const command = [process.execPath, join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs')];
  if (existsSync(folder)) return command;
  if ((await versionOnPath(root)) === version) return ['pnpm'];
  await step(`Fetching pnpm ${version} into .tools`, () => fetchPnpm({ folder, version, sha512 }));
  return command;
}

/** @param {string} root @returns {Promise<string | undefined>} */
async function versionOnPath(root) {
  try {
    // A corepack shim would go and look for a download; it may not.
    const env = { COREPACK_ENABLE_NETWORK: '0', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
    return (await run(['pnpm', '--version'], { cwd: root, env, timeout: 20_000 })).trim();
  } catch {
    return undefined;
  }
}

/** @param {{ folder: string, version: string, sha512: string }} options */
async function fetchPnpm({ folder, version, sha512 }) {
  const advice = `The npm registry has to be reachable (npm ping). Or install it by hand: npm install --global pnpm@${version}`;
  const tools = join(folder, '..');
  mkdirSync(tools, { recursive: true });
  const work = mkdtempSync(`${folder}.partial-`);
  try {
    await run([...npm(), 'pack', `pnpm@${version}`, '--pack-destination', work], { cwd: work, advice });
    const tarball = join(work, `pnpm-${version}.tgz`);
    verifyTarball(tarball, sha512);
    const flags = ['--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await run([...npm(), 'install', ...flags, tarball], { cwd: work, advice });
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}

/** The npm that started this script, where one did: its own path works where `npm` is a shell script. */
function npm() {
  const path = process.env.npm_execpath;
  return path !== undefined && /npm-cli\.[cm]?js$/.test(path) ? [process.execPath, path] : ['npm'];
}
