import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { FileFormatError, FileMissingError } from '@austeer/core';
import { parquetMetadata } from 'hyparquet';
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRow, type RowPlace } from '../rows.ts';
import { readParquet } from './parquet.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Content = Omit<ParquetWriteOptions, 'writer'>;
const table = (rows: number): Content => ({
  columnData: [
    { name: 'question', data: Array.from({ length: rows }, (_, row) => `q${row + 1}`), type: 'STRING' },
    { name: 'answer', data: Array.from({ length: rows }, (_, row) => row % 2 === 0), type: 'BOOLEAN' },
    { name: 'big', data: Array.from({ length: rows }, (_, row) => BigInt(row)), type: 'INT64' },
  ],
});
async function file(content: Content | Uint8Array, name = 'rows.parquet'): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    content instanceof Uint8Array ? content : new Uint8Array(parquetWriteBuffer(content)),
  );
  return path;
}
async function rows(
  path: string,
  options: Parameters<typeof readParquet>[1] = {},
): Promise<[number, unknown][]> {
  const found: [number, unknown][] = [];
  for await (const { line, value } of readParquet(path, options)) found.push([line, value]);
  return found;
}

describe('readParquet', () => {
  it('gives the rows of all row groups, numbered from 1, with plain values', async () => {
    const path = await file({ ...table(25), rowGroupSize: 10 });
    const found = await rows(path);
    expect(found).toHaveLength(25);
    expect(found[0]).toEqual([1, { question: 'q1', answer: true, big: 0 }]);
    expect(found[24]).toEqual([25, { question: 'q25', answer: true, big: 24 }]);
  });

  it('reads a row group only when its rows are asked for', async () => {
    const path = await file({ ...table(25), rowGroupSize: 10 }, 'lazy.parquet');
    const reader = readParquet(path);
    await reader.next();
    // Wherever else the file is damaged meanwhile, rows of the first group still come.
    const bytes = await readFile(path);
    const { row_groups } = parquetMetadata(Uint8Array.from(bytes).buffer);
    const second = Number(row_groups[1]!.columns[0]!.meta_data!.data_page_offset);
    bytes.fill(0xff, second, second + 8);
    await writeFile(path, bytes);
    for (let row = 2; row <= 10; row += 1) expect((await reader.next()).value?.line).toBe(row);
    await expect(reader.next()).rejects.toThrow(/rows 11 to 20 cannot be read/);
  });

  it('reads structs, nulls, and gzip', async () => {
    const columnData = [{ name: 'prompt', data: [{ text: 'a', toxicity: 0.5 }, { text: 'b' }] }];
    const schema: NonNullable<Content['schema']> = [
      { name: 'root', num_children: 1 },
      { name: 'prompt', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'toxicity', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ];
    const compressors = { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };
    const path = await file({ columnData, schema, codec: 'GZIP', compressors }, 'nested.parquet');
    expect(await rows(path)).toMatchObject([
      [1, { prompt: { text: 'a', toxicity: 0.5 } }],
      [2, { prompt: { text: 'b' } }],
    ]);
  });

  it('names the row that the caller refuses, or leaves such rows out and reports them', async () => {
    const path = await file({ ...table(25), rowGroupSize: 10 });
    const parse = (value: unknown, place: RowPlace): unknown => {
      if ((value as { question: string }).question === 'q13') throw badRow(place, 'unlucky');
      return value;
    };
    await expect(rows(path, { parse })).rejects.toThrow(/rows\.parquet.*row 13: unlucky/);
    const bad: FileFormatError[] = [];
    const kept = await rows(path, { parse, skipBadRows: true, onBadRow: (error) => bad.push(error) });
    expect(kept).toHaveLength(24);
    expect(bad.map(({ message }) => message)).toEqual([expect.stringContaining('row 13')]);
  });

  it('refuses files that are cut, foreign, or compressed otherwise', async () => {
    const whole = new Uint8Array(parquetWriteBuffer(table(5)));
    await expect(rows(await file(whole.slice(0, -5)))).rejects.toThrow('does not end as Parquet files do');
    await expect(rows(await file(Uint8Array.of(1, 2)))).rejects.toThrow(FileFormatError);
    const noMetadata = Uint8Array.from(whole);
    noMetadata.fill(0xff, whole.length - 60, whole.length - 8);
    await expect(rows(await file(noMetadata))).rejects.toThrow(FileFormatError);
    const compressors = { ZSTD: (input: Uint8Array) => input };
    const zstd = await file({ ...table(5), codec: 'ZSTD', compressors });
    await expect(rows(zstd)).rejects.toThrow(/rows 1 to 5 cannot be read.*ZSTD/);
    await expect(rows(join(folder, 'none.parquet'))).rejects.toThrow(FileMissingError);
  });

  it('refuses metadata that claim to be enormous before it reads them', async () => {
    const claim = new Uint8Array(parquetWriteBuffer(table(5)));
    new DataView(claim.buffer).setUint32(claim.length - 8, 2 ** 30, true);
    await expect(rows(await file(claim))).rejects.toThrow(/metadata have 1073741824 bytes/);
  });

  it.each(['dictionaries', 'plain', 'differences', 'second-form'])(
    'gives the rows that pyarrow wrote: %s',
    async (form) => {
      const path = new URL(`__fixtures__/pyarrow-${form}.parquet`, import.meta.url);
      const written = new URL('__fixtures__/pyarrow-rows.json', import.meta.url);
      const found = (await rows(fileURLToPath(path))).map(([, value]) => value);
      // Nothing in a row is null there and undefined here.
      expect(JSON.parse(JSON.stringify(found, (_, value) => value ?? null))).toEqual(
        JSON.parse(await readFile(written, 'utf8')),
      );
    },
  );

  it('refuses a struct of less than no parts', async () => {
    const whole = await readFile(new URL('__fixtures__/pyarrow-second-form.parquet', import.meta.url));
    // The name in the schema, which comes first in the metadata, then the number of parts: 2, as it is written.
    const at = whole.indexOf('struct', whole.length - 8 - whole.readUInt32LE(whole.length - 8)) + 6;
    expect([...whole.subarray(at, at + 2)]).toEqual([0x15, 4]);
    whole[at + 1] = 1;
    await expect(rows(await file(whole))).rejects.toThrow(FileFormatError);
  });

  it('refuses row groups that claim more rows than their columns have values', async () => {
    const whole = new Uint8Array(parquetWriteBuffer(table(5)));
    const { row_groups } = parquetMetadata(whole.slice().buffer);
    expect(row_groups[0]!.num_rows).toBe(5n);
    // The last number of the row group: 5, as it is written, made 2^20.
    const footer = whole.length - 8 - new DataView(whole.buffer).getUint32(whole.length - 8, true);
    const at = whole.findLastIndex(
      (byte, index) => index > footer && byte === 0x0a && whole[index - 1] === 0x16,
    );
    const claim = Uint8Array.from([...whole.slice(0, at), 0x80, 0x80, 0x80, 1, ...whole.slice(at + 1)]);
    new DataView(claim.buffer).setUint32(claim.length - 8, claim.length - 8 - footer, true);
    await expect(rows(await file(claim))).rejects.toThrow(/rows 1 to 1048576 .* has 5 values/);
  });

  it('refuses pages that claim more than the limit', async () => {
    const columnData = [{ name: 'text', data: ['x'.repeat(2 ** 25 + 1)], type: 'STRING' as const }];
    const bomb = await file({ columnData, statistics: false }, 'bomb.parquet');
    await expect(rows(bomb)).rejects.toThrow(/page .* claims \d+ bytes unpacked; the limit is/);
  });
});
