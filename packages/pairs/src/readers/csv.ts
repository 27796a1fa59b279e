/**
 * CSV and TSV with a header line, read as a stream.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { FileFormatError } from '@austeer/core';
import { CsvError, parse } from 'csv-parse';
import { badRow, parseRow, type ReadRow, type RowPlace, type RowReaderOptions } from '../rows.ts';
import { readTextBlocks } from './text-blocks.ts';

/** Keeps a quote that is never closed from filling memory; a whole long document still fits in a cell. */
const RECORD_CHARACTERS_LIMIT = 2 ** 24;

/** What the parser gives for each record when asked where it stands. */
interface ParsedRecord {
  readonly record: readonly string[];
  /** `lines`: lines read when the record was complete. */
  readonly info: { readonly lines: number };
}

/**
 * Reads a CSV file with a header line row by row, each as an object of texts by column name. Cells may be quoted
 * and hold line breaks; `line` is the line on which a row begins. Blank lines are passed over. Quotes inside unquoted cells stay as they are. A row with more or fewer cells than the header is malformed.
 *
 * @param options.delimiter between cells @default a tab in files that end in `.tsv`, else a comma
 * @param options.parse turns each row into a result; its FileFormatErrors count as malformed rows
 * @throws FileMissingError; FileFormatError that names file and line of a malformed row, unless `skipBadRows`,
 *   and for a file that is not UTF-8, has no header, names a column twice, or never closes a quote.
 *
 * @example
 * ```ts
 * for await (const { line, value } of readCsv('answers.csv')) console.log(line, value.question);
 * ```
 */
export async function* readCsv<T = Readonly<Record<string, string>>>(
  path: string,
  options: RowReaderOptions<T> & { readonly delimiter?: string | undefined } = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const { parse: parseValue = (value: unknown) => value as T } = options;
  const { delimiter = path.toLowerCase().endsWith('.tsv') ? '\t' : ',' } = options;
  const parser = parse({
    delimiter,
    info: true,
    max_record_size: RECORD_CHARACTERS_LIMIT,
    relax_column_count: true,
    // The parser's own way to skip a record with a stray quote takes the records behind it along.
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(readTextBlocks(path, 'CSV'));
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      const place = { path, line: beginningOf(record, info.lines) };
      if (header === undefined) {
        header = checkedHeader(record, path);
        continue;
      }
      const columns = header;
      const row = parseRow(
        () => ({ line: place.line, value: parseValue(rowOf(columns, record, place), place) }),
        options,
      );
      if (row !== undefined) yield row;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as { readonly lines?: unknown };
    throw new FileFormatError({
      path,
      format: 'CSV',
      problem: `line ${lines}: ${error.message}`,
      cause: error,
    });
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (header === undefined) throw new FileFormatError({ path, format: 'CSV', problem: 'it is empty' });
}

/** Quoted cells may hold line breaks: the record began as many lines before its end. */
function beginningOf(record: readonly string[], lastLine: number): number {
  return lastLine - record.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

function checkedHeader(names: readonly string[], path: string): readonly string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new FileFormatError({
    path,
    format: 'CSV',
    problem: `its header names the column ${JSON.stringify(twice)} twice`,
    advice: 'Give each column a name of its own',
  });
}

function rowOf(
  columns: readonly string[],
  record: readonly string[],
  place: RowPlace,
): Readonly<Record<string, string>> {
  if (record.length !== columns.length) {
    throw badRow(place, `it has ${record.length} cells; the header has ${columns.length}`);
  }
  return Object.fromEntries(columns.map((column, index) => [column, record[index]!]));
}
