import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSideBySide } from './side-by-side.ts';
import { printable, textWidth, wrapColumns } from './text-width.ts';

const ESCAPE = String.fromCharCode(27);
const UP = new RegExp(`^${ESCAPE}\\[(\\d+)A\r${ESCAPE}\\[J`);

/** A terminal that knows what is used here: lines, "up", and "clear below". A screen that scrolled cannot go back. */
function createScreen(rows: number) {
  const lines: string[] = [''];
  let top = 0;
  return {
    lines,
    write(output: string) {
      const up = UP.exec(output);
      let text = output;
      if (up !== null) {
        const to = lines.length - 1 - Number(up[1]);
        expect(to).toBeGreaterThanOrEqual(top);
        lines.length = to;
        lines.push('');
        text = output.slice(up[0].length);
      }
      expect(text).not.toContain('\u001b');
      const [first = '', ...rest] = text.split('\n');
      lines.push((lines.pop() ?? '') + first);
      lines.push(...rest);
      top = Math.max(top, lines.length - rows);
    },
  };
}

describe('two columns', () => {
  it('stand beside each other, whatever comes first', () => {
    const screen = createScreen(10);
    const view = createSideBySide({ write: screen.write, columns: 25, rows: 10 });
    view.write(1, 'one two three four');
    view.write(0, 'left');
    view.write(1, ' five');
    view.close();
    expect(screen.lines).toEqual([
      'left        │  one two',
      '            │  three four',
      '            │  five',
      '',
    ]);
  });

  it('end in the same picture however the pieces come, and never change what has left the screen', () => {
    const piece = fc.tuple(
      fc.constantFrom(0 as const, 1 as const),
      fc.constantFrom('a ', 'word ', '\n', 'longer-than-a-column ', '漢字', ' '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 120 }), (pieces) => {
        const screen = createScreen(8);
        const view = createSideBySide({ write: screen.write, columns: 29, rows: 8 });
        const texts = ['', ''];
        for (const [column, text] of pieces) {
          view.write(column, text);
          texts[column] += text;
        }
        view.close();
        const [left, right] = texts.map((text) => wrapColumns(text, 12));
        const height = Math.max(left!.length, right!.length);
        const expected = Array.from({ length: height }, (_, row) => {
          const start = left![row] ?? '';
          return `${start}${' '.repeat(12 - textWidth(start))}  │  ${right![row] ?? ''}`.trimEnd();
        });
        expect(screen.lines).toEqual([...expected, '']);
      }),
    );
  });
});

describe('text of a model', () => {
  it('cannot steer the terminal', () => {
    expect(printable('a\u001b[2Jb\u0007\r\nc\td\u009b')).toBe('a[2Jb\nc    d');
  });

  it('is as wide as a terminal draws it', () => {
    expect(['abc', '漢字', 'e\u0301', '🙂', ''].map(textWidth)).toEqual([3, 4, 1, 2, 0]);
  });

  it('is wrapped within its width and loses nothing but spaces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '漢') }),
        fc.integer({ min: 2, max: 9 }),
        (text, width) => {
          const lines = wrapColumns(text, width);
          expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(/[ \n]/g, ''));
        },
      ),
    );
  });
});
