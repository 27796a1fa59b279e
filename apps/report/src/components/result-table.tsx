import type { Estimate, TableFigure } from '@austeer/experiments';
import { type ColumnFormat, formatAs, formatInterval, formatP, MISSING } from '../format.ts';
import { ScrollBox } from './scroll-box.tsx';

/** A table as an experiment gives it: each number with its interval, its test and the paper's number below. */
export function ResultTable({ content, label }: { content: TableFigure; label: string }) {
  const { columns, rows } = content;
  return (
    <ScrollBox label={label}>
      <table class="data results">
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column.key} scope="col" class={column.format === 'text' ? undefined : 'number'}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={`${row.label} ${index}`}>
              <th scope="row">{row.label}</th>
              {columns.map(({ key, format }) => (
                <Cell
                  key={key}
                  cell={key in row.cells ? (row.cells[key] ?? null) : undefined}
                  format={format}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Cell({
  cell,
  format,
}: {
  cell: Estimate | string | null | undefined;
  format: ColumnFormat | undefined;
}) {
  if (cell === undefined) return <td />;
  if (typeof cell === 'string') return <td class={format === 'text' ? undefined : 'number'}>{cell}</td>;
  if (cell === null)
    return (
      <td class="number missing">
        <span title="could not be had">{MISSING}</span>
      </td>
    );
  const { value, low, high, paper, pValue, note } = cell;
  const write = (number: number): string => formatAs(number, format);
  return (
    <td class="number">
      <span class="value">{write(value)}</span>
      {low !== undefined && high !== undefined && (
        <span class="aside">{formatInterval(low, high, write)}</span>
      )}
      {pValue !== undefined && <span class="aside">{formatP(pValue)}</span>}
      {paper !== undefined && <span class="aside">paper {write(paper)}</span>}
      {note !== undefined && <span class="aside note">{note}</span>}
    </td>
  );
}
