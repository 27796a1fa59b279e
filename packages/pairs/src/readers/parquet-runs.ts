/**
 * Parquet's runs, in which levels and places in a dictionary are written: a value that is repeated, or values packed
 * side by side. The decoder believes every length, so the lengths are looked at before it.
 *
 * @module
 */

/** Writers fill up a last packed run: most to 8 values, some to 256. */
const FILLING_LIMIT = 1024;

/**
 * Walks through runs as the decoder does.
 *
 * @param options.bytes that hold the runs
 * @param options.start the first byte of the first run
 * @param options.width bits of a value
 * @param options.values how many there must be
 * @param options.equalTo the value to count
 * @returns how many of the values equal `equalTo`
 * @throws Error where the runs are cut, or hold more than `values`
 */
export function countInRuns(options: {
  bytes: Uint8Array;
  start: number;
  width: number;
  values: number;
  equalTo?: number;
}): number {
  const { bytes, start, width, values, equalTo } = options;
  if (width > 32) throw new Error(`values of ${width} bits`);
  let at = start;
  let seen = 0;
  let equal = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new Error('a run is cut');
    return value;
  };
  const head = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const part = byte();
      value += (part & 0x7f) * 2 ** shift;
      if (part < 0x80) return value;
    }
    throw new Error('a run of more than 32 bits');
  };
  while (seen < values) {
    const header = head();
    const left = values - seen;
    if (header % 2 === 0) {
      const count = header / 2;
      if (count > left) throw new Error(`a run of ${count} values where ${left} are left`);
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value += byte() * 2 ** shift;
      if (value === equalTo) equal += count;
      seen += count;
    } else {
      const count = ((header - 1) / 2) * 8;
      if (count > left + FILLING_LIMIT) throw new Error(`a run of ${count} values where ${left} are left`);
      const taken = Math.min(count, left);
      if (equalTo !== undefined) equal += countPacked(bytes, at, width, taken, equalTo);
      at += (count / 8) * width;
      seen += taken;
    }
  }
  return equal;
}

/** How many of the values packed from a byte on equal one; bytes that are missing are read as zeros. */
function countPacked(
  bytes: Uint8Array,
  start: number,
  width: number,
  count: number,
  equalTo: number,
): number {
  let equal = 0;
  for (let index = 0, bit = start * 8; index < count; index++) {
    let value = 0;
    for (let read = 0; read < width; read++, bit++) {
      value += (((bytes[bit >>> 3] ?? 0) >>> (bit & 7)) & 1) * 2 ** read;
    }
    if (value === equalTo) equal += 1;
  }
  return equal;
}
