import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sha256 } from '../hashing.ts';
import { checkCachedFile, defaultCacheDirectory, stampFile, stampState } from './cache.ts';

async function temporaryDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'austeer-cache-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
const record = (text: string) => ({ bytes: Buffer.byteLength(text), sha256: sha256(text) });

describe('defaultCacheDirectory', () => {
  it('prefers AUSTEER_CACHE, then the user’s cache folder', () => {
    expect(defaultCacheDirectory({ AUSTEER_CACHE: '/a/b', XDG_CACHE_HOME: '/x' })).toBe('/a/b');
    expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'austeer'));
    expect(defaultCacheDirectory({})).toMatch(/austeer$/);
  });
});

describe('checkCachedFile', () => {
  it('hashes a file once, then trusts the stamp', async () => {
    const path = join(await temporaryDirectory(), 'a');
    await writeFile(path, 'model');
    const onHash = vi.fn();
    const check = () => checkCachedFile({ path, expected: record('model'), onHash });
    expect(await check()).toBe('right');
    expect(await check()).toBe('right');
    expect(onHash).toHaveBeenCalledTimes(1);
  });

  it('hashes again when the file was touched or the stamp is damaged', async () => {
    const path = join(await temporaryDirectory(), 'a');
    await writeFile(path, 'model');
    await stampFile({ path, sha256: sha256('model') });
    const expected = record('model');
    await utimes(path, 1, 1);
    expect(await stampState({ path, expected })).toBe('unknown');
    expect(await checkCachedFile({ path, expected })).toBe('right');
    await writeFile(`${path}.sha256`, '{"sha256":');
    expect(await stampState({ path, expected })).toBe('unknown');
  });

  it('finds content of the same size wrong, and a stamp of another hash worthless', async () => {
    const path = join(await temporaryDirectory(), 'a');
    await writeFile(path, 'mode1');
    await stampFile({ path, sha256: sha256('mode1') });
    expect(await checkCachedFile({ path, expected: record('model') })).toBe('wrong');
  });

  it('finds another size wrong without hashing, and no file missing', async () => {
    const path = join(await temporaryDirectory(), 'a');
    const onHash = vi.fn();
    expect(await checkCachedFile({ path, expected: record('model'), onHash })).toBe('missing');
    await writeFile(path, 'mod');
    expect(await checkCachedFile({ path, expected: record('model'), onHash })).toBe('wrong');
    expect(onHash).not.toHaveBeenCalled();
  });

  it('writes no stamp for wrong content', async () => {
    const path = join(await temporaryDirectory(), 'a');
    await writeFile(path, 'mode1');
    await checkCachedFile({ path, expected: record('model') });
    await expect(readFile(`${path}.sha256`)).rejects.toThrow('ENOENT');
  });
});
