/**
 * A text file read whole, for formats that cannot be read line by line.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';

/** Far above any published file of these formats (about 1 MB), far below what a JavaScript string can hold. */
const FILE_BYTES_LIMIT = 2 ** 28;

/** Text of a UTF-8 file, without byte-order mark. Throws FileMissingError, FileFormatError. */
export async function readWholeText(path: string, format: string): Promise<string> {
  const bytes = await readFileBytes(path, { what: 'Data file' });
  if (bytes.length > FILE_BYTES_LIMIT) {
    throw new FileFormatError({
      path,
      format,
      problem: `it has ${bytes.length} bytes; the limit is ${FILE_BYTES_LIMIT}`,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FileFormatError({ path, format, problem: 'it is not UTF-8 text', cause });
  }
}
