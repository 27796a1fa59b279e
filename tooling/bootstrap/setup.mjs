/**
 * Sets the workspace up on a machine that has Node and npm and nothing else: package manager, libraries,
 * build. Does only what is not done yet, so that every command can begin with it.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installFingerprint, isInstalled, markInstalled } from './install.mjs';
import { isSupportedNode } from './node-version.mjs';
import { findPnpm } from './pnpm.mjs';
import { buildReportPage } from './report-page.mjs';
import { run, StepError, step } from './steps.mjs';

/** Folder of the workspace. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Sets up; says each step in a line on stderr.
 *
 * @returns {Promise<void>}
 */
export async function setUp() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (!isSupportedNode(engines.node, process.version)) {
    throw new StepError(
      `This is Node ${process.version}; the project needs ${engines.node}. Install a newer Node and run the command again.`,
    );
  }
  const fingerprint = installFingerprint(ROOT);
  if (!isInstalled(ROOT, fingerprint)) {
    const pnpm = await findPnpm(ROOT);
    await step('Installing the libraries of the lock file', () => install(pnpm));
    markInstalled(ROOT, fingerprint);
  }
  await step('Building', () => run([process.execPath, tool('typescript/bin/tsc'), '-b'], { cwd: ROOT }));
  await step('Building the report page', () => buildReportPage(ROOT));
}

/**
 * Path of a tool's script. Started with Node itself, it needs no shell and works on every system.
 *
 * @param {string} path inside node_modules
 * @returns {string}
 */
export function tool(path) {
  return join(ROOT, 'node_modules', path);
}

/**
 * Ends the process with an error as a person wants to read it: the cause, no stack of this script.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function endWith(error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}

/** @param {string[]} pnpm */
function install(pnpm) {
  return run([...pnpm, 'install', '--frozen-lockfile', '--prefer-offline'], {
    cwd: ROOT,
    env: {
      // Without a terminal pnpm asks nothing only in CI mode.
      CI: 'true',
      // `production` would leave the compiler out.
      NODE_ENV: 'development',
      // Said in pnpm-workspace.yaml as well; that script downloads GPU libraries and takes the install down with it.
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    },
    advice:
      'The npm registry has to be reachable (npm ping). Nothing was left half done: run the same command again.',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setUp().catch(endWith);
