/**
 * Partly downloaded files that several processes may want. Each process writes to a file of its own name,
 * so two never write to one file and none waits for another; what a stopped or killed process left behind
 * is taken over by the next.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * A download writes at least once per stall time (30 s) or ends, so a file of another host untouched for
 * twice that long belongs to nobody.
 */
const ABANDONED_AFTER_MILLISECONDS = 60_000;

const HOST = hostname().replaceAll(/[^\w-]/g, '_');

/**
 * Gives this process a partial file of its own for `target`, with the bytes of an earlier attempt in it
 * where there are any.
 *
 * @returns path of the file, which may not exist yet
 *
 * @example
 * ```ts
 * const own = await claimPartial('cache/model.gguf');
 * ```
 */
export async function claimPartial(target: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const own = `${target}.partial.${HOST}.${process.pid}.${randomUUID().slice(0, 8)}`;
  const abandoned = await abandonedPartials(target);
  // A rename succeeds for one process only.
  const claimed = await rename(`${target}.partial`, own).then(
    () => true,
    () => false,
  );
  if (!claimed && abandoned[0] !== undefined) {
    // Copied, not renamed: should its writer be alive after all, it holds the old file, not this one.
    await copyFile(abandoned[0], own, constants.COPYFILE_FICLONE).catch(() => rm(own, { force: true }));
  }
  for (const path of abandoned) await rm(path, { force: true }).catch(() => undefined);
  return own;
}

/**
 * Leaves an unfinished file at `<target>.partial` for the next attempt; an empty one is removed, and of
 * two the longer is kept.
 *
 * @example
 * ```ts
 * const own = await claimPartial('cache/model.gguf');
 * await releasePartial({ own, target: 'cache/model.gguf' });
 * ```
 */
export async function releasePartial(options: { own: string; target: string }): Promise<void> {
  const { own, target } = options;
  const shared = `${target}.partial`;
  const size = await sizeOf(own);
  if (size > 0 && size > (await sizeOf(shared))) await rename(own, shared);
  else await rm(own, { force: true });
}

/** Longer than any download of a model should take; what is older was left by a killed process. */
const LEFTOVER_MILLISECONDS = 24 * 3_600_000;

/**
 * Removes temporary files and folders (`*.tmp`) that a killed process left in a folder a day ago or more.
 *
 * @example
 * ```ts
 * await removeLeftovers('cache/models/minilm');
 * ```
 */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(directory, name);
    const state = await stat(path).catch(() => undefined);
    if (state !== undefined && Date.now() - state.mtimeMs > LEFTOVER_MILLISECONDS) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Partial files whose writer is gone, the longest first. */
async function abandonedPartials(target: string): Promise<string[]> {
  const prefix = `${basename(target)}.partial.`;
  const found: { path: string; size: number }[] = [];
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix)) continue;
    const [host, pid] = name.slice(prefix.length).split('.');
    const path = join(dirname(target), name);
    const state = await stat(path).catch(() => undefined);
    if (state === undefined) continue;
    const dead = host === HOST && !isAlive(Number(pid));
    if (dead || Date.now() - state.mtimeMs > ABANDONED_AFTER_MILLISECONDS) {
      found.push({ path, size: state.size });
    }
  }
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
