/**
 * Tables of results in plain text.
 *
 * @module
 */
import type { TableFigure } from '@austeer/experiments';
import { formatTable } from './table.ts';

type Cell = TableFigure['rows'][number]['cells'][string] | undefined;
type Format = TableFigure['columns'][number]['format'];

/** Rows and columns as text: `–` does not apply, `missing` could not be had; the paper's number in brackets. */
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
  const { value, low, high, paper } = cell;
  const interval =
    low === undefined || high === undefined
      ? ''
      : ` [${formatNumber(low, format)}, ${formatNumber(high, format)}]`;
  return `${formatNumber(value, format)}${interval}${paper === undefined ? '' : ` (paper ${formatNumber(paper, format)})`}`;
}

function formatNumber(value: number, format: Format): string {
  if (format === 'count') return String(value);
  if (format === 'seconds') return value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(0)} s`;
  if (format === 'bytes') return `${(value / 2 ** 20).toFixed(0)} MiB`;
  return value.toFixed(3);
}
