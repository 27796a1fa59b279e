/**
 * Text of a model on a terminal: how wide it is, and without what would steer the terminal.
 *
 * @module
 */

/** Letters of two columns: East Asian ones and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
/** Marks that stand on the letter before them. */
const NARROW = /\p{M}|[\u200b-\u200f]/u;

/** Columns that a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += NARROW.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return width;
}

/** Without control characters, which could move the cursor or change colours; tabs become spaces. */
export function printable(text: string): string {
  return text.replaceAll('\t', '    ').replaceAll(/(?!\n)\p{Cc}/gu, '');
}

/** Lines of at most `width` columns: broken between words, and inside one that is longer. Spaces at breaks are lost. */
export function wrapColumns(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      const joined = line === '' ? word : `${line} ${word}`;
      if (textWidth(joined) <= width) {
        line = joined;
        continue;
      }
      if (line !== '') lines.push(line);
      line = '';
      for (const letter of word) {
        if (textWidth(line + letter) > width) {
          lines.push(line);
          line = '';
        }
        line += letter;
      }
    }
    return [...lines, line];
  });
}
