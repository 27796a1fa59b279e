/**
 * Rows of outside files: where they stand, and checks that name the place when a row is not as it should be.
 *
 * @module
 */
import { FileFormatError, showValue } from '@austeer/core';

/** Where a row stands, for errors and ids. */
export interface RowPlace {
  readonly path: string;
  /** Line of the file, or position in the array where `unit` is `row`; from 1. */
  readonly line: number;
  /** @default 'line' */
  readonly unit?: 'line' | 'row' | undefined;
}

/** Turns the value of a row into what the caller wants, or throws a FileFormatError that names the place. */
export type RowParser<T> = (value: unknown, place: RowPlace) => T;

/** How readers treat rows. */
export interface RowReaderOptions<T> {
  /** Turns each row into a result. @default the value as it is */
  readonly parse?: RowParser<T> | undefined;
  /** Leave malformed rows out instead of failing at the first. @default false */
  readonly skipBadRows?: boolean | undefined;
  /** Called for each row left out, so that none disappears unseen. */
  readonly onBadRow?: ((error: FileFormatError) => void) | undefined;
}

/** One row read: its line (or position in the array) and its value. */
export interface ReadRow<T> {
  readonly line: number;
  readonly value: T;
}

/** The error of a malformed row. */
export function badRow(place: RowPlace, problem: string, cause?: unknown): FileFormatError {
  return new FileFormatError({
    path: place.path,
    format: 'data',
    problem: `${place.unit ?? 'line'} ${place.line}: ${problem}`,
    advice:
      'Mend or remove the row; where there is an option skipBadRows (--skip-bad-rows), it leaves such rows out',
    cause,
  });
}

/** Runs a parser under the caller's rule for malformed rows; `undefined` means that the row was left out. */
export function parseRow<T>(parse: () => ReadRow<T>, options: RowReaderOptions<T>): ReadRow<T> | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FileFormatError) || options.skipBadRows !== true) throw error;
    options.onBadRow?.(error);
    return undefined;
  }
}

/** The row as an object. */
export function rowObject(value: unknown, place: RowPlace): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRow(place, `it is ${kindOf(value)}; expected an object`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A text field that is not blank, as it stands. */
export function textField(row: Readonly<Record<string, unknown>>, field: string, place: RowPlace): string {
  const value = row[field];
  if (typeof value !== 'string' || value.trim() === '') {
    throw badRow(place, `"${field}" is ${kindOf(value)}; expected a text that is not blank`);
  }
  return value;
}

/** A field that holds one of a few values. */
export function choiceField<T>(
  row: Readonly<Record<string, unknown>>,
  field: string,
  choices: ReadonlyMap<unknown, T>,
  place: RowPlace,
): T {
  const choice = choices.get(row[field]);
  if (choice === undefined) {
    const known = [...choices.keys()].map((key) => JSON.stringify(key)).join(', ');
    throw badRow(
      place,
      `"${field}" is ${row[field] === undefined ? 'absent' : showValue(row[field])}; expected one of ${known}`,
    );
  }
  return choice;
}

/** A value in words, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value.trim() === '' ? 'a blank text' : 'a text';
  if (typeof value === 'object') return 'an object';
  return `${typeof value === 'number' ? 'the number ' : ''}${String(value)}`;
}
