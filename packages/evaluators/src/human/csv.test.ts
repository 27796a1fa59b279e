import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCsv, parseCsv } from './csv.ts';

const path = 'x.csv';
const cellsOf = (text: string): string[][] => parseCsv(text, { path }).map(({ cells }) => cells);

describe('CSV', () => {
  it('reads what it writes, whatever stands in the cells', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('', '"', '""', ',', '\r\n', '\n', 'a"b', '=1+1', 'é🗼'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const filled = [['a', 'b', 'c'], ...rows.map(([first, ...rest]) => [`x${first}`, ...rest])];
        expect(cellsOf(formatCsv(filled))).toEqual(filled);
      }),
    );
  });

  it.each([
    [
      'a;b\n1;2,5\n',
      [
        ['a', 'b'],
        ['1', '2,5'],
      ],
    ],
    [
      'a\tb\r\n1\t2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\uFEFFa,b\r1,2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n\n,\n"1\n""x",2\n',
      [
        ['a', 'b'],
        ['1\n"x', '2'],
      ],
    ],
    ['', []],
  ])('%j', (text, expected) => {
    expect(cellsOf(text)).toEqual(expected);
  });

  it('names lines, also after cells of several lines', () => {
    expect(parseCsv('a\n"1\n2"\n3\n', { path }).map(({ line }) => line)).toEqual([1, 2, 4]);
    expect(() => parseCsv('a\nb\n"c', { path })).toThrow('x.csv, line 3 is not a usable CSV file: a quote');
  });
});
