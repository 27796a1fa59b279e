/**
 * A figure as plain text.
 *
 * @module
 */
import type { Estimate, ResultFigure, TableFigure } from '@austeer/experiments';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

type Format = TableFigure['columns'][number]['format'];

/** Prints a figure: tables whole, of drawings where they are. */
export function printFigure(terminal: Terminal, { id, title, content, notes }: ResultFigure): void {
  terminal.print(terminal.style('bold', `${id}: ${title}`));
  if (content.kind === 'table') {
    const rows = content.rows.map(({ label, cells }) => [
      label,
      ...content.columns.map(({ key, format }) => formatCell(cells[key], format)),
    ]);
    terminal.print(formatTable(['', ...content.columns.map(({ label }) => label)], rows));
  } else {
    terminal.print(`a drawing (${content.kind}): see the file, or the report`);
  }
  for (const note of notes) terminal.print(`- ${note}`);
  terminal.print();
}

/** A number with its interval, and the paper's in brackets. */
function formatCell(cell: Estimate | string | null | undefined, format: Format): string {
  if (cell === undefined) return '';
  if (cell === null) return 'missing';
  if (typeof cell === 'string') return cell;
  const { value, low, high, paper } = cell;
  const interval =
    low === undefined || high === undefined
      ? ''
      : ` ${formatNumber(low, format)}–${formatNumber(high, format)}`;
  return `${formatNumber(value, format)}${interval}${paper === undefined ? '' : ` (paper ${formatNumber(paper, format)})`}`;
}

function formatNumber(value: number, format: Format): string {
  switch (format) {
    case 'share':
      return (100 * value).toFixed(1);
    case 'count':
      return String(Math.round(value));
    case 'seconds':
      return value.toFixed(value < 10 ? 3 : 0);
    case 'bytes':
      return `${(value / 2 ** 20).toFixed(0)} MiB`;
    default:
      return String(Math.round(1000 * value) / 1000);
  }
}
