/**
 * Parquet's differences, in which rising numbers and sorted texts are written, looked at before they are decoded.
 *
 * @module
 */
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** Differences in a block: writers have 128, and 4 parts of it. */
const BLOCK_LIMIT = 2 ** 16;
/** Texts of a page with the beginnings that they repeat. */
const TEXT_BYTES_LIMIT = 2 ** 28;

/**
 * Looks at the sizes that come first: the decoder steps back and begins again where a block has less than nothing.
 *
 * @throws Error where there is no such block
 */
export function checkDeltas(bytes: Uint8Array, start: number): void {
  const reader = readerOf(bytes, start);
  const block = readVarInt(reader);
  const parts = readVarInt(reader);
  if (!(parts > 0 && parts <= block && block <= BLOCK_LIMIT && block % parts === 0)) {
    throw new Error(`blocks of ${block} differences in ${parts} parts`);
  }
}

/**
 * Looks at texts that repeat the beginning of the text before them: it has to be so long, and all texts together
 * within the limit.
 *
 * @throws Error where they are not
 */
export function checkPrefixes(bytes: Uint8Array, values: number): void {
  const reader = readerOf(bytes, 0);
  const [prefixes, suffixes] = [new Int32Array(values), new Int32Array(values)];
  for (const lengths of [prefixes, suffixes]) {
    checkDeltas(bytes, reader.offset);
    deltaBinaryUnpack(reader, values, lengths);
  }
  let length = 0;
  let total = 0;
  for (const [index, prefix] of prefixes.entries()) {
    const suffix = suffixes[index] ?? 0;
    if (!(prefix >= 0 && prefix <= length && suffix >= 0)) {
      throw new Error(`a text that repeats ${prefix} bytes of one of ${length}`);
    }
    length = prefix + suffix;
    total += length;
  }
  if (total > TEXT_BYTES_LIMIT)
    throw new Error(`texts of ${total} bytes; the limit of a page is ${TEXT_BYTES_LIMIT}`);
}

function readerOf(bytes: Uint8Array, offset: number): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset };
}
