/**
 * Rows of a file by its format, which its name tells.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import type { ReadRow, RowReaderOptions } from '../rows.ts';
import { readCopaXml } from './copa-xml.ts';
import { readCsv } from './csv.ts';
import { readJsonArray } from './json-array.ts';
import { readJsonLines } from './json-lines.ts';
import { readParquet } from './parquet.ts';

type RowReader = <T>(
  path: string,
  options?: RowReaderOptions<T>,
) => AsyncGenerator<ReadRow<T>, void, undefined>;

const READERS: Readonly<Record<string, RowReader>> = {
  '.jsonl': readJsonLines,
  '.json': readJsonArray,
  '.csv': readCsv,
  '.tsv': readCsv,
  '.parquet': readParquet,
  '.xml': readCopaXml,
};

/**
 * Reads the rows of a file with the reader of its format: `.jsonl`, `.json` (one array), `.csv`, `.tsv`, `.parquet`, or
 * `.xml` as COPA has it. Malformed rows are treated alike in all of them.
 *
 * @throws InvalidArgumentError for another ending; FileMissingError, FileFormatError as the reader does.
 *
 * @example
 * ```ts
 * for await (const { line, value } of readRows('answers.csv')) console.log(line, value);
 * ```
 */
export function readRows<T = unknown>(
  path: string,
  options: RowReaderOptions<T> = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const ending = /\.[a-z]+$/i.exec(path)?.[0].toLowerCase() ?? '';
  const reader = READERS[ending];
  if (reader === undefined) {
    throw new InvalidArgumentError({
      argument: 'path',
      given: path,
      expected: `a file that ends in ${Object.keys(READERS).join(', ')}`,
    });
  }
  return reader(path, options);
}
