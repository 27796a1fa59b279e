import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFormatError, FileMissingError } from '@austeer/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRow, type RowPlace } from '../rows.ts';
import { readCsv } from './csv.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Uint8Array, name = 'rows.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
async function rows(
  content: string | Uint8Array,
  options: Parameters<typeof readCsv>[1] = {},
  name = 'rows.csv',
): Promise<[number, unknown][]> {
  const found: [number, unknown][] = [];
  for await (const { line, value } of readCsv(await file(content, name), options)) found.push([line, value]);
  return found;
}

describe('readCsv', () => {
  it('gives rows by column, with the line on which each begins', async () => {
    expect(await rows('\uFEFFq,a\r\n"one, two","say ""hi"""\r\n\r\n"two\nlines",\r\nlast,x')).toEqual([
      [2, { q: 'one, two', a: 'say "hi"' }],
      [4, { q: 'two\nlines', a: '' }],
      [6, { q: 'last', a: 'x' }],
    ]);
    expect(await rows('q\ta\nx, y\tz', {}, 'rows.tsv')).toEqual([[2, { q: 'x, y', a: 'z' }]]);
    expect(await rows('q;a\n1;2', { delimiter: ';' })).toEqual([[2, { q: '1', a: '2' }]]);
    expect(await rows('only,header\n')).toEqual([]);
  });

  it('names the line of a malformed row, or leaves such rows out and reports them', async () => {
    const content = 'q,a\n1,2\n3\n4,5,6\n9,10\n';
    await expect(rows(content)).rejects.toThrow(FileFormatError);
    await expect(rows(content)).rejects.toThrow(/rows\.csv.*line 3: it has 1 cells; the header has 2/);
    const bad: string[] = [];
    const kept = await rows(content, { skipBadRows: true, onBadRow: ({ message }) => bad.push(message) });
    expect(kept).toEqual([
      [2, { q: '1', a: '2' }],
      [5, { q: '9', a: '10' }],
    ]);
    expect(bad.map((message) => /line \d+/.exec(message)?.[0])).toEqual(['line 3', 'line 4']);
  });

  it('keeps stray quotes and the rows behind them', async () => {
    expect(await rows('q,a\n7" wide,8\n"7"x,9\n1,2\n')).toEqual([
      [2, { q: '7" wide', a: '8' }],
      [3, { q: '"7"x', a: '9' }],
      [4, { q: '1', a: '2' }],
    ]);
  });

  it('counts rows that the caller refuses among the malformed', async () => {
    const parse = (value: unknown, place: RowPlace): unknown => {
      if ((value as { q: string }).q === 'bad') throw badRow(place, 'no');
      return value;
    };
    await expect(rows('q\ngood\nbad\n', { parse })).rejects.toThrow('line 3: no');
    expect(await rows('q\ngood\nbad\n', { parse, skipBadRows: true })).toEqual([[2, { q: 'good' }]]);
  });

  it('refuses files that are no table', async () => {
    await expect(rows('')).rejects.toThrow('it is empty');
    await expect(rows('q,q\n1,2')).rejects.toThrow('names the column "q" twice');
    await expect(rows('q\n"never closed\n')).rejects.toThrow(/Quote Not Closed/);
    // Nothing after such a quote can be trusted, so leaving rows out does not help.
    await expect(rows('q\n"never closed\n1\n', { skipBadRows: true })).rejects.toThrow(/Quote Not Closed/);
    await expect(rows(Uint8Array.of(0x71, 0x0a, 0xff))).rejects.toThrow('not UTF-8');
    const missing = readCsv(join(folder, 'none.csv'));
    await expect(missing.next()).rejects.toThrow(FileMissingError);
  });

  it('reads back whatever is written with every cell quoted', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\r'));
    const table = fc.array(fc.tuple(cell, cell), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(table, async (cells) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const content = [['q', 'a'] as const, ...cells].map((row) => row.map(quoted).join(',')).join('\n');
        const found = await rows(content);
        expect(found.map(([, value]) => value)).toEqual(cells.map(([q, a]) => ({ q, a })));
        const lines = content.split('\n');
        for (const [line] of found) expect(lines[line - 1]!.startsWith('"')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
