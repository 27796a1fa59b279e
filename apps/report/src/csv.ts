/**
 * Tables as text for other programs.
 *
 * @module
 */

/** What a cell of a flat table holds; `null` is an empty cell. */
export type FlatValue = string | number | boolean | null;

/** The data of a figure, one observation a row. */
export interface FlatTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly FlatValue[])[];
}

/** Comma-separated values by RFC 4180, numbers in full precision. */
export function toCsv({ columns, rows }: FlatTable): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: FlatValue): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
