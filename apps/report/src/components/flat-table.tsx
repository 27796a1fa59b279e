import type { FlatTable as Flat, FlatValue } from '../csv.ts';
import { formatAny, formatCount, MISSING } from '../format.ts';
import { ScrollBox } from './scroll-box.tsx';

/** Rows that the page shows; the CSV file has all. */
const SHOWN_ROWS = 200;

/** The data of a figure as a table. */
export function FlatTable({ table, label }: { table: Flat; label: string }) {
  const rows = table.rows.slice(0, SHOWN_ROWS);
  return (
    <ScrollBox label={label}>
      <table class="data">
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={column} scope="col" class={isNumeric(rows[0]?.[index]) ? 'number' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('\t')}>
              {row.map((value, index) => (
                <td key={table.columns[index]} class={isNumeric(value) ? 'number' : undefined}>
                  {write(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > SHOWN_ROWS && (
        <p class="note">
          The first {SHOWN_ROWS} of {formatCount(table.rows.length)} rows; the CSV file has all.
        </p>
      )}
    </ScrollBox>
  );
}

function isNumeric(value: FlatValue | undefined): boolean {
  return typeof value === 'number';
}

function write(value: FlatValue): string {
  if (value === null) return MISSING;
  return typeof value === 'number' ? formatAny(value) : String(value);
}
