/**
 * Anybody's table: CSV, TSV, JSON Lines or a JSON array, told apart by the end of the file's name.
 *
 * @module
 */
import { extname } from 'node:path';
import { InvalidArgumentError } from '@austeer/core';
import { readCsv } from '../readers/csv.ts';
import { readJsonArray } from '../readers/json-array.ts';
import { readJsonLines } from '../readers/json-lines.ts';
import type { ReadRow, RowReaderOptions } from '../rows.ts';

const READERS = {
  '.csv': readCsv,
  '.tsv': readCsv,
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
  '.json': readJsonArray,
} as const;

/**
 * Reads a table row by row. CSV and TSV need a header line and give texts; JSON gives what stands there. All but
 * `.json` are streamed.
 *
 * @param options.parse turns each row into a result; its FileFormatErrors count as malformed rows
 * @throws InvalidArgumentError for another ending; FileMissingError; FileFormatError that names file and line of a
 *   malformed row, unless `skipBadRows`.
 *
 * @example
 * ```ts
 * const parse = answerRowParser({ question: 'Q', answer: 'A' });
 * for await (const { value } of readTable('data.csv', { parse })) console.log(value.question, value.answer);
 * ```
 */
export function readTable<T = unknown>(
  path: string,
  options: RowReaderOptions<T> = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const ending = extname(path).toLowerCase();
  if (!Object.hasOwn(READERS, ending)) {
    throw new InvalidArgumentError({
      argument: 'table',
      given: path,
      expected: `a file that ends in ${Object.keys(READERS).join(', ')}`,
    });
  }
  return READERS[ending as keyof typeof READERS]<T>(path, options);
}
