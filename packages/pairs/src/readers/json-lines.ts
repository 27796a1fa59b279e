/**
 * JSON Lines: one JSON value a line, read as a stream.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { FileFormatError, FileMissingError } from '@austeer/core';
import { badRow, parseRow, type ReadRow, type RowReaderOptions } from '../rows.ts';

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
  // Also drops a byte-order mark at the start of the file.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const block of readBlocks(path)) {
    let text: string;
    try {
      text = decoder.decode(block, { stream: block !== undefined });
    } catch (cause) {
      throw new FileFormatError({
        path,
        format: 'JSON Lines',
        problem: 'it is not UTF-8 text',
        advice: 'Save it as UTF-8',
        cause,
      });
    }
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

/** The file's bytes, block by block; at last `undefined`, which lets the decoder find a cut character. */
async function* readBlocks(path: string): AsyncGenerator<Uint8Array | undefined, void, undefined> {
  const stream = createReadStream(path);
  try {
    for await (const block of stream) yield block as Uint8Array;
  } catch (cause) {
    // Only errors of the stream itself arrive here: a consumer that fails ends this generator instead.
    const { code, message } = cause as NodeJS.ErrnoException;
    const advice = code === 'ENOENT' ? 'Check the path' : `Reading failed: ${message}`;
    throw new FileMissingError({ path, what: 'Data file', advice, cause });
  }
  yield undefined;
}
