/**
 * Reading small GGUF files that are in memory: texts of the metadata, and one-dimensional 32-bit tensors. Source of
 * the layout: ggml's `docs/gguf.md`.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';

/** Bytes of a value of each metadata type; 8 is a text and 9 a list. */
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
const UINT32 = 4;
const STRING = 8;
const LIST = 9;
const F32 = 0;
const VERSIONS: readonly number[] = [2, 3];
/** repeng and llama.cpp write three keys; a chat template or a licence may stand beside them. */
const KEYS_LIMIT = 10_000;
/** One vector a layer; no model has a tenth of these. */
const TENSORS_LIMIT = 10_000;
/** Lists inside lists; the format allows them and nobody writes them. */
const DEPTH_LIMIT = 4;
/** The format itself allows no more. */
const DIMENSIONS_LIMIT = 4;

/** What a control vector needs of a GGUF. */
export interface GgufVectors {
  /** Texts and 32-bit whole numbers; other values are passed over. */
  readonly metadata: ReadonlyMap<string, string | number>;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/**
 * Reads a whole file. Every length is checked against the bytes there are before anything is allocated.
 *
 * @throws FileFormatError when it is no GGUF, is truncated, or holds other tensors than F32 vectors.
 */
export function readGgufVectors(bytes: Uint8Array, path: string): GgufVectors {
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path, format: 'GGUF control vector', problem });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (size: number): number => {
    if (size > bytes.length - at) throw fail(`it ends at byte ${bytes.length}, in the middle of its header`);
    at += size;
    return at - size;
  };
  const uint32 = (): number => view.getUint32(take(4), true);
  const uint64 = (): number => Number(view.getBigUint64(take(8), true));
  const text = (): string => {
    const size = uint64();
    const start = take(size);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, start + size));
    } catch {
      throw fail(`the text at byte ${start} is not UTF-8`);
    }
  };
  const skipValue = (type: number, depth: number): void => {
    if (type === STRING) {
      take(uint64());
    } else if (type === LIST) {
      if (depth >= DEPTH_LIMIT) throw fail(`it has lists inside each other more than ${DEPTH_LIMIT} deep`);
      const inner = uint32();
      const count = uint64();
      const size = VALUE_BYTES[inner];
      if (size !== undefined) take(size * count);
      // Each text or list takes at least 8 bytes, so a false count soon meets the end of the file.
      else for (let item = 0; item < count; item++) skipValue(inner, depth + 1);
    } else {
      const size = VALUE_BYTES[type];
      if (size === undefined) throw fail(`it has metadata of the unknown type ${type}`);
      take(size);
    }
  };

  if (bytes.length < 4 || new TextDecoder().decode(bytes.subarray(0, 4)) !== 'GGUF') {
    throw fail('it does not begin with GGUF');
  }
  take(4);
  const version = uint32();
  if (!VERSIONS.includes(version)) throw fail(`it has GGUF version ${version}; this program reads 2 and 3`);
  const tensorCount = uint64();
  const keyCount = uint64();
  if (keyCount > KEYS_LIMIT) throw fail(`it claims ${keyCount} keys; the limit is ${KEYS_LIMIT}`);
  if (tensorCount > TENSORS_LIMIT)
    throw fail(`it claims ${tensorCount} tensors; the limit is ${TENSORS_LIMIT}`);

  const metadata = new Map<string, string | number>();
  for (let key = 0; key < keyCount; key++) {
    const name = text();
    const type = uint32();
    if (type === STRING) metadata.set(name, text());
    else if (type === UINT32) metadata.set(name, uint32());
    else skipValue(type, 0);
  }
  const entries = Array.from({ length: tensorCount }, () => {
    const name = text();
    const dimensions = uint32();
    if (dimensions > DIMENSIONS_LIMIT) throw fail(`tensor "${name}" claims ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, uint64);
    return { name, shape, type: uint32(), offset: uint64() };
  });

  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || alignment < 1 || alignment % 8 !== 0) {
    throw fail(`its general.alignment is ${alignment}`);
  }
  const dataStart = Math.ceil(at / alignment) * alignment;
  const vectors = new Map<string, Float32Array>();
  for (const { name, shape, type, offset } of entries) {
    const [length] = shape;
    if (type !== F32 || shape.length !== 1 || length === undefined) {
      throw fail(
        `tensor "${name}" is not a vector of 32-bit floats (type ${type}, shape [${shape.join(', ')}])`,
      );
    }
    if (vectors.has(name)) throw fail(`it has tensor "${name}" twice`);
    const start = dataStart + offset;
    const end = start + length * 4;
    if (end > bytes.length) throw fail(`tensor "${name}" ends at byte ${end} of ${bytes.length}`);
    // Not bytes.slice: a Node Buffer would share its memory, at an offset that 32-bit floats may not start at.
    vectors.set(name, new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer));
  }
  return { metadata, vectors };
}
