import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from './redis-server.ts';
import { build, type RunningCli, startCli } from './start-cli.ts';
import { writeToyData } from './toy-data.ts';

const EXPERIMENTS = ['table3', 'table13', 'fig12'];
let folder: string;
let redis: RedisServer;
let common: string[];
const started: RunningCli[] = [];
beforeAll(async () => {
  build();
  folder = mkdtempSync(join(tmpdir(), 'austeer-fleet-'));
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  common = ['--model', join(folder, 'tiny.gguf'), '--data', writeToyData(folder), '--threads', '1'];
  redis = await startRedis();
}, 300_000);
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const start = (...argv: string[]): RunningCli => {
  const cli = startCli(folder, ...argv);
  started.push(cli);
  return cli;
};

interface Stored {
  readonly hash: string;
  readonly result: unknown;
  readonly runner: string;
}

function cellsOf(out: string): Map<string, Stored> {
  const files = readdirSync(join(out, 'cells'), { recursive: true, withFileTypes: true });
  const cells = files
    .filter(({ name }) => /^[0-9a-f]{64}\.json$/.test(name))
    .map(({ parentPath, name }) => JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as Stored);
  return new Map(cells.map((cell) => [cell.hash, cell]));
}

function figuresOf(out: string): Record<string, string> {
  const names = readdirSync(join(out, 'figures'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(out, 'figures', name), 'utf8')]));
}

describe('a fleet', () => {
  it('of four workers, two of them killed and the server restarted empty, comes to what one process comes to', async () => {
    const [alone, together] = [join(folder, 'alone'), join(folder, 'together')];
    const one = await start('reproduce', ...EXPERIMENTS, ...common, '--quick', '--out', alone).ended;
    expect(one.stderr).not.toContain('failed');
    expect(one.code).toBe(0);

    const fleet = ['--redis', redis.url, '--queue', 'test', '--out', together];
    const workers = Array.from({ length: 4 }, () => start('worker', ...common, ...fleet, '--lock', '4'));
    await Promise.all(workers.map(({ said }) => said('ready')));
    const boss = start('reproduce', ...EXPERIMENTS, ...common, '--quick', ...fleet);
    await boss.said(/4 workers/);
    // Each of these happens in the middle of the work.
    await workers[0]!.said('computed');
    workers[0]!.child.kill('SIGKILL');
    await sleep(500);
    await redis.restart();
    await boss.said(/^([2-9]\d|1\d\d)\/\d+ cells/m);
    workers[1]!.child.kill('SIGKILL');
    const { code, stdout } = await boss.ended;
    expect(code).toBe(0);
    const total = cellsOf(alone).size;
    expect(stdout).toContain(`${total} cells: 0 were there, 0 computed`);
    expect(stdout).toContain(`, ${total} by other runners`);

    const [expected, found] = [cellsOf(alone), cellsOf(together)];
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [hash, { result }] of expected) expect(found.get(hash)!.result).toEqual(result);
    expect(figuresOf(together)).toEqual(figuresOf(alone));
    // All four have worked, and no lease is left.
    expect(new Set([...found.values()].map(({ runner }) => runner)).size).toBe(4);

    // Ctrl-C: the rest leave by themselves.
    for (const { child } of workers.slice(2)) child.kill('SIGINT');
    const left = await Promise.all(workers.slice(2).map(({ ended }) => ended));
    expect(left.map(({ code: exit }) => exit)).toEqual([0, 0]);
    expect(left[0]!.stderr).toContain('finishing the group at hand');
    console.log(
      `${total} cells; by worker: ${JSON.stringify(countBy([...found.values()].map(({ runner }) => runner)))}`,
    );
  }, 300_000);
});

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
