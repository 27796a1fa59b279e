/**
 * Two texts that grow at the same time, in two columns of a terminal.
 *
 * @module
 */
import { printable, textWidth, wrapColumns } from './text-width.ts';

/** Two growing columns. */
export interface SideBySide {
  /** Adds to a column. */
  write(column: 0 | 1, text: string): void;
  /** Writes what is left and ends the lines. */
  close(): void;
}

const GAP = '  │  ';

/**
 * Starts two columns. Lines that both columns have passed are written once; only those below are drawn anew, so that
 * nothing that has left the screen has to change.
 */
export function createSideBySide(options: {
  readonly write: (text: string) => void;
  /** Of the terminal. */
  readonly columns: number;
  readonly rows: number;
  /** How the gap is drawn. @default plain */
  readonly dim?: ((text: string) => string) | undefined;
}): SideBySide {
  const { write, columns, rows, dim = (text) => text } = options;
  const width = Math.floor((columns - GAP.length) / 2);
  const texts: [string, string] = ['', ''];
  let finished = 0;
  let drawn = 0;

  const lineAt = (lines: readonly (readonly string[])[], row: number): string => {
    const [left = '', right = ''] = lines.map((column) => column[row]);
    return `${left}${' '.repeat(Math.max(0, width - textWidth(left)))}${dim(GAP)}${right}`.trimEnd();
  };
  const draw = (last: boolean): void => {
    const lines = texts.map((text) => wrapColumns(printable(text), width));
    const [one, two] = [lines[0]!.length, lines[1]!.length];
    // The last line of a column may still change.
    const passed = last ? Math.max(one, two) : Math.min(one, two) - 1;
    // A column that is far ahead waits: what is drawn anew has to fit the screen.
    const end = last ? passed : Math.min(Math.max(one, two), passed + Math.max(1, rows - 2));
    let output = drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : '';
    for (let row = finished; row < end; row++) output += `${lineAt(lines, row)}\n`;
    write(output);
    finished = Math.max(finished, passed);
    drawn = Math.max(0, end - finished);
  };
  return {
    write(column, text) {
      texts[column] += text;
      draw(false);
    },
    close: () => draw(true),
  };
}
