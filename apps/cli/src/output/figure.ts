/**
 * A figure as plain text.
 *
 * @module
 */
import type { ResultFigure } from '@austeer/experiments';
import { formatFigureTable } from './figure-table.ts';
import type { Terminal } from './terminal.ts';

/** Prints a figure: tables whole; of drawings, what they are. */
export function printFigure(terminal: Terminal, { id, title, content, notes }: ResultFigure): void {
  terminal.print(terminal.style('bold', `${id}: ${title}`));
  terminal.print(
    content.kind === 'table'
      ? formatFigureTable(content)
      : `a drawing (${content.kind}): see its file, or the report`,
  );
  for (const note of notes) terminal.print(`- ${note}`);
  terminal.print();
}
