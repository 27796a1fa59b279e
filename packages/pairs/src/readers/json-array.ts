/**
 * One JSON array of rows, the layout of SVAMP.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import { parseRow, type ReadRow, type RowReaderOptions } from '../rows.ts';
import { readWholeText } from './whole-text.ts';

/** Rows of a file that holds one JSON array; `line` counts its elements from 1. */
export async function* readJsonArray<T = unknown>(
  path: string,
  options: RowReaderOptions<T> = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const { parse = (value: unknown) => value as T } = options;
  const format = 'JSON';
  const text = await readWholeText(path, format);
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (cause) {
    throw new FileFormatError({
      path,
      format,
      problem: (cause as Error).message,
      advice: 'The file may be truncated: fetch it again',
      cause,
    });
  }
  if (!Array.isArray(values)) {
    throw new FileFormatError({ path, format, problem: 'its content is not an array of rows' });
  }
  for (const [index, value] of values.entries()) {
    const place = { path, line: index + 1, unit: 'row' } as const;
    const row = parseRow(() => ({ line: place.line, value: parse(value, place) }), options);
    if (row !== undefined) yield row;
  }
}
