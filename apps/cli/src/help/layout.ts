/**
 * How help is laid out: headings, and two columns within the width of a terminal.
 *
 * @module
 */
import type { Terminal } from '../output/terminal.ts';
import { wrapText } from '../output/wrap-text.ts';

/** Two columns: what is typed, and what it means. */
export type HelpRow = readonly [name: string, text: string];

/** Wider lines are tiring to read. */
const WIDEST = 110;
const NARROWEST = 40;
/** A longer name has a line of its own. */
const NAME_WIDTH = 24;

/** A heading, bold where the terminal can. */
export function heading(terminal: Terminal, text: string): string {
  return terminal.style('bold', text);
}

/**
 * Rows under each other; the second column is wrapped and keeps its margin.
 *
 * @param nameWidth of the first column where several blocks stand under each other
 */
export function formatRows(
  { columns = WIDEST }: Pick<Terminal, 'columns'>,
  rows: readonly HelpRow[],
  nameWidth = Math.min(NAME_WIDTH, Math.max(...rows.map(([name]) => name.length))),
): string[] {
  const margin = nameWidth + 4;
  const width = Math.max(NARROWEST, Math.min(columns, WIDEST) - margin - 1);
  return rows.flatMap(([name, text]) => {
    const lines = wrapText(text, width);
    const first = name.length + 4 <= margin ? [`  ${name}`.padEnd(margin) + lines.shift()!] : [`  ${name}`];
    return [...first, ...lines.map((line) => ' '.repeat(margin) + line)];
  });
}
