/**
 * Tables of results in plain text.
 *
 * @module
 */
import type { TableFigure } from '@austeer/experiments';
import { formatTable } from './table.ts';

type Cell = TableFigure['rows'][number]['cells'][string] | undefined;
type Format = TableFigure['columns'][number]['format'];

/** Rows and columns as text: `–` does not apply, `missing` could not be had. */
export function formatFigureTable({ columns, rows }: TableFigure): string {
  return formatTable(
    ['', ...columns.map(({ label }) => label)],
    rows.map(({ label, cells }) => [
      label,
      ...columns.map(({ key, format }) => formatCell(cells[key], format)),
    ]),
  );
}

function formatCell(cell: Cell, format: Format): string {
  if (cell === undefined) return '–';
  if (cell === null) return 'missing';
  if (typeof cell === 'string') return cell;
  const { value, low, high } = cell;
  if (format === 'count') return String(value);
  if (format === 'seconds') return value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(0)} s`;
  const number = value.toFixed(3);
  return low === undefined || high === undefined
    ? number
    : `${number} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}
