/**
 * What a user would install: each package packed as `pnpm publish` packs it, then read by publint and, where it
 * has types, by attw; what the tarball holds, and how large it is. Needs a build.
 *
 * `npm run packages -- --write-sizes` writes the size table anew.
 *
 * @module
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPnpm } from '../bootstrap/pnpm.mjs';
import { run, StepError } from '../bootstrap/steps.mjs';
import { readSizes, sizeProblems, writeSizes } from './sizes.mjs';
import { readTarball, tarballProblems } from './tarball.mjs';
import { readWorkspace, runWhenMain } from './workspace.mjs';

/**
 * @param {string} root
 * @param {readonly string[]} [args] folders such as `packages/core`; none = every package that is published;
 *   `--write-sizes`: the sizes found become the table
 * @returns {Promise<string[]>} problems
 */
export async function check(root, args = []) {
  const only = args.filter((argument) => !argument.startsWith('--'));
  const pnpm = await findPnpm(root);
  const packages = readWorkspace(root).filter(
    ({ folder, manifest }) => manifest.private !== true && (only.length === 0 || only.includes(folder)),
  );
  /** @type {import('./sizes.mjs').SizeTable} */
  const sizes = {};
  const known = args.includes('--write-sizes') ? sizes : readSizes(root);
  const work = mkdtempSync(join(tmpdir(), 'austeer-pack-'));
  try {
    const queue = [...packages];
    /** @type {string[]} */
    const problems = [];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        problems.push(...(await checkPackage({ root, work, pnpm, entry: next, sizes, known })));
      }
    };
    await Promise.all([worker(), worker()]);
    if (args.includes('--write-sizes'))
      writeSizes(root, { ...(only.length > 0 && readSizes(root)), ...sizes });
    return problems;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {{ root: string, work: string, pnpm: string[], entry: import('./workspace.mjs').WorkspacePackage,
 *   sizes: import('./sizes.mjs').SizeTable, known: import('./sizes.mjs').SizeTable }} options
 *   `sizes` gets a line; `known` has the limits
 * @returns {Promise<string[]>}
 */
async function checkPackage({ root, work, pnpm, entry, sizes, known }) {
  const { folder, manifest } = entry;
  const modules = join(root, 'node_modules');
  const out = join(work, folder.replace('/', '-'));
  try {
    await run([...pnpm, 'pack', '--pack-destination', out], { cwd: join(root, folder) });
    const tarball = join(out, readdirSync(out).find((name) => name.endsWith('.tgz')) ?? '');
    const content = readTarball(tarball);
    sizes[manifest.name] = { bytes: content.bytes, files: content.entries.length };
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
    return [...tarballProblems(folder, content), ...sizeProblems(known, manifest.name, content.bytes)];
  } catch (error) {
    if (error instanceof StepError) return [`${folder}: ${error.message}`];
    throw error;
  }
}

await runWhenMain(import.meta.url, check);
