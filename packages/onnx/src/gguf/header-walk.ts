/**
 * A walk through the header of a GGUF, value by value, without keeping any. Source of the layout: ggml's
 * `docs/gguf.md`.
 *
 * @module
 */

const VALUE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const LIST = 9;
/** Lists in lists; files have none. */
const DEPTH_LIMIT = 4;

/** A place in a header. */
export interface HeaderWalk {
  /** Passes bytes. Returns where they begin. */
  take(size: number): number;
  uint32(): number;
  /** A length or count. */
  size(): number;
  /** Passes keys and their values. */
  keys(count: number): void;
  /** Passes the names, shapes, types and places of tensors. */
  tensors(count: number): void;
  readonly at: number;
}

/**
 * Begins a walk.
 *
 * @param options.bytes the first bytes of the file
 * @param options.start where to begin
 * @param options.version 1 has lengths of 4 bytes, later ones of 8
 * @param options.end called where something goes on behind `bytes`; returns the error
 * @param options.fail called with what is wrong; returns the error
 */
export function walkHeader(options: {
  bytes: Uint8Array;
  start: number;
  version: number;
  end: (needed: number) => Error;
  fail: (problem: string) => Error;
}): HeaderWalk {
  const { bytes, version, end, fail } = options;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizeBytes = version === 1 ? 4 : 8;
  let at = options.start;
  const take = (size: number): number => {
    if (size > bytes.length - at) throw end(at + size);
    at += size;
    return at - size;
  };
  const uint32 = (): number => view.getUint32(take(4), true);
  const size = (): number => (version === 1 ? uint32() : Number(view.getBigUint64(take(8), true)));
  const value = (type: number, depth: number): void => {
    const fixed = VALUE_BYTES[type];
    if (fixed !== undefined) take(fixed);
    else if (type === STRING) take(size());
    else if (type === LIST && depth < DEPTH_LIMIT) {
      const inner = uint32();
      const count = size();
      const each = VALUE_BYTES[inner];
      if (each !== undefined) take(each * count);
      else {
        // Each text begins with its length and each list with its type: a false count is known before it is walked.
        if (count * sizeBytes > bytes.length - at) throw end(at + count * sizeBytes);
        for (let item = 0; item < count; item++) value(inner, depth + 1);
      }
    } else throw fail(`it has metadata of the unknown type ${type}`);
  };
  return {
    take,
    uint32,
    size,
    keys(count) {
      for (let key = 0; key < count; key++) {
        take(size());
        value(uint32(), 0);
      }
    },
    tensors(count) {
      for (let tensor = 0; tensor < count; tensor++) {
        take(size());
        take(uint32() * sizeBytes);
        take(4 + 8);
      }
    },
    get at() {
      return at;
    },
  };
}
