/**
 * Tables as spreadsheet programs write and read them. Source: RFC 4180.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';

/**
 * Rows as CSV: commas, quotes where needed, CR LF. It uses nothing outside itself, because the rating page carries a
 * copy of it.
 */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Programs of other countries save with these. */
const SEPARATORS = [',', ';', '\t'];

/**
 * Reads CSV: a byte order mark is left out, the separator is the one that the first line has most of.
 *
 * @returns rows with the line they begin at, from 1; empty lines are left out
 * @throws FileFormatError for a quote that is never closed.
 */
export function parseCsv(text: string, { path }: { path: string }): { line: number; cells: string[] }[] {
  const plain = text.replace(/^\uFEFF/, '');
  const separator = findSeparator(plain);
  const rows: { line: number; cells: string[] }[] = [];
  let line = 1;
  let row = { line, cells: [] as string[] };
  let cell = '';
  let at = 0;
  const endRow = (): void => {
    row.cells.push(cell);
    if (row.cells.some((value) => value !== '')) rows.push(row);
    cell = '';
    row = { line, cells: [] };
  };
  while (at < plain.length) {
    const sign = plain[at]!;
    if (sign === '"' && cell === '') {
      const start = line;
      for (at++; ; at++) {
        if (at >= plain.length) {
          throw new FileFormatError({
            path: `${path}, line ${start}`,
            format: 'CSV',
            problem: 'a quote is never closed',
          });
        }
        if (plain[at] === '\n') line++;
        if (plain[at] !== '"') cell += plain[at];
        else if (plain[at + 1] === '"') {
          cell += '"';
          at++;
        } else break;
      }
      at++;
    } else if (sign === separator) {
      row.cells.push(cell);
      cell = '';
      at++;
    } else if (sign === '\n' || sign === '\r') {
      at += sign === '\r' && plain[at + 1] === '\n' ? 2 : 1;
      line++;
      endRow();
    } else {
      cell += sign;
      at++;
    }
  }
  endRow();
  return rows;
}

function findSeparator(text: string): string {
  const first = /^[^\r\n]*/.exec(text)![0];
  const count = (separator: string): number => first.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}
