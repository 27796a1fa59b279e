/**
 * The cache folder: where it lies, and whether a file in it can be trusted without hashing it again.
 *
 * @module
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { sha256OfFile } from './read-file.ts';
import { writeFileAtomic } from './write-file.ts';

/** Size in bytes and SHA-256 in lower-case hexadecimal. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** What a stamp file holds: the hash, and the state of the file when it was hashed. */
interface Stamp extends FileRecord {
  /** Modification time in milliseconds since 1970. */
  readonly modified: number;
}

/**
 * The folder that models and data are kept in: `AUSTEER_CACHE`, else `austeer` in the user's cache folder
 * (`XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows).
 *
 * @param environment variables to read @default process.env
 *
 * @example
 * ```ts
 * defaultCacheDirectory({ AUSTEER_CACHE: '/data/models' }); // '/data/models'
 * ```
 */
export function defaultCacheDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (environment.AUSTEER_CACHE) return resolve(environment.AUSTEER_CACHE);
  return join(userCacheDirectory(environment), 'austeer');
}

function userCacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.XDG_CACHE_HOME) return resolve(environment.XDG_CACHE_HOME);
  if (process.platform === 'win32') return environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

/**
 * Whether a cached file has the content expected. It is hashed only where no stamp vouches for it, and
 * stamped when right, so that a start costs a `stat` per file.
 *
 * @param options.expected without it, any complete file with a stamp is right
 * @param options.onHash called before a file without a valid stamp is hashed
 *
 * @example
 * ```ts
 * const state = await checkCachedFile({ path: 'model.gguf', expected: { bytes: 3, sha256: 'ba78…' } });
 * ```
 */
export async function checkCachedFile(options: {
  path: string;
  expected: FileRecord;
  signal?: AbortSignal | undefined;
  onHash?: (() => void) | undefined;
}): Promise<'right' | 'wrong' | 'missing'> {
  const { path, expected, signal, onHash } = options;
  const state = await stampState({ path, expected });
  if (state !== 'unknown') return state;
  onHash?.();
  const sha256 = await sha256OfFile(path, { what: 'Cached file', ...(signal && { signal }) });
  if (sha256 !== expected.sha256) return 'wrong';
  // A cache prepared by somebody else may be read-only: then it is hashed at each start.
  await stampFile({ path, sha256 }).catch(() => undefined);
  return 'right';
}

/**
 * What size and stamp alone say about a cached file; `unknown` means that only hashing can tell.
 *
 * @example
 * ```ts
 * const state = await stampState({ path: 'model.gguf', expected: { bytes: 3, sha256: 'ba78…' } });
 * ```
 */
export async function stampState(options: {
  path: string;
  expected: FileRecord;
}): Promise<'right' | 'wrong' | 'missing' | 'unknown'> {
  const { path, expected } = options;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return 'missing';
  if (found.size !== expected.bytes) return 'wrong';
  const stamp = await readStamp(path);
  const vouched =
    stamp?.sha256 === expected.sha256 && stamp.bytes === found.size && stamp.modified === found.mtimeMs;
  return vouched ? 'right' : 'unknown';
}

/**
 * Records that a file was hashed, in `<path>.sha256` beside it.
 *
 * @example
 * ```ts
 * await stampFile({ path: 'model.gguf', sha256: 'ba78…' });
 * ```
 */
export async function stampFile(options: { path: string; sha256: string }): Promise<void> {
  const { path, sha256 } = options;
  const { size, mtimeMs } = await stat(path);
  const stamp: Stamp = { sha256, bytes: size, modified: mtimeMs };
  await writeFileAtomic(`${path}.sha256`, `${JSON.stringify(stamp)}\n`);
}

/** A stamp that cannot be read vouches for nothing, which is always safe. */
async function readStamp(path: string): Promise<Partial<Stamp> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(`${path}.sha256`, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
