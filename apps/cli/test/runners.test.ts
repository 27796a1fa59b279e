import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wordsOfFlags } from '../src/runner-processes.ts';
import { build, startCli } from './start-cli.ts';
import { writeToyData } from './toy-data.ts';

let folder: string;
let common: string[];
beforeAll(() => {
  build();
  folder = mkdtempSync(join(tmpdir(), 'austeer-runners-'));
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  const data = writeToyData(folder);
  const copa = (from: number, count: number): string =>
    [
      'premise,choice1,choice2,question,label',
      ...Array.from({ length: count }, (_, row) => `It rained ${from + row}.,Wet.,Dry.,effect,${row % 2}`),
    ].join('\n');
  mkdirSync(join(data, 'copa'));
  writeFileSync(join(data, 'copa/train.csv'), copa(0, 6));
  writeFileSync(join(data, 'copa/test.csv'), copa(50, 6));
  common = [
    'reproduce',
    'table11',
    'table13',
    '--model',
    join(folder, 'tiny.gguf'),
    '--data',
    data,
    '--quick',
  ];
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const run = (out: string, ...flags: string[]) =>
  startCli(folder, ...common, '--threads', '1', '--out', at(out), ...flags);
const leasesOf = (out: string): string[] => readdirSync(at(`${out}/cells/leases`));

/** Results of the cells that measure no time. */
function resultsOf(out: string): Record<string, unknown> {
  const names = readdirSync(at(`${out}/cells`), { recursive: true }).map(String);
  const cells = names.filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    cells.flatMap((name) => {
      const { kind, result } = JSON.parse(readFileSync(at(`${out}/cells/${name}`), 'utf8'));
      return kind === 'overhead' ? [] : [[name, result]];
    }),
  );
}

it('shares the work between processes, and comes to what one comes to', async () => {
  const alone = await run('alone').ended;
  const shared = await run('shared', '--runners', '2', '--json').ended;
  expect(shared.code, shared.stderr).toBe(alone.code);
  expect(resultsOf('shared')).toEqual(resultsOf('alone'));
  const { total, cached, computed, elsewhere, failed } = JSON.parse(shared.stdout);
  expect(cached).toBe(0);
  expect(computed + elsewhere + failed.length).toBe(total);
  expect(elsewhere).toBeGreaterThan(0);
  expect(shared.stderr).toMatch(/^runner 2: \d+\/\d+ /m);
  expect(leasesOf('shared')).toEqual([]);
  // What measures time came when all others were done.
  const cost = shared.stderr.split('\n').findIndex((line) => line.includes(' cost of '));
  expect(cost).toBeGreaterThan(0);
  expect(
    shared.stderr
      .split('\n')
      .slice(cost + 1)
      .join(''),
  ).not.toContain('runner 2');
  expect(shared.stderr).not.toMatch(/runner 2: .* cost of/);
}, 60_000);

it.each(['SIGINT', 'SIGKILL'] as const)(
  'leaves no runner behind after %s',
  async (signal) => {
    const { child, said, ended } = run(signal, '--runners', '3');
    // Whichever of them comes first: the work is little, and another may find nothing left to do.
    await said(/^runner [23]: \d+\/\d+ /m);
    child.kill(signal);
    const { code } = await ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    // Whoever lives renews its lease or takes another; those of the killed one stay as they are.
    const dead = signal === 'SIGKILL' ? 1 : 0;
    const settled = async (): Promise<boolean> => {
      const before = Object.keys(resultsOf(signal)).length;
      await sleep(300);
      return Object.keys(resultsOf(signal)).length === before;
    };
    for (let round = 0; round < 50 && !(await settled()); round++);
    const holders = leasesOf(signal).map((name) => {
      const text = readFileSync(at(`${signal}/cells/leases/${name}`), 'utf8');
      // Whoever is killed between making a lease and writing its name leaves it empty.
      return text === '' ? child.pid : (JSON.parse(text).process as number);
    });
    expect(new Set(holders).size).toBeLessThanOrEqual(dead);
    for (const id of holders) expect(id).toBe(child.pid);
  },
  60_000,
);

it('refuses less than one', async () => {
  const { code, stderr } = await run('none', '--runners', '0').ended;
  expect(stderr).toContain('0 is not a whole number ≥ 1');
  expect(code).toBe(2);
});

it('writes flags as they are typed', () => {
  const flags = { model: ['a', 'b'], batchSize: 4, offline: false, quick: true, cache: undefined };
  expect(wordsOfFlags(flags)).toEqual(['--model', 'a,b', '--batch-size', '4', '--quick']);
});
