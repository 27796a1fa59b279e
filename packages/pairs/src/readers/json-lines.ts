/**
 * JSON Lines: one JSON value a line, read as a stream.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import { badRow, parseRow, type ReadRow, type RowReaderOptions } from '../rows.ts';
import { readTextBlocks } from './text-blocks.ts';

/** Keeps a file without line breaks from filling memory; the longest published row has some 10,000 characters. */
const LINE_CHARACTERS_LIMIT = 2 ** 24;

/**
 * Reads a JSON Lines file row by row; memory holds one line and one block of the file. Lines end at `\n` or
 * `\r\n` only: other line separators of Unicode may stand raw in JSON texts. Blank lines are passed over.
 *
 * @param options.parse turns each row into a result; its FileFormatErrors count as malformed rows
 * @throws FileMissingError; FileFormatError that names file and line of a malformed row, unless `skipBadRows`,
 *   and for a file that is not UTF-8 or has a line beyond the limit.
 *
 * @example
 * ```ts
 * const pairs: (ContrastivePair | TokenPair)[] = [];
 * for await (const { value } of readJsonLines('pairs.jsonl', { parse: parsePairRow })) pairs.push(value);
 * ```
 */
export async function* readJsonLines<T = unknown>(
  path: string,
  options: RowReaderOptions<T> = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const { parse = (value: unknown) => value as T } = options;
  let line = 0;
  for await (const text of readLines(path)) {
    line += 1;
    if (text.trim() === '') continue;
    const place = { path, line };
    const row = parseRow(() => {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (cause) {
        throw badRow(place, `it is not JSON (${(cause as Error).message})`, cause);
      }
      return { line, value: parse(value, place) };
    }, options);
    if (row !== undefined) yield row;
  }
}

async function* readLines(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const text of readTextBlocks(path, 'JSON Lines')) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    if (rest.length > LINE_CHARACTERS_LIMIT) {
      throw new FileFormatError({
        path,
        format: 'JSON Lines',
        problem: `it has a line of more than ${LINE_CHARACTERS_LIMIT} characters`,
        advice: 'Write one JSON value a line',
      });
    }
    yield* lines;
  }
  yield rest;
}
