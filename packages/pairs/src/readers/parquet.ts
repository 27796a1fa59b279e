/**
 * Parquet, the format of the hub's editions of data sets, read one row group at a time.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { FileFormatError, FileMissingError } from '@austeer/core';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type ColumnMetaData,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
  snappyUncompress,
} from 'hyparquet';
import { parseRow, type ReadRow, type RowReaderOptions } from '../rows.ts';
import { checkPages, type ParquetColumn } from './parquet-pages.ts';
import { endOfStruct } from './parquet-thrift.ts';

/** Names and statistics of a file of 10,000 row groups and 20 columns are about 20 MB. */
const METADATA_BYTES_LIMIT = 2 ** 26;
/** A row group is held whole; writers aim at 128 MB, the hub's editions of our data sets stay below 50 MB. */
const ROW_GROUP_BYTES_LIMIT = 2 ** 29;
/** Pages are about 1 MB; the header of a page alone may claim 2 GB, which would be reserved before it is read. */
const PAGE_BYTES_LIMIT = 2 ** 25;
/** Writers aim at a million rows in a row group; a run of a few bytes may claim two thousand million. */
const ROW_GROUP_VALUES_LIMIT = 2 ** 26;

/**
 * Reads a Parquet file row by row; memory holds one row group. `line` counts rows from 1. Structs become objects,
 * 64-bit integers numbers where they are exact. Pages may be plain or compressed with Snappy, gzip or Brotli.
 *
 * @param options.parse turns each row into a result; its FileFormatErrors count as malformed rows
 * @throws FileMissingError; FileFormatError that names file and row of a malformed row, unless `skipBadRows`, and for
 *   a file that is cut, damaged, compressed otherwise, or beyond the limits of this reader.
 *
 * @example
 * ```ts
 * for await (const { line, value } of readParquet('0000.parquet')) console.log(line, value.question);
 * ```
 */
export async function* readParquet<T = Readonly<Record<string, unknown>>>(
  path: string,
  options: RowReaderOptions<T> = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const { parse = (value: unknown) => value as T } = options;
  const file = await openFile(path);
  const metadata = await readMetadata(file, path);
  let first = 0;
  for (const group of metadata.row_groups) {
    const { num_rows, total_byte_size } = group;
    const end = first + Number(num_rows);
    const where = `rows ${first + 1} to ${end}`;
    if (Number(total_byte_size) > ROW_GROUP_BYTES_LIMIT) {
      throw damaged(
        path,
        `${where} need ${total_byte_size} bytes of memory; the limit is ${ROW_GROUP_BYTES_LIMIT}`,
      );
    }
    let rows: readonly Record<string, unknown>[];
    const reads = guardedReads(file);
    try {
      await checkColumns(file, metadata, group);
      const compressors = boundedCompressors();
      const options = { file: reads.file, metadata, rowStart: first, rowEnd: end, compressors };
      rows = await Promise.race([parquetReadObjects(options), reads.failed]);
    } catch (cause) {
      reads.stop();
      throw damaged(path, `${where} cannot be read (${(cause as Error).message})`, cause);
    }
    for (const [index, raw] of rows.entries()) {
      const place = { path, line: first + index + 1, unit: 'row' } as const;
      const row = parseRow(() => ({ line: place.line, value: parse(plainValue(raw), place) }), options);
      if (row !== undefined) yield row;
    }
    first = end;
  }
}

async function openFile(path: string): Promise<AsyncBuffer> {
  try {
    return await asyncBufferFromFile(path);
  } catch (cause) {
    throw new FileMissingError({ path, what: 'Data file', advice: 'Check the path', cause });
  }
}

/**
 * The library begins to read columns before it has looked at all of them. Where it then refuses one, nobody waits for
 * the others any more, and what is wrong with one of these would end the whole process as an unhandled rejection. So
 * no read begins before the library has looked at all, and none is answered once one has failed.
 */
function guardedReads(file: AsyncBuffer): { file: AsyncBuffer; failed: Promise<never>; stop(): void } {
  let stopped = false;
  let fail: (cause: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const never = new Promise<ArrayBuffer>(() => {});
  return {
    failed,
    file: {
      byteLength: file.byteLength,
      async slice(start, end) {
        await setImmediate();
        if (stopped) return never;
        try {
          const bytes = await file.slice(start, end);
          return stopped ? never : bytes;
        } catch (cause) {
          fail(cause);
          return never;
        }
      },
    },
    stop() {
      stopped = true;
    },
  };
}

/** Looks at every page of a row group: it may claim no more rows and values than are there. */
async function checkColumns(file: AsyncBuffer, metadata: FileMetaData, group: RowGroup): Promise<void> {
  const rows = Number(group.num_rows);
  const schema = parquetSchema(metadata);
  const compressors = boundedCompressors();
  let left = ROW_GROUP_VALUES_LIMIT;
  for (const { meta_data } of group.columns) {
    if (meta_data === undefined) continue;
    const name = meta_data.path_in_schema.join('.');
    const column = columnOf(schema, meta_data, compressors);
    // A column without lists has one value a row.
    const isFlat = column.repetitionLevels === 0;
    const valuesLimit = isFlat ? Math.min(left, rows) : left;
    const bytes = await bytesOf(file, meta_data);
    const values = checkPages(bytes, { column, pageBytesLimit: PAGE_BYTES_LIMIT, valuesLimit });
    if (values < rows) throw new Error(`column "${name}" has ${values} values`);
    left -= values;
  }
}

/** @throws Error where the schema has no such column, or its pages cannot be unpacked */
function columnOf(schema: SchemaTree, metadata: ColumnMetaData, compressors: Compressors): ParquetColumn {
  const { path_in_schema: path, codec, type } = metadata;
  let node = schema;
  let definitionLevels = 0;
  let repetitionLevels = 0;
  for (const part of path) {
    const child = node.children.find(({ element }) => element.name === part);
    if (child === undefined) throw new Error(`the schema has no column "${path.join('.')}"`);
    node = child;
    if (node.element.repetition_type !== 'REQUIRED') definitionLevels += 1;
    if (node.element.repetition_type === 'REPEATED') repetitionLevels += 1;
  }
  const unpack = codec === 'UNCOMPRESSED' ? (input: Uint8Array) => input : compressors[codec];
  if (unpack === undefined) throw new Error(`column "${path.join('.')}" is compressed with ${codec}`);
  return { type, typeLength: node.element.type_length, definitionLevels, repetitionLevels, unpack };
}

async function bytesOf(file: AsyncBuffer, column: ColumnMetaData): Promise<Uint8Array> {
  const { dictionary_page_offset, data_page_offset, total_compressed_size } = column;
  // As the library finds them; an offset of 0, which some writers give, is none.
  const start = Number(dictionary_page_offset || data_page_offset);
  const end = start + Number(total_compressed_size);
  if (!(start >= 0 && start <= end && end <= file.byteLength)) {
    throw new Error(`a column from byte ${start} to ${end}; the file has ${file.byteLength}`);
  }
  return new Uint8Array(await file.slice(start, end));
}

async function readMetadata(file: AsyncBuffer, path: string): Promise<FileMetaData> {
  // The last eight bytes: length of the metadata, then the format's mark.
  const tail = file.byteLength < 12 ? undefined : new DataView(await file.slice(file.byteLength - 8));
  if (tail?.getUint32(4, true) !== PARQUET_MARK) throw damaged(path, 'it does not end as Parquet files do');
  const bytes = tail.getUint32(0, true);
  if (bytes > METADATA_BYTES_LIMIT) {
    throw damaged(path, `its metadata have ${bytes} bytes; the limit is ${METADATA_BYTES_LIMIT}`);
  }
  try {
    const start = file.byteLength - 8 - bytes;
    // Cut or not, the library looks at it anew; what it would reserve for nothing is refused here.
    if (start >= 0) {
      const metadata = new Uint8Array(await file.slice(start, start + bytes));
      if (endOfStruct(metadata, 0) === undefined) throw new Error('their structure is damaged');
    }
    // Looking for columns of places, the library steps back for ever over a struct of less than no parts.
    return await parquetMetadataAsync(file, { geoparquet: false });
  } catch (cause) {
    throw damaged(path, `its metadata cannot be read (${(cause as Error).message})`, cause);
  }
}

/** `PAR1`, read as a little-endian number. */
const PARQUET_MARK = 0x31524150;

/** Decompressors for one row group; together they give no more bytes than a row group may have. */
function boundedCompressors(): Compressors {
  let total = 0;
  const bounded =
    (decompress: (input: Uint8Array, bytes: number) => Uint8Array) =>
    (input: Uint8Array, bytes: number): Uint8Array => {
      total += bytes;
      if (bytes > PAGE_BYTES_LIMIT || total > ROW_GROUP_BYTES_LIMIT) {
        throw new Error(
          `a page of ${bytes} bytes; the limits are ${PAGE_BYTES_LIMIT} a page and ${ROW_GROUP_BYTES_LIMIT} a row group`,
        );
      }
      return decompress(input, bytes);
    };
  return {
    SNAPPY: bounded((input, bytes) => {
      const output = new Uint8Array(bytes);
      snappyUncompress(input, output);
      return output;
    }),
    GZIP: bounded((input, bytes) => gunzipSync(input, { maxOutputLength: Math.max(1, bytes) })),
    BROTLI: bounded((input, bytes) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, bytes) })),
  };
}

/** Exact 64-bit integers as numbers, inside structs and lists too; others stay as they are. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
}

function damaged(path: string, problem: string, cause?: unknown): FileFormatError {
  return new FileFormatError({
    path,
    format: 'Parquet',
    problem,
    advice: 'The file may be cut or damaged: fetch it again',
    cause,
  });
}
