/**
 * Rating sheets as files: what a spreadsheet program fills in, and what comes back.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import { formatCsv, parseCsv } from './csv.ts';
import { RATING_SCALES, type RatingKey, type RatingScale, type RatingSheet } from './rating-sheets.ts';

/** What one person gave one answer. A scale that was left empty is absent. */
export interface Rating {
  readonly rater: string;
  readonly code: string;
  readonly scores: Readonly<Partial<Record<RatingScale, number>>>;
}

const COLUMNS = ['rater', 'code', 'instruction', 'answer', ...RATING_SCALES.map(({ name }) => name)];

/**
 * A sheet as CSV with empty columns for the ratings. Texts that a spreadsheet program would compute (`=…`) begin with
 * an apostrophe; only the codes are read back.
 *
 * @example
 * ```ts
 * const sheet = { rater: '1', rows: [{ code: 'ABCDE', instruction: 'Greet me.', answer: 'Hello!' }] };
 * formatSheet(sheet).split('\r\n')[0]; // 'rater,code,instruction,answer,quality,alignment'
 * ```
 */
export function formatSheet({ rater, rows }: RatingSheet): string {
  const plain = (text: string): string => (/^[=+\-@\t]/.test(text) ? `'${text}` : text);
  return formatCsv([
    COLUMNS,
    ...rows.map(({ code, instruction, answer }) => [
      rater,
      code,
      plain(instruction),
      plain(answer),
      ...RATING_SCALES.map(() => ''),
    ]),
  ]);
}

/**
 * Ratings of a sheet that came back, from a spreadsheet program or from the rating page. Columns may stand in any
 * order; `instruction` and `answer` are not read.
 *
 * @throws FileFormatError, with the line, for a column that is missing, and a rating that is none of 1, 2, 3, 4, 5 and
 *   not empty.
 *
 * @example
 * ```ts
 * const sheet = 'rater,code,quality,alignment\n1,ABCDE,4,\n';
 * parseSheet(sheet, { path: 'sheet.csv' }); // [{ rater: '1', code: 'ABCDE', scores: { quality: 4 } }]
 * ```
 */
export function parseSheet(text: string, { path }: { path: string }): Rating[] {
  const [header, ...rows] = parseCsv(text, { path });
  const names = header?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const required = COLUMNS.filter((name) => name !== 'instruction' && name !== 'answer');
  const absent = required.find((name) => !names.includes(name));
  if (absent !== undefined) {
    throw new FileFormatError({
      path,
      format: 'rating sheet',
      problem: `it has no column "${absent}"`,
      advice: `The first line must name ${required.join(', ')}`,
    });
  }
  return rows.map(({ line, cells }) => {
    const cell = (name: string): string => cells[names.indexOf(name)]?.trim() ?? '';
    const scores: Partial<Record<RatingScale, number>> = {};
    for (const { name } of RATING_SCALES) {
      if (cell(name) === '') continue;
      // Some programs write 4 as 4.0, or 4,0.
      if (!/^[1-5]([.,]0*)?$/.test(cell(name))) {
        throw new FileFormatError({
          path: `${path}, line ${line}`,
          format: 'rating sheet',
          problem: `${name} is "${cell(name)}"; expected 1, 2, 3, 4, 5, or nothing`,
        });
      }
      scores[name] = Number(cell(name)[0]);
    }
    return { rater: cell('rater'), code: cell('code'), scores };
  });
}

/**
 * Reads a key file.
 *
 * @throws FileFormatError when it is none.
 *
 * @example
 * ```ts
 * const key = { format: 'austeer-rating-key', version: 1, seed: 0, raters: ['1'], conditions: ['a', 'b'], entries: [] };
 * parseRatingKey(JSON.stringify(key), { path: 'key.json' }).conditions; // ['a', 'b']
 * ```
 */
export function parseRatingKey(text: string, { path }: { path: string }): RatingKey {
  let key: Partial<RatingKey> | null = null;
  try {
    key = JSON.parse(text);
  } catch {
    // Told below.
  }
  const { format, version, raters, conditions, entries } = key ?? {};
  const whole = [raters, conditions, entries].every(Array.isArray);
  if (format !== 'austeer-rating-key' || version !== 1 || !whole) {
    throw new FileFormatError({
      path,
      format: 'rating key',
      problem: 'it is not an "austeer-rating-key" of version 1',
      advice: 'austeer human sheet writes the key beside the folder of its sheets',
    });
  }
  return key as RatingKey;
}
