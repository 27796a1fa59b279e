/**
 * `npm test`: sets up, runs every check and every test, and closes with `N passed, N failed`.
 * A check counts as one test. Arguments go to vitest (`npm test -- --project core`).
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, setUp, tool } from './setup.mjs';
import { run, runInForeground, StepError, step } from './steps.mjs';

const totals = { passed: 0, failed: 0, skipped: 0 };

/** @param {string} label @param {() => Promise<unknown>} work */
async function check(label, work) {
  try {
    await step(label, work);
    totals.passed++;
  } catch (error) {
    totals.failed++;
    console.error(error instanceof StepError ? error.message : error);
  }
}

/** @param {string} name file in tooling/checks that exports `check(root)` → problems */
function ownCheck(name) {
  return async () => {
    const { check: find } = await import(`../checks/${name}.mjs`);
    const problems = await find(ROOT);
    if (problems.length > 0)
      throw new StepError(problems.map((/** @type {string} */ line) => `  ${line}`).join('\n'));
  };
}

/** @param {string} path of a tool's script @param {string[]} args */
function nodeTool(path, ...args) {
  return () => run([process.execPath, tool(path), ...args], { cwd: ROOT });
}

/** @param {string[]} args */
async function unitTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'austeer-test-'));
  const counts = join(folder, 'counts.json');
  try {
    const reporters = ['--reporter=default', '--reporter=./tooling/reporter/count-reporter.ts'];
    const command = [process.execPath, tool('vitest/vitest.mjs'), 'run', ...reporters, ...args];
    const { code } = await runInForeground(command, { cwd: ROOT, env: { AUSTEER_TEST_COUNTS: counts } });
    const { passed, failed, skipped } = readCounts(counts);
    totals.passed += passed;
    totals.skipped += skipped;
    // Vitest can fail without a failed test: a file that does not load, a stray rejection, no test at all.
    totals.failed += code === 0 && passed > 0 ? failed : Math.max(1, failed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path @returns {{ passed: number, failed: number, skipped: number }} */
function readCounts(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

try {
  await setUp();
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
await check('Checking types', nodeTool('typescript/bin/tsc', '-p', 'tsconfig.test.json'));
await check('Linting', nodeTool('@biomejs/biome/bin/biome', 'check', '--colors=off', '.'));
await check('Checking import arrows', ownCheck('arrows'));
await check('Checking and running examples', ownCheck('examples'));
await check('Checking for paths of one machine', ownCheck('host-paths'));
await check('Checking links of the documents', ownCheck('links'));
await check('Looking for dead code', nodeTool('knip/bin/knip.js'));
await check('Comparing public interfaces', ownCheck('api'));
await check('Checking the packages as published', ownCheck('packages'));
await unitTests(process.argv.slice(2));

const { passed, failed, skipped } = totals;
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
