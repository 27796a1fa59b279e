/**
 * From a row of anybody's table to question and answers.
 *
 * @module
 */
import { InvalidArgumentError, UnknownNameError } from '@austeer/core';
import type { AnswerRow } from '../negatives/answer-row.ts';
import { badRow, kindOf, type RowParser, type RowPlace, rowObject } from '../rows.ts';

const ANSWER_FORMS = ['text', 'letter', 'from-0', 'from-1'] as const;

/** Which columns hold what. */
export interface AnswerColumns {
  /** Column of the question. */
  readonly question: string;
  /** Column of the right answer. */
  readonly answer: string;
  /** Columns of the answers on offer, or one column that holds a list. @default none */
  readonly choices?: readonly string[] | undefined;
  /** `text`: the answer itself; `letter` (A, B, …), `from-0`, `from-1`: its place among the choices. @default 'text' */
  readonly answerForm?: (typeof ANSWER_FORMS)[number] | undefined;
  /** Column of a wrong answer, for `givenNegatives`. @default none */
  readonly wrong?: string | undefined;
  /** Column of the class of the right answer. @default none */
  readonly label?: string | undefined;
  /** Column of the id. @default the line number */
  readonly id?: string | undefined;
  /** The prompt, with column names in braces: `Question: {Q}\nAnswer:`. @default the question alone */
  readonly prompt?: string | undefined;
}

type Row = Readonly<Record<string, unknown>>;
const PLACEHOLDER = /\{([^{}]+)\}/g;

/**
 * Makes a parser of rows, for `readRows`. Numbers and truth values of JSON are taken as they are written there.
 *
 * @throws UnknownNameError for an unknown `answerForm`. The parser throws InvalidArgumentError where the first row lacks
 *   a column that was named, and a FileFormatError that names the place of a row that is not usable.
 *
 * @example
 * ```ts
 * const parse = answerRowParser({ question: 'q', answer: 'right', choices: ['a', 'b'], answerForm: 'letter' });
 * parse({ q: 'Sky?', a: 'green', b: 'blue', right: 'B' }, { path: 'sky.csv', line: 2 }).answer; // 'blue'
 * ```
 */
export function answerRowParser(columns: AnswerColumns): RowParser<AnswerRow> {
  const { choices = [], answerForm = 'text', prompt = `{${columns.question}}` } = columns;
  if (!ANSWER_FORMS.includes(answerForm)) {
    throw new UnknownNameError({ kind: 'form of answers', given: answerForm, known: ANSWER_FORMS });
  }
  if (answerForm !== 'text' && choices.length === 0) {
    throw new InvalidArgumentError({
      argument: 'choices',
      given: choices,
      expected: `the columns that the answers (${answerForm}) count in`,
    });
  }
  if (prompt.search(PLACEHOLDER) < 0) {
    throw new InvalidArgumentError({
      argument: 'prompt',
      given: prompt,
      expected: 'a text with names of columns in braces: Question: {question}',
    });
  }
  const needed = [
    columns.question,
    columns.answer,
    ...choices,
    ...[columns.wrong, columns.label, columns.id].filter((name) => name !== undefined),
    ...Array.from(prompt.matchAll(PLACEHOLDER), ([, name]) => name!),
  ];
  let checked = false;
  return (value, place) => {
    const row = rowObject(value, place);
    if (!checked) checkColumns(row, needed);
    checked = true;
    const offered = choicesOf(row, choices, place);
    const { wrong, label, id } = columns;
    return {
      id: id === undefined ? String(place.line) : cell(row, id, place),
      question: prompt.replace(PLACEHOLDER, (_, name: string) => cell(row, name, place)),
      answer: answerOf({ text: cell(row, columns.answer, place), offered, answerForm, place, columns }),
      ...(offered && { choices: offered }),
      ...(wrong !== undefined && { wrong: optionalCell(row, wrong, place) }),
      ...(label !== undefined && { label: cell(row, label, place) }),
    };
  };
}

/** A column that is not there is no fault of the row. */
function checkColumns(row: Row, needed: readonly string[]): void {
  const missing = needed.find((name) => !Object.hasOwn(row, name));
  if (missing === undefined) return;
  throw new UnknownNameError({ kind: 'column', given: missing, known: Object.keys(row) });
}

function optionalCell(row: Row, column: string, place: RowPlace): string | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badRow(place, `"${column}" is ${kindOf(value)}; expected a text or a number`);
}

function cell(row: Row, column: string, place: RowPlace): string {
  const text = optionalCell(row, column, place);
  if (text !== undefined) return text;
  throw badRow(place, `"${column}" is ${kindOf(row[column])}; expected a text or a number`);
}

function choicesOf(row: Row, columns: readonly string[], place: RowPlace): string[] | undefined {
  const [only] = columns;
  if (only === undefined) return undefined;
  const list = columns.length === 1 ? listOf(row[only]) : undefined;
  if (list !== undefined) return list.map((_, index) => cell(list as unknown as Row, String(index), place));
  return columns.map((column) => cell(row, column, place));
}

/** A list, or a JSON text of one, as CSV files hold it. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || !value.trim().startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function answerOf(options: {
  text: string;
  offered: readonly string[] | undefined;
  answerForm: (typeof ANSWER_FORMS)[number];
  place: RowPlace;
  columns: AnswerColumns;
}): string {
  const { text, offered = [], answerForm, place, columns } = options;
  if (answerForm === 'text') return text;
  const index =
    answerForm === 'letter' && /^[A-Za-z]$/.test(text)
      ? text.toUpperCase().charCodeAt(0) - 'A'.charCodeAt(0)
      : answerForm !== 'letter' && /^\d+$/.test(text)
        ? Number(text) - (answerForm === 'from-1' ? 1 : 0)
        : -1;
  const answer = offered[index];
  if (answer !== undefined) return answer;
  throw badRow(
    place,
    `"${columns.answer}" is ${JSON.stringify(text)}; expected the place (${answerForm}) of one of ${offered.length} choices`,
  );
}
