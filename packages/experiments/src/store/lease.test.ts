import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runnerIdentity, takeLease } from './lease.ts';

const hash = 'a'.repeat(64);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-lease-'));
});
afterEach(() => rm(folder, { recursive: true }));

const take = (timeout = 30_000) => takeLease({ folder, hash, runner: runnerIdentity(), timeout });
const leave = async (holder: object, age = 0, generation = 1) => {
  const path = join(folder, `${hash}.${generation}.lease`);
  await writeFile(path, JSON.stringify(holder));
  const then = new Date(Date.now() - age);
  await utimes(path, then, then);
};

describe('takeLease', () => {
  it('gives a cell to one of many, and again when it is released', async () => {
    const taken = (await Promise.all(Array.from({ length: 20 }, () => take()))).filter(Boolean);
    expect(taken).toHaveLength(1);
    expect(await take()).toBeUndefined();
    await taken[0]!.release();
    expect(await readdir(folder)).toEqual([]);
    const again = await take();
    expect(again).toBeDefined();
    await again!.release();
  });

  it('takes over from a process of this machine that has ended, at once', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await leave({ host: hostname(), process: pid, word: 'dead' });
    const taken = (await Promise.all(Array.from({ length: 20 }, () => take()))).filter(Boolean);
    expect(taken).toHaveLength(1);
    await taken[0]!.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes over from another machine only after its silence', async () => {
    await leave({ host: 'elsewhere', process: 1, word: 'far' }, 1000);
    expect(await take(2000)).toBeUndefined();
    const lease = await take(500);
    expect(lease).toBeDefined();
    await lease!.release();
  });

  it('leaves a living holder alone, and one that is just being written', async () => {
    await leave({ host: hostname(), process: process.pid, word: 'me' });
    expect(await take()).toBeUndefined();
    await writeFile(join(folder, `${hash}.1.lease`), '');
    expect(await take()).toBeUndefined();
  });

  it('takes over from one that was killed before it wrote its name', async () => {
    const path = join(folder, `${hash}.1.lease`);
    await writeFile(path, '');
    const then = new Date(Date.now() - 5000);
    await utimes(path, then, then);
    const lease = await take();
    expect(lease).toBeDefined();
    await lease!.release();
    expect(await readdir(folder)).toEqual([]);
  });
});
