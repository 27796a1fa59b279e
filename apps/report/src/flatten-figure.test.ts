import { describe, expect, it } from 'vitest';
import { EXAMPLE_FIGURES } from '../test/example-figures.ts';
import { toCsv } from './csv.ts';
import { flattenFigure } from './flatten-figure.ts';

const flat = (id: string) => flattenFigure(EXAMPLE_FIGURES.find((figure) => figure.id === id)!.content);

describe('a figure as rows', () => {
  it('a table keeps what could not be had apart from what does not apply', () => {
    const { columns, rows } = flat('table1');
    expect(columns).toEqual(['row', 'column', 'value', 'low', 'high', 'paper', 'p value', 'note']);
    expect(rows).toContainEqual(['ITI', 'COPA', null, null, null, null, null, null]);
    expect(rows.filter(([row, column]) => row === 'vanilla' && column === 'time')).toEqual([]);
    expect(rows).toContainEqual(['vanilla', 'what it edits', 'nothing', null, null, null, null, null]);
  });

  it('curves have a row a point and their reference lines', () => {
    const { columns, rows } = flat('fig2');
    expect(columns).toEqual(['series', 'strength α', 'value', 'low', 'high']);
    expect(rows).toHaveLength(4 * 6 + 1);
    expect(rows.at(-1)).toEqual(['noise floor', null, 0.05, null, null]);
    expect(rows).toContainEqual(['64 units', 10, null, null, null]);
  });

  it('a heat map names its cells and the one that was chosen', () => {
    const { columns, rows } = flat('fig4');
    expect(columns).toEqual(['site', 'layer', 'value', 'low', 'high', 'chosen']);
    expect(rows.filter((row) => row.includes('yes'))).toEqual([
      ['attention', 5, expect.any(Number), -0.1, 0.1, 'yes'],
    ]);
  });

  it('a score map names the first dimension of each column', () => {
    expect(flat('fig5').rows[1]?.slice(0, 2)).toEqual([0, 8]);
  });

  it('histograms and scatters have a row a bin and a point', () => {
    expect(flat('fig6').rows).toHaveLength(40);
    expect(flat('fig10').rows[0]).toEqual(['attention', 0, expect.any(Number), 'layer 0, 0']);
  });
});

describe('toCsv', () => {
  it('quotes what needs it, and nothing else', () => {
    expect(
      toCsv({
        columns: ['a', 'b, c'],
        rows: [
          [1.5, 'say "x"'],
          [null, 'two\nlines'],
        ],
      }),
    ).toBe('a,"b, c"\r\n1.5,"say ""x"""\r\n,"two\nlines"\r\n');
  });
});
