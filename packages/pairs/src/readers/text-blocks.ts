/**
 * A text file as a stream of decoded blocks.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { FileFormatError, FileMissingError } from '@austeer/core';

/** Text of a UTF-8 file, block by block, without byte-order mark. Throws FileMissingError, FileFormatError. */
export async function* readTextBlocks(path: string, format: string): AsyncGenerator<string, void, undefined> {
  // Also drops a byte-order mark at the start of the file.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const block of readBlocks(path)) {
    let text: string;
    try {
      text = decoder.decode(block, { stream: block !== undefined });
    } catch (cause) {
      throw new FileFormatError({
        path,
        format,
        problem: 'it is not UTF-8 text',
        advice: 'Save it as UTF-8',
        cause,
      });
    }
    yield text;
  }
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
