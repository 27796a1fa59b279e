import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../hashing.ts';
import { writeSafetensors } from '../safetensors.ts';
import { readFileBytes, readSafetensorsFile, readSafetensorsLayout, sha256OfFile } from './read-file.ts';
import { writeFileAtomic } from './write-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeFileAtomic', () => {
  it('makes folders and writes text, bytes and parts', async () => {
    await writeFileAtomic(join(folder, 'a/b/text'), 'hello');
    await writeFileAtomic(join(folder, 'bytes'), Uint8Array.of(1, 2));
    await writeFileAtomic(join(folder, 'parts'), [Uint8Array.of(1), Uint8Array.of(2)]);
    expect(await readFile(join(folder, 'a/b/text'), 'utf8')).toBe('hello');
    expect(await readFile(join(folder, 'parts'))).toEqual(await readFile(join(folder, 'bytes')));
  });

  it('keeps the old file and leaves nothing else when the content fails', async () => {
    const path = join(folder, 'kept');
    await writeFile(path, 'old');
    const failing = async function* (): AsyncIterable<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('source broke');
    };
    await expect(writeFileAtomic(path, failing())).rejects.toThrow('source broke');
    expect(await readdir(folder)).toEqual(['kept']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('says that a folder is in its place, or that a part of the path is none, and leaves nothing', async () => {
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'file'), '');
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toMatchObject({
      code: 'FILE_WRITE',
      path: join(folder, 'taken'),
      message: `${join(folder, 'taken')} could not be written: a folder is in its place. Name another file.`,
    });
    await expect(writeFileAtomic(join(folder, 'file/x'), 'x')).rejects.toMatchObject({
      code: 'FILE_WRITE',
      message: expect.stringMatching(/could not be written: .*(a folder|ENOTDIR|EEXIST)/),
    });
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
  });
});

describe('reading', () => {
  it('names what is missing', async () => {
    const path = join(folder, 'nothing');
    await expect(readFileBytes(path, { what: 'Steering plan' })).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: `Steering plan not found at ${path}. Check the path.`,
    });
    await expect(sha256OfFile(path, { what: 'Model' })).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(readFileBytes(folder, { what: 'Steering plan' })).rejects.toThrow(
      'It is a folder; name a file',
    );
  });

  it('hashes', async () => {
    await writeFile(join(folder, 'x'), 'content');
    expect(await sha256OfFile(join(folder, 'x'), { what: 'x' })).toBe(sha256('content'));
  });

  it('finds tensors by their head alone', async () => {
    const path = join(folder, 'x.safetensors');
    const data = Float32Array.of(1, 2, 3);
    const bytes = writeSafetensors({
      metadata: { note: 'n' },
      tensors: {
        a: { dtype: 'F32', shape: [3], data },
        b: { dtype: 'U8', shape: [1], data: Uint8Array.of(9) },
      },
    });
    await writeFile(path, bytes);
    const { metadata, tensors } = await readSafetensorsLayout(path, { what: 'x' });
    expect(metadata).toEqual({ note: 'n' });
    const { offset, length, ...rest } = tensors.get('a')!;
    expect(rest).toEqual({ dtype: 'F32', shape: [3] });
    expect(new Float32Array(bytes.slice(offset, offset + length).buffer)).toEqual(data);
    expect(bytes[tensors.get('b')!.offset]).toBe(9);
    for (const kept of [4, 30, bytes.length - 1]) {
      await writeFile(path, bytes.subarray(0, kept));
      await expect(readSafetensorsLayout(path, { what: 'x' })).rejects.toMatchObject({
        code: 'FILE_FORMAT',
        path,
      });
    }
    await expect(readSafetensorsLayout(join(folder, 'no'), { what: 'x' })).rejects.toMatchObject({
      code: 'FILE_MISSING',
    });
  });

  it('refuses what is not safetensors', async () => {
    await writeFile(join(folder, 'x'), 'content');
    await expect(readSafetensorsFile(join(folder, 'x'), { what: 'x' })).rejects.toMatchObject({
      code: 'FILE_FORMAT',
    });
  });
});
