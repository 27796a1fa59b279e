import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFormatError, FileMissingError } from '@austeer/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePairRow } from '../parse-pair-row.ts';
import type { RowReaderOptions } from '../rows.ts';
import { readJsonLines } from './json-lines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-json-lines-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read<T = unknown>(content: string | Uint8Array, options: RowReaderOptions<T> = {}) {
  const path = join(folder, 'rows.jsonl');
  await writeFile(path, content);
  const rows = [];
  for await (const row of readJsonLines(path, options)) rows.push(row);
  return rows;
}

describe('readJsonLines', () => {
  it('gives values with their lines, whatever the line ends, and passes over blank lines', async () => {
    expect(await read('\uFEFF{"a":1}\r\n\n[2]\n  \n"three"')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, value: [2] },
      { line: 5, value: 'three' },
    ]);
    expect(await read('')).toEqual([]);
  });

  it('gives back any values, also with raw line separators of Unicode, across blocks of the file', async () => {
    const wide = fc.array(fc.oneof(fc.jsonValue(), fc.constant('\u2028\u2029\u0085é漢😀')), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(wide, fc.nat({ max: 70_000 }), async (values, padding) => {
        const all = [`é${'x'.repeat(padding)}😀`, ...values];
        const rows = await read(all.map((value) => `${JSON.stringify(value)}\n`).join(''));
        expect(rows.map(({ value }) => value)).toEqual(JSON.parse(JSON.stringify(all)));
      }),
      { numRuns: 30 },
    );
  });

  it('names file and line of a malformed row', async () => {
    const failure = read('{"a":1}\n{"a":');
    await expect(failure).rejects.toThrow(FileFormatError);
    await expect(failure).rejects.toThrow(/rows\.jsonl.*line 2: it is not JSON/);
    await expect(read('{"positive":"a"}\n', { parse: parsePairRow })).rejects.toThrow('line 1: "negative"');
  });

  it('leaves malformed rows out when told to, and reports each', async () => {
    const problems: string[] = [];
    const rows = await read(
      '{"positive":"a","negative":"b"}\nnot json\n{}\n{"positive":"c","negative":"d"}',
      {
        parse: parsePairRow,
        skipBadRows: true,
        onBadRow: (error) => problems.push(error.message),
      },
    );
    expect(rows.map(({ line }) => line)).toEqual([1, 4]);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('line 2');
    expect(problems[1]).toContain('line 3');
  });

  it('lets errors of the parser that are not about the row through', async () => {
    const parse = (): never => {
      throw new RangeError('mine');
    };
    await expect(read('1\n', { parse, skipBadRows: true })).rejects.toThrow(RangeError);
  });

  it('refuses bytes that are not UTF-8, also a character cut at the end', async () => {
    await expect(read(Uint8Array.of(0x22, 0xff, 0x22))).rejects.toThrow('not UTF-8');
    await expect(read(Uint8Array.of(0x22, 0xc3))).rejects.toThrow('not UTF-8');
  });

  it('refuses a line beyond the limit', async () => {
    await expect(read('x'.repeat(2 ** 24 + 1))).rejects.toThrow('a line of more than 16777216 characters');
  });

  it('says which file is missing', async () => {
    const rows = readJsonLines(join(folder, 'absent.jsonl'));
    await expect(rows.next()).rejects.toThrow(FileMissingError);
  });
});
