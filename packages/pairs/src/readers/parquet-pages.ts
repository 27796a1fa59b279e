/**
 * The pages of a Parquet column, looked at before they are decoded. The decoder believes what a page claims: it reads
 * on for ever where a header names no size, and repeats a value two thousand million times where a damaged run says so.
 *
 * @module
 */
import type { Encoding, PageHeader, ParquetType } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { checkDeltas, checkPrefixes } from './parquet-deltas.ts';
import { countInRuns } from './parquet-runs.ts';
import { endOfStruct } from './parquet-thrift.ts';

/** What is known of a column before its pages are read. */
export interface ParquetColumn {
  readonly type: ParquetType;
  /** Bytes of a value of fixed length. */
  readonly typeLength: number | undefined;
  readonly definitionLevels: number;
  readonly repetitionLevels: number;
  /** Unpacks the bytes of a page to so many; the bytes themselves where the column is not compressed. */
  readonly unpack: (input: Uint8Array, bytes: number) => Uint8Array;
}

/** One page and the levels and values that it claims. */
interface Page {
  readonly column: ParquetColumn;
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
}

/**
 * Looks at all pages of a column.
 *
 * @param bytes of the column chunk, from its first page
 * @param options.pageBytesLimit most bytes of an unpacked page
 * @param options.valuesLimit most values of the column
 * @returns values of the column, nulls and all levels of lists included
 * @throws Error that says why the pages cannot be decoded
 */
export function checkPages(
  bytes: Uint8Array,
  options: { column: ParquetColumn; pageBytesLimit: number; valuesLimit: number },
): number {
  const { column, pageBytesLimit, valuesLimit } = options;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let values = 0;
  let at = 0;
  // As the decoder: a last byte alone is no page.
  while (at < bytes.length - 1) {
    const start = endOfStruct(bytes, at);
    if (start === undefined) throw new Error(`the header of the page at byte ${at} is damaged`);
    const header = parquetHeader({ view, offset: at });
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && start + packed <= bytes.length)) {
      throw new Error(`the page at byte ${at} claims ${packed} bytes; the column has ${bytes.length}`);
    }
    if (!(unpacked >= 0 && unpacked <= pageBytesLimit)) {
      throw new Error(
        `the page at byte ${at} claims ${unpacked} bytes unpacked; the limit is ${pageBytesLimit}`,
      );
    }
    const claimed = valuesOf(header);
    if (!(claimed >= 0 && values + claimed <= valuesLimit)) {
      throw new Error(
        `the page at byte ${at} claims ${claimed} values; the limit is ${valuesLimit - values}`,
      );
    }
    try {
      checkPage({ column, header, bytes: bytes.subarray(start, start + packed) });
    } catch (cause) {
      throw new Error(`the page at byte ${at}: ${(cause as Error).message}`, { cause });
    }
    if (header.type !== 'DICTIONARY_PAGE') values += claimed;
    at = start + packed;
  }
  return values;
}

function valuesOf({ type, ...header }: PageHeader): number {
  const part =
    type === 'DATA_PAGE'
      ? header.data_page_header
      : type === 'DATA_PAGE_V2'
        ? header.data_page_header_v2
        : type === 'DICTIONARY_PAGE'
          ? header.dictionary_page_header
          : undefined;
  return part?.num_values ?? Number.NaN;
}

function checkPage(page: Page): void {
  const { column, header, bytes } = page;
  if (header.type === 'DATA_PAGE') checkFirstForm(page);
  else if (header.type === 'DATA_PAGE_V2') checkSecondForm(page);
  else {
    const unpacked = column.unpack(bytes, header.uncompressed_page_size);
    checkPlain(valuesOf(header), unpacked.length);
  }
}

/** Levels, then values, all compressed together. */
function checkFirstForm(page: Page): void {
  const { column, header, bytes } = page;
  const unpacked = column.unpack(bytes, header.uncompressed_page_size);
  const values = valuesOf(header);
  let at = 0;
  const levels = (highest: number): number => {
    if (highest === 0) return values;
    const end = at + 4 + lengthAt(unpacked, at);
    const width = bitsOf(highest);
    const equal = countInRuns({ bytes: unpacked, start: at + 4, width, values, equalTo: highest });
    at = end;
    return equal;
  };
  levels(column.repetitionLevels);
  const present = levels(column.definitionLevels);
  const encoding = header.data_page_header?.encoding;
  checkValues(page, encoding, unpacked.subarray(at), present);
}

/** Levels as they are, whose sizes the header names, then values. */
function checkSecondForm(page: Page): void {
  const { column, header, bytes } = page;
  const part = header.data_page_header_v2;
  if (part === undefined) throw new Error('its header is incomplete');
  const { num_values: values, num_nulls: nulls, encoding } = part;
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = part;
  if (!(first >= 0 && second >= 0 && first + second <= bytes.length)) {
    throw new Error(`levels of ${first} and ${second} bytes; the page has ${bytes.length}`);
  }
  if (!(nulls >= 0 && nulls <= values)) throw new Error(`${nulls} nulls among ${values} values`);
  for (const [highest, start] of [
    [column.repetitionLevels, 0],
    [column.definitionLevels, first],
  ] as const) {
    if (highest > 0) countInRuns({ bytes, start, width: bitsOf(highest), values });
  }
  const rest = bytes.subarray(first + second);
  const unpacked =
    part.is_compressed === false ? rest : column.unpack(rest, header.uncompressed_page_size - first - second);
  checkValues(page, encoding, unpacked, values - nulls);
}

function checkValues(page: Page, encoding: Encoding | undefined, bytes: Uint8Array, values: number): void {
  const { type, typeLength = 0 } = page.column;
  if (encoding === 'PLAIN') checkPlain(values, bytes.length);
  else if (encoding === 'BYTE_STREAM_SPLIT') {
    const width = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8 }[type as string] ?? typeLength;
    if (values * width > bytes.length) throw new Error(`${values} values in ${bytes.length} bytes`);
  } else if (encoding === 'RLE' || (encoding?.endsWith('_DICTIONARY') && type === 'BOOLEAN')) {
    lengthAt(bytes, 0);
    countInRuns({ bytes, start: 4, width: 1, values });
  } else if (encoding?.endsWith('_DICTIONARY')) {
    const [width = 0] = bytes;
    // The decoder reads runs of values without bits in pages of the second form alone.
    if (width > 0 || page.header.type === 'DATA_PAGE_V2') countInRuns({ bytes, start: 1, width, values });
  } else if (encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(bytes, values);
  else if (encoding?.startsWith('DELTA_')) checkDeltas(bytes, 0);
}

/** Booleans are the smallest: eight in a byte. */
function checkPlain(values: number, bytes: number): void {
  if (values > bytes * 8) throw new Error(`${values} values in ${bytes} bytes`);
}

function lengthAt(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new Error('a length is cut');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}

const bitsOf = (highest: number): number => 32 - Math.clz32(highest);
