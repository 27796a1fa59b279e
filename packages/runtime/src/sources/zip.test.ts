import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, FileMissingError } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from './__fixtures__/temporary-directory.ts';
import { type WrittenMember, writeZip } from './__fixtures__/zip-writer.ts';
import { findZipMember, readZipMember } from './zip.ts';

const text = Buffer.from('the same words again and again, '.repeat(500));

async function read(archive: string, name: string): Promise<Buffer> {
  const member = await findZipMember({ archive, name });
  const parts: Uint8Array[] = [];
  for await (const part of readZipMember({ archive, member })) parts.push(part);
  return Buffer.concat(parts);
}

async function archiveOf(bytes: Buffer): Promise<string> {
  const archive = join(await temporaryDirectory(), 'a.zip');
  await writeFile(archive, bytes);
  return archive;
}

const archiveWith = (...members: WrittenMember[]): Promise<string> => archiveOf(writeZip(members));

describe('readZipMember', () => {
  it('reads any content, stored and deflated, beside others', async () => {
    const archive = join(await temporaryDirectory(), 'a.zip');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 5000 }), fc.boolean()), { minLength: 1, maxLength: 5 }),
        fc.string({ maxLength: 40, unit: 'binary-ascii' }),
        async (contents, comment) => {
          const members = contents.map(([bytes, stored], index) => ({
            name: `folder/${index}`,
            content: Buffer.from(bytes),
            stored,
          }));
          await writeFile(archive, writeZip(members, comment));
          for (const { name, content } of members) {
            if (!(await read(archive, name)).equals(content)) return false;
          }
          return true;
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is not misled by an end record within the comment', async () => {
    const decoy = `PK\x05\x06${'\0'.repeat(18)}`;
    const archive = await archiveOf(writeZip([{ name: 'a', content: text }], `${decoy}.`));
    expect(await read(archive, 'a')).toEqual(text);
  });

  it('says what it did not find', async () => {
    const archive = await archiveWith({ name: 'a', content: text });
    await expect(read(archive, 'b')).rejects.toThrow('has no member b');
    await expect(read(`${archive}.none`, 'a')).rejects.toBeInstanceOf(FileMissingError);
  });

  it('refuses two members of one name', async () => {
    const archive = await archiveWith({ name: 'a', content: text }, { name: 'a', content: text });
    await expect(read(archive, 'a')).rejects.toThrow('two members named a');
  });

  it('refuses a member longer than its directory says, without unpacking the rest', async () => {
    const bomb = Buffer.alloc(50_000_000);
    const archive = await archiveWith({ name: 'a', content: bomb, lie: { bytes: 1000 } });
    const member = await findZipMember({ archive, name: 'a' });
    let count = 0;
    const all = async (): Promise<void> => {
      for await (const part of readZipMember({ archive, member })) count += part.length;
    };
    await expect(all()).rejects.toThrow('longer than its directory says');
    expect(count).toBe(0);
  });

  it('refuses a member shorter than its directory says', async () => {
    const archive = await archiveWith({ name: 'a', content: text, lie: { bytes: text.length + 1 } });
    await expect(read(archive, 'a')).rejects.toThrow(`${text.length} of ${text.length + 1} bytes`);
  });

  it.each([
    [{ bytes: 0xffffffff }, 'zip64'],
    [{ flags: 1 }, 'encrypted'],
    [{ method: 12 }, 'method 12'],
  ])('refuses %j by name', async (lie, words) => {
    const archive = await archiveWith({ name: 'a', content: text, lie });
    const error = await read(archive, 'a').catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FileFormatError);
    expect(String(error)).toContain(words);
  });

  it('refuses a zip64 archive', async () => {
    const bytes = writeZip([{ name: 'a', content: text }]);
    bytes.writeUInt16LE(0xffff, bytes.length - 12);
    await expect(read(await archiveOf(bytes), 'a')).rejects.toThrow('zip64 archive');
  });

  it('refuses an archive cut anywhere', async () => {
    const whole = await readFile(await archiveWith({ name: 'a', content: text }));
    const archive = await archiveOf(whole);
    for (const length of [0, 1, 21, 40, whole.length - 30, whole.length - 1]) {
      await writeFile(archive, whole.subarray(0, length));
      await expect(read(archive, 'a'), `${length} bytes`).rejects.toBeInstanceOf(FileFormatError);
    }
  });

  it('refuses damaged content', async () => {
    const bytes = writeZip([{ name: 'a', content: text }]);
    bytes.fill(0xff, 35, 60);
    await expect(read(await archiveOf(bytes), 'a')).rejects.toBeInstanceOf(FileFormatError);
  });
});
