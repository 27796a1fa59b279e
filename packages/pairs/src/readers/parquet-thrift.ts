/**
 * Thrift's compact protocol, which Parquet writes its metadata and page headers in, looked at before it is decoded:
 * the decoder reserves what a list claims to hold.
 *
 * @module
 */

/** Structs and lists inside one another; the format has seven. */
const DEPTH_LIMIT = 32;

/**
 * Where a struct ends.
 *
 * @param bytes that hold it
 * @param start its first byte
 * @returns the byte after it; nothing where it is cut, deeper than any of the format, or of types there are not
 */
export function endOfStruct(bytes: Uint8Array, start: number): number | undefined {
  let at = start;
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
  const list = (depth: number): void => {
    const head = byte();
    const type = head & 15;
    const count = head >> 4 === 15 ? varint() : head >> 4;
    // Each item takes a byte or more.
    if (count > bytes.length - at) throw new RangeError('end');
    for (let item = 0; item < count; item++) {
      if (type === 1 || type === 2) at += 1;
      else skip(type, depth + 1);
    }
  };
  const skip = (type: number, depth: number): void => {
    if (type === 3) at += 1;
    else if (type >= 4 && type <= 6) varint();
    else if (type === 7) at += 8;
    else if (type === 8) {
      const length = varint();
      at += length;
    } else if (type === 9 || type === 10) list(depth);
    else if (type === 12) struct(depth + 1);
    else if (type > 2) throw new RangeError(`type ${type}`);
    if (at > bytes.length) throw new RangeError('end');
  };
  const struct = (depth: number): void => {
    if (depth > DEPTH_LIMIT) throw new RangeError('too deep');
    for (let head = byte(); (head & 15) !== 0; head = byte()) {
      // A field is numbered after the one before it, or by a number of its own.
      if (head >> 4 === 0) varint();
      skip(head & 15, depth);
    }
  };
  try {
    struct(0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return at;
}
