/**
 * The headers of the pages of a Parquet column, looked at before the pages are decoded: the decoder reads on for ever
 * where a damaged header names no size. Format: Thrift's compact protocol, `PageHeader` of `parquet.thrift`.
 *
 * @module
 */

/** Field numbers of `PageHeader`. */
const UNCOMPRESSED_BYTES = 2;
const COMPRESSED_BYTES = 3;
/** Structs inside structs; the format has three. */
const DEPTH_LIMIT = 16;

/**
 * Why the pages of a column cannot be decoded, if they cannot.
 *
 * @param bytes of the column chunk, from its first page
 * @param pageLimit most bytes of an unpacked page
 */
export function problemOfPages(bytes: Uint8Array, pageLimit: number): string | undefined {
  let at = 0;
  // As the decoder: a last byte alone is no page.
  while (at < bytes.length - 1) {
    const header = readHeader(bytes, at);
    if (header === undefined) return `the header of the page at byte ${at} is damaged`;
    const { end, compressed, uncompressed } = header;
    if (!(compressed >= 0 && end + compressed <= bytes.length)) {
      return `the page at byte ${at} claims ${compressed} bytes; the column has ${bytes.length}`;
    }
    if (!(uncompressed >= 0 && uncompressed <= pageLimit)) {
      return `the page at byte ${at} claims ${uncompressed} bytes unpacked; the limit is ${pageLimit}`;
    }
    at = end + compressed;
  }
  return undefined;
}

function readHeader(
  bytes: Uint8Array,
  start: number,
): { end: number; compressed: number; uncompressed: number } | undefined {
  let at = start;
  const sizes = new Map<number, number>();
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new RangeError('end');
    return value;
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const part = byte();
      value += (part & 0x7f) * 2 ** shift;
      if (part < 0x80) return value;
    }
    throw new RangeError('a number of more than 64 bits');
  };
  const zigzag = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const skip = (type: number, depth: number): void => {
    if (type === 3) at += 1;
    else if (type >= 4 && type <= 6) varint();
    else if (type === 7) at += 8;
    else if (type === 8) {
      const length = varint();
      at += length;
    } else if (type === 9 || type === 10) {
      const head = byte();
      const count = head >> 4 === 15 ? varint() : head >> 4;
      // Each item takes a byte or more, so a false count meets the end soon.
      for (let item = 0; item < count; item++) {
        const inner = head & 15;
        if (inner === 1 || inner === 2) byte();
        else skip(inner, depth + 1);
        if (at > bytes.length) throw new RangeError('end');
      }
    } else if (type === 12) struct(depth + 1);
    else if (type > 2) throw new RangeError(`type ${type}`);
  };
  const struct = (depth: number): void => {
    if (depth > DEPTH_LIMIT) throw new RangeError('too deep');
    let field = 0;
    for (let head = byte(); (head & 15) !== 0; head = byte()) {
      field = head >> 4 === 0 ? zigzag() : field + (head >> 4);
      const type = head & 15;
      const isSize =
        depth === 0 && type === 5 && (field === UNCOMPRESSED_BYTES || field === COMPRESSED_BYTES);
      if (isSize) sizes.set(field, zigzag());
      else skip(type, depth);
    }
  };
  try {
    struct(0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const [compressed, uncompressed] = [sizes.get(COMPRESSED_BYTES), sizes.get(UNCOMPRESSED_BYTES)];
  return compressed === undefined || uncompressed === undefined || at > bytes.length
    ? undefined
    : { end: at, compressed, uncompressed };
}
