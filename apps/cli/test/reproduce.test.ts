import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';
import { build, startCli } from './start-cli.ts';
import { writeToyData } from './toy-data.ts';

let folder: string;
let common: string[];
beforeAll(() => {
  build();
  folder = mkdtempSync(join(tmpdir(), 'austeer-reproduce-'));
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  const data = writeToyData(folder);
  common = ['--model', join(folder, 'tiny.gguf'), '--data', data, '--quick', '--threads', '1'];
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Files by name below a folder, with their content. */
function contentOf(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')]),
  );
}

/** Results of all cells, without when and by whom. */
export function resultsOf(path: string): Record<string, unknown> {
  const cells = Object.entries(contentOf(path)).filter(([name]) => name.endsWith('.json'));
  return Object.fromEntries(cells.map(([name, text]) => [name, JSON.parse(text).result]));
}

describe('austeer reproduce', () => {
  it('lists the experiments', async () => {
    const { stdout } = await runCli('reproduce', '--list');
    for (const id of ['table1', 'table13', 'fig2', 'fig13', 'appendixH']) expect(stdout).toContain(`${id} `);
  });

  it('refuses what it does not know', async () => {
    const unknown = await runCli('reproduce', 'table99', ...common, '--out', join(folder, 'x'));
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('There is no experiment "table99"');
    expect((await runCli('reproduce')).stderr).toContain('ids such as table1 fig10, or all');
  });

  it('shows what it would do, does it, and then has nothing to do', async () => {
    const out = join(folder, 'whole');
    const argv = ['table13', ...common, '--out', out];
    const plan = await runJson<{ cells: unknown[]; cached: number; unknown: number }>(
      'reproduce',
      ...argv,
      '--plan',
    );
    expect(plan).toMatchObject({ cached: 0, unknown: plan.cells.length });
    const first = await runCli('reproduce', ...argv);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toContain(`${plan.cells.length} cells: 0 were there, ${plan.cells.length} computed`);
    expect(first.stdout).toMatch(/table13: Suppression or promotion/);
    const second = await runCli('reproduce', ...argv);
    expect(second.stdout).toContain(`Nothing to do: all ${plan.cells.length} cells are there`);
    expect((await runCli('reproduce', ...argv, '--plan')).stdout).toContain('0 to do');
  }, 60_000);

  it('killed at once and run again, comes to the very same', async () => {
    const [killed, whole] = [join(folder, 'killed'), join(folder, 'whole')];
    await runCli('reproduce', 'table13', ...common, '--out', whole);
    const argv = ['reproduce', 'table13', ...common, '--out', killed];
    const { child, said, ended } = startCli(folder, ...argv);
    await said(/^\d+\/\d+ /m);
    child.kill('SIGKILL');
    await ended;
    const before = Object.keys(resultsOf(join(killed, 'cells'))).length;
    expect(before).toBeGreaterThan(0);
    const { computed, cached } = await runJson<{ computed: number; cached: number }>(...argv);
    expect(cached).toBeGreaterThanOrEqual(before);
    expect(computed).toBeGreaterThan(0);
    expect(resultsOf(join(killed, 'cells'))).toEqual(resultsOf(join(whole, 'cells')));
    expect(contentOf(join(killed, 'figures'))).toEqual(contentOf(join(whole, 'figures')));
    expect(readdirSync(join(killed, 'cells', 'leases'))).toEqual([]);
  }, 60_000);
});

describe('austeer experiment', () => {
  it('plans and runs a file, and says what is wrong with one', async () => {
    const path = join(folder, 'letters.json');
    const file = {
      name: 'letters',
      tasks: ['boolq'],
      methods: [{ method: 'austeer-ffn', budgets: [2, 4], strengths: [1] }],
      pairs: 6,
      validation: 4,
      test: 5,
    };
    writeFileSync(path, JSON.stringify(file));
    const argv = [path, ...common.filter((flag) => flag !== '--quick'), '--out', join(folder, 'own')];
    // A plan and two answers for each budget, the test, and vanilla.
    expect((await runCli('experiment', 'plan', ...argv)).stdout).toContain('6 cells, 0 there, 6 to do');
    const { stdout, exitCode } = await runCli('experiment', 'run', ...argv);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/boolq: AUSteer-FFN +0\.\d{3} \[/);
    expect((await runCli('experiment', 'run', ...argv)).stdout).toContain('Nothing to do: all 6 cells');
    writeFileSync(path, JSON.stringify({ ...file, selection: 'luck' }));
    const wrong = await runCli('experiment', 'run', ...argv);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('selection: ');
  }, 60_000);
});
