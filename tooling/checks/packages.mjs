/**
 * What a user would install: each package packed as `pnpm publish` packs it, then read by publint and, where it
 * has types, by attw. Needs a build.
 *
 * @module
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPnpm } from '../bootstrap/pnpm.mjs';
import { run, StepError } from '../bootstrap/steps.mjs';
import { readWorkspace, runWhenMain } from './workspace.mjs';

/**
 * @param {string} root
 * @param {readonly string[]} [only] folders such as `packages/core`; none = every package that is published
 * @returns {Promise<string[]>} problems
 */
export async function check(root, only = []) {
  const pnpm = await findPnpm(root);
  const packages = readWorkspace(root).filter(
    ({ folder, manifest }) => manifest.private !== true && (only.length === 0 || only.includes(folder)),
  );
  const work = mkdtempSync(join(tmpdir(), 'austeer-pack-'));
  try {
    const queue = [...packages];
    /** @type {string[]} */
    const problems = [];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        problems.push(...(await checkPackage({ root, work, pnpm, entry: next })));
      }
    };
    await Promise.all([worker(), worker()]);
    return problems;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {{ root: string, work: string, pnpm: string[], entry: import('./workspace.mjs').WorkspacePackage }} options
 * @returns {Promise<string[]>}
 */
async function checkPackage({ root, work, pnpm, entry }) {
  const { folder, manifest } = entry;
  const modules = join(root, 'node_modules');
  const out = join(work, folder.replace('/', '-'));
  try {
    await run([...pnpm, 'pack', '--pack-destination', out], { cwd: join(root, folder) });
    const tarball = join(out, readdirSync(out).find((name) => name.endsWith('.tgz')) ?? '');
    const node = process.execPath;
    await run([node, join(modules, 'publint/src/cli.js'), 'run', tarball, '--strict'], { cwd: root });
    if (manifest.exports !== undefined) {
      const attw = join(modules, '@arethetypeswrong/cli/dist/index.js');
      const flags = [
        '--profile',
        'esm-only',
        '--format',
        'ascii',
        '--no-emoji',
        '--no-color',
        '--no-definitely-typed',
      ];
      await run([node, attw, tarball, ...flags], { cwd: root });
    }
    return [];
  } catch (error) {
    if (error instanceof StepError) return [`${folder}: ${error.message}`];
    throw error;
  }
}

await runWhenMain(import.meta.url, check);
