/**
 * `npm run affected:show`: what CI would do for a change in each package, and that this is the package and what
 * depends on it, nothing else. Works in a clone of the last commit: each change is committed there, and Turborepo is
 * asked what it affects without running it.
 *
 * @module
 */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, setUp, tool } from '../bootstrap/setup.mjs';
import { run, step } from '../bootstrap/steps.mjs';
import { readWorkspace } from '../checks/workspace.mjs';

await setUp();
const packages = readWorkspace(ROOT);
const names = packages.map(({ manifest }) => manifest.name);
const work = mkdtempSync(join(tmpdir(), 'austeer-affected-'));
let wrong = 0;
try {
  await step('Cloning', () => run(['git', 'clone', '--quiet', '--shared', ROOT, work], { cwd: ROOT }));
  for (const { folder, manifest } of packages) {
    appendFileSync(join(work, folder, 'tsconfig.json'), '\n');
    const found = await affected();
    const expected = dependentsOf(manifest.name);
    const same = found.join() === expected.join();
    if (!same) wrong++;
    console.log(`${manifest.name.padEnd(22)} → ${found.length} of ${names.length}: ${found.join(', ')}`);
    if (!same) console.error(`  expected ${expected.join(', ')}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = wrong > 0 ? 1 : 0;

/** Commits the change and asks what it affects. */
async function affected() {
  const git = ['git', '-c', 'user.name=affected', '-c', 'user.email=affected@localhost'];
  await run([...git, 'commit', '--quiet', '--all', '--no-verify', '--message', 'A change'], { cwd: work });
  const command = [
    process.execPath,
    tool('turbo/bin/turbo'),
    'run',
    'build',
    'test',
    'check',
    '--affected',
    '--dry=json',
  ];
  const env = { TURBO_SCM_BASE: 'HEAD~1', TURBO_SCM_HEAD: 'HEAD', TURBO_TELEMETRY_DISABLED: '1' };
  const output = await run(command, { cwd: work, env });
  /** @type {{ packages: string[], tasks: { task: string, package: string }[] }} */
  const { packages: touched } = JSON.parse(output.slice(output.indexOf('{')));
  return touched.filter((name) => names.includes(name)).sort();
}

/** @param {string} name @returns {string[]} it and every package that needs it, in any way, sorted */
function dependentsOf(name) {
  const found = new Set([name]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { manifest } of packages) {
      const { dependencies, devDependencies, peerDependencies } = manifest;
      const needs = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
      if (needs.some((needed) => found.has(needed))) found.add(manifest.name);
    }
  }
  return [...found].sort();
}
