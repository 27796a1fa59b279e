/**
 * Who is computing a cell: a file that one runner makes, keeps alive, and takes away. Two runners never hold the same
 * cell; what a dead one held is taken over.
 *
 * A lease has generations. Whoever makes `<hash>.<n>.lease` first owns generation n, and a runner that finds the newest
 * generation dead makes the next one; making a file that must not exist is atomic, so that one of many wins.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A lease is dead when nothing was heard of its holder for so long, in milliseconds. */
const LEASE_TIMEOUT = 30_000;
/** A holder is heard of this often. */
const HEARTBEAT = 3_000;

/** A lease that is held. */
export interface Lease {
  /** Stops the heartbeat and takes the file away. */
  release(): Promise<void>;
}

/** A runner, as its leases name it. */
export interface RunnerIdentity {
  readonly host: string;
  readonly process: number;
  readonly word: string;
}

/** This process as a runner. */
export function runnerIdentity(): RunnerIdentity {
  return { host: hostname(), process: process.pid, word: Math.random().toString(36).slice(2, 8) };
}

/**
 * Takes the lease of a cell.
 *
 * @param options.timeout milliseconds of silence after which a holder counts as dead
 * @returns undefined while another living runner holds it
 */
export async function takeLease(options: {
  folder: string;
  hash: string;
  runner: RunnerIdentity;
  timeout?: number;
}): Promise<Lease | undefined> {
  const { folder, hash, runner, timeout = LEASE_TIMEOUT } = options;
  await mkdir(folder, { recursive: true });
  const held = (await readdir(folder)).flatMap((name) => generationOf(name, hash));
  const newest = Math.max(0, ...held);
  const pathOf = (generation: number): string => join(folder, `${hash}.${generation}.lease`);
  if (newest > 0 && !(await isDead(pathOf(newest), timeout))) return undefined;
  const path = pathOf(newest + 1);
  try {
    // In one go: who is killed in between leaves a lease without a name.
    writeFileSync(path, JSON.stringify(runner), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      // The dead ones below first: while this one stands, nobody takes theirs for the newest.
      for (const generation of held) await rm(pathOf(generation), { force: true });
      await rm(path, { force: true });
    },
  };
}

function generationOf(name: string, hash: string): number[] {
  if (!name.startsWith(`${hash}.`) || !name.endsWith('.lease')) return [];
  const generation = Number(name.slice(hash.length + 1, -'.lease'.length));
  return Number.isInteger(generation) ? [generation] : [];
}

async function isDead(path: string, timeout: number): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    const silent = Date.now() - mtimeMs;
    if (silent > timeout) return true;
    const text = await readFile(path, 'utf8');
    // Made a moment ago, or its maker was killed before it wrote its name: nobody else takes so long for that.
    if (text === '') return silent > HEARTBEAT;
    const holder = JSON.parse(text) as RunnerIdentity;
    return holder.host === hostname() && !isRunning(holder.process);
  } catch (error) {
    // Gone meanwhile, or half written: whoever asks again will see.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return false;
    throw error;
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
