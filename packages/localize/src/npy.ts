/**
 * Arrays that NumPy saved: `.npy`, and `.npz`, a ZIP archive of them. Format: NumPy's `numpy.lib.format`, versions
 * 1 to 3; ZIP: PKWARE's APPNOTE, stored and deflated entries. Nothing is ever unpickled.
 *
 * @module
 */
import { FileFormatError, type FloatTensor, floatTensor, halfToFloat } from '@austeer/core';

const MAGIC = '\x93NUMPY';
/** A header is a short dictionary; anything longer is not one. */
const HEADER_LIMIT = 65_536;
/** Numbers of one array: what a `Float32Array` can hold on every engine. */
const ELEMENTS_LIMIT = 2 ** 31 - 1;
/** Bytes that all arrays of an archive may come to: a small file can unpack to anything. */
const ARCHIVE_LIMIT = 2 ** 34;
const ENTRIES_LIMIT = 65_535;
/** DEFLATE cannot pack more tightly: a directory that says so would reserve memory for nothing. */
const MOST_PACKED = 1032;

const READERS: Readonly<Record<string, { bytes: number; read(view: DataView, at: number): number }>> = {
  f2: { bytes: 2, read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  f4: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f8: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  // What NumPy writes for the bfloat16 of ml_dtypes: the upper half of a float32.
  V2: { bytes: 2, read: (view, at) => bfloat(view.getUint16(at, true)) },
};

/**
 * Reads a `.npy` file of floating-point numbers: float16, float32, float64 (rounded to float32) or bfloat16 (of
 * `ml_dtypes`), little-endian, in C order.
 *
 * @param options.path name used in errors
 * @throws FileFormatError for another type, Fortran order, big-endian numbers, objects, and damage of any kind.
 *
 * @example
 * ```ts
 * const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
 * const bytes = new Uint8Array(10 + header.length + 8);
 * bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
 * bytes.set(new TextEncoder().encode(header), 10);
 * readNpy(bytes).shape; // [1, 2]
 * ```
 */
export function readNpy(bytes: Uint8Array, options: { path?: string } = {}): FloatTensor {
  const { path = 'bytes' } = options;
  const fail = (problem: string, advice?: string): FileFormatError =>
    new FileFormatError({ path, format: 'npy', problem, ...(advice && { advice }) });
  const latin = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (bytes.length < 10 || latin(0, 6) !== MAGIC) throw fail('it does not begin as one');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw fail(`it has version ${version}; 1 to 3 are read`);
  const wide = version > 1;
  const headerStart = wide ? 12 : 10;
  if (bytes.length < headerStart) throw fail('it ends within its header');
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (headerLength > HEADER_LIMIT) {
    throw fail(`its header claims ${headerLength} bytes; the limit is ${HEADER_LIMIT}`);
  }
  const start = headerStart + headerLength;
  if (start > bytes.length) throw fail('it ends within its header');
  const header = latin(headerStart, start);

  const descriptor = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || order === undefined || sizes === undefined) {
    throw fail('its header does not name type, order and shape', 'Save a plain array of numbers');
  }
  const reader = READERS[descriptor.replace(/^[<|]/, '')];
  if (reader === undefined) {
    throw fail(
      `it holds numbers of type ${descriptor}; little-endian float16, float32, float64 and bfloat16 are read`,
      'Save array.astype(numpy.float32)',
    );
  }
  if (order === 'True') {
    throw fail('it is in Fortran order', 'Save numpy.ascontiguousarray(array)');
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements > ELEMENTS_LIMIT) throw fail(`it has ${elements} numbers; the limit is ${ELEMENTS_LIMIT}`);
  if (start + elements * reader.bytes !== bytes.length) {
    throw fail(
      `${bytes.length - start} bytes follow the header, its shape asks for ${elements * reader.bytes}`,
    );
  }
  return floatTensor(
    Float32Array.from({ length: elements }, (_, at) => reader.read(view, start + at * reader.bytes)),
    shape,
  );
}

/**
 * Reads a `.npz` archive, as `numpy.savez` and `numpy.savez_compressed` write it: an array for each name.
 *
 * @param options.path name used in errors
 * @param options.only which arrays are read, by name; the others may be of any type. @default all
 * @throws FileFormatError for what is no such archive, for encrypted or otherwise compressed entries, for two of one
 *   name, and as {@link readNpy}.
 *
 * @example
 * ```ts
 * const emptyArchive = new Uint8Array(22);
 * emptyArchive.set([0x50, 0x4b, 0x05, 0x06]);
 * (await readNpz(emptyArchive)).size; // 0
 * ```
 */
export async function readNpz(
  bytes: Uint8Array,
  options: { path?: string; only?: ((name: string) => boolean) | undefined } = {},
): Promise<ReadonlyMap<string, FloatTensor>> {
  const { path = 'bytes', only = () => true } = options;
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path, format: 'npz', problem, advice: 'Write it with numpy.savez' });
  const arrays = new Map<string, FloatTensor>();
  let total = 0;
  for (const entry of archiveEntries(bytes, fail)) {
    total += entry.size;
    if (total > ARCHIVE_LIMIT) throw fail(`its arrays come to more than ${ARCHIVE_LIMIT} bytes`);
    const name = entry.name.replace(/\.npy$/, '');
    if (arrays.has(name)) throw fail(`it has two arrays "${name}"`);
    if (!only(name)) continue;
    const packed = bytes.subarray(entry.start, entry.start + entry.packedSize);
    const content = entry.deflated ? await inflate(packed, entry.size) : packed;
    if (content?.length !== entry.size) throw fail(`"${entry.name}" is not what its directory says`);
    arrays.set(name, readNpy(content, { path: `${path}:${entry.name}` }));
  }
  return arrays;
}

interface ArchiveEntry {
  readonly name: string;
  readonly start: number;
  readonly packedSize: number;
  readonly size: number;
  readonly deflated: boolean;
}

/** Entries by the archive's central directory; sizes and places are checked against the bytes there are. */
function archiveEntries(bytes: Uint8Array, fail: (problem: string) => FileFormatError): ArchiveEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const within = (at: number, length: number): void => {
    if (!(at >= 0 && at + length <= bytes.length)) throw fail('it ends too early');
  };
  // The end record is 22 bytes and a comment of up to 65,535.
  let end = bytes.length - 22;
  while (end >= Math.max(0, bytes.length - 22 - 65_535) && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw fail('it has no end of a ZIP directory');
  const count = view.getUint16(end + 10, true);
  if (count === ENTRIES_LIMIT) throw fail(`it has ${ENTRIES_LIMIT} entries or more`);
  let at = view.getUint32(end + 16, true);
  const entries: ArchiveEntry[] = [];
  for (let index = 0; index < count; index++) {
    within(at, 46);
    if (view.getUint32(at, true) !== 0x02014b50) throw fail('its directory is damaged');
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    within(at + 46, nameLength + extraLength);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    let sizes = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    // NumPy writes ZIP64 sizes into the extra field of large arrays.
    if (sizes.includes(0xffffffff)) {
      sizes = zip64Sizes(view, at + 46 + nameLength, extraLength, sizes);
      if (sizes.includes(0xffffffff)) throw fail(`"${name}" does not say how large it is`);
    }
    const [size = 0, packedSize = 0, local = 0] = sizes;
    if ((flags & 1) !== 0) throw fail(`"${name}" is encrypted`);
    if (method !== 0 && method !== 8)
      throw fail(`"${name}" is compressed by method ${method}; 0 and 8 are read`);
    within(local, 30);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    within(start, packedSize);
    if (method === 8 && size > packedSize * MOST_PACKED)
      throw fail(`"${name}" cannot unpack to ${size} bytes`);
    entries.push({ name, start, packedSize, size, deflated: method === 8 });
    at += 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Size, packed size and offset, each from the ZIP64 field where the directory holds a mark in its place. */
function zip64Sizes(view: DataView, start: number, length: number, marked: readonly number[]): number[] {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return marked.map((value) => {
      if (value !== 0xffffffff || next + 8 > start + length) return value;
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  return [...marked];
}

/** The unpacked bytes; `undefined` where they are damaged or more than announced. */
async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  const content = new Uint8Array(size);
  let at = 0;
  try {
    const reader = new Blob([packed as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('deflate-raw'))
      .getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > size) {
        await reader.cancel();
        return undefined;
      }
      content.set(value, at);
      at += value.length;
    }
  } catch {
    return undefined;
  }
  return content.subarray(0, at);
}

const bits = new DataView(new ArrayBuffer(4));
function bfloat(upper: number): number {
  bits.setUint32(0, upper << 16);
  return bits.getFloat32(0);
}
