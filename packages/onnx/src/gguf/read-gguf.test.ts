import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyLlama } from '../testing/tiny-llama.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { openGguf, readTensor } from './read-gguf.ts';
import { dequantize } from './tensor-types.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('openGguf', () => {
  it('lists metadata and tensors, row-major', async () => {
    const file = await openGguf(await write('whole.gguf', tinyLlama({ type: 'Q8_0' })));
    expect(file.metadata.get('general.architecture')).toBe('llama');
    expect(file.metadata.get('llama.block_count')).toBe(3);
    expect(file.tensors.get('blk.0.attn_k.weight')).toMatchObject({
      type: 'Q8_0',
      shape: [32, 64],
      length: 32 * 2 * 34,
    });
  });

  it('reads a range of a tensor', async () => {
    const numbers = Float32Array.from({ length: 64 }, (_, index) => index);
    const bytes = writeGguf({ 'general.architecture': 'llama' }, [
      { name: 'x', type: 'F32', shape: [2, 32], numbers },
    ]);
    const file = await openGguf(await write('range.gguf', bytes));
    const part = await readTensor(file, file.tensors.get('x')!, { start: 128, length: 8 });
    expect(dequantize('F32', part)).toEqual(Float32Array.of(32, 33));
  });

  it('follows symbolic links to the real file', async () => {
    const path = await write('real.gguf', tinyLlama());
    await symlink(path, join(folder, 'link.gguf'));
    expect((await openGguf(join(folder, 'link.gguf'))).path).toBe((await openGguf(path)).path);
  });

  it('names a missing file', async () => {
    await expect(openGguf(join(folder, 'nowhere.gguf'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });

  it.each([0, 10, 24, 100, 3000, 60_000])('refuses a file cut at byte %i', async (length) => {
    const path = await write(`cut-${length}.gguf`, tinyLlama().slice(0, length));
    await expect(openGguf(path)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  it('refuses a list that claims more than the file holds, at once', async () => {
    const bytes = writeGguf({ tokens: ['a', 'b'] }, []);
    // The count follows name, type of the value and type of the items.
    new DataView(bytes.buffer).setBigUint64(24 + 8 + 'tokens'.length + 4 + 4, 999_999n, true);
    const start = performance.now();
    await expect(openGguf(await write('claims.gguf', bytes))).rejects.toThrow(
      /its header goes on to byte 80\d\d\d\d\d; the file has/,
    );
    // The library alone takes seconds: it reads a million texts out of nothing.
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('reads headers longer than what is read first', async () => {
    const tokens = Array.from({ length: 50 }, (_, index) => `token ${index}`.padEnd(100_000));
    const file = await openGguf(await write('long.gguf', writeGguf({ tokens, last: 'x' }, [])));
    expect(file.metadata.get('tokens')).toHaveLength(50);
    expect(file.metadata.get('last')).toBe('x');
  });

  it('refuses something else', async () => {
    const path = await write(
      'text.gguf',
      new TextEncoder().encode('this is a text, not a model. '.repeat(20)),
    );
    await expect(openGguf(path)).rejects.toMatchObject({ code: 'FILE_FORMAT', format: 'GGUF' });
  });

  it('names a tensor type it cannot read', async () => {
    const bytes = writeGguf({ a: 'b' }, [
      { name: 'x', type: 'F32', shape: [32], numbers: new Float32Array(32) },
    ]);
    // The type follows name, dimension count and one dimension; make it 16 (IQ2_XXS).
    new DataView(bytes.buffer).setUint32(bytes.lastIndexOf(120) + 1 + 4 + 8, 16, true);
    await expect(openGguf(await write('iq2.gguf', bytes))).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('Q4_1'),
    });
  });
});
