/**
 * The metadata of a GGUF file as its bytes, so that a copy of the file keeps every value in its own type. Source of
 * the layout: ggml's `docs/gguf.md`.
 *
 * @module
 */
import { open } from 'node:fs/promises';
import { FileFormatError } from '@austeer/core';
import type { GgufFile } from './read-gguf.ts';

/** The part of a GGUF that is not about its tensors. */
export interface RawMetadata {
  /** Number of keys. */
  readonly keys: number;
  /** All keys and values, one after another. */
  readonly bytes: Uint8Array;
  /** Bytes to a multiple of which tensors begin. */
  readonly alignment: number;
}

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
const KEYS_AT = 24;

/**
 * Reads the metadata of a file that was opened, so that its directory is known to be sound.
 *
 * @throws FileFormatError when the metadata is damaged, or of version 1, whose lengths are shorter.
 */
export async function readRawMetadata(file: GgufFile): Promise<RawMetadata> {
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path: file.path, format: 'GGUF', problem, advice: 'Fetch the file again' });
  const bytes = await readHeader(file);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(4, true) < 2) throw fail('it has version 1; 2 and 3 are read');
  let at = KEYS_AT;
  const take = (size: number): number => {
    if (size > bytes.length - at) throw fail('its metadata goes on behind its first tensor');
    at += size;
    return at - size;
  };
  const uint32 = (): number => view.getUint32(take(4), true);
  const uint64 = (): number => Number(view.getBigUint64(take(8), true));
  const skip = (type: number): void => {
    const size = VALUE_BYTES[type];
    if (size !== undefined) take(size);
    else if (type === STRING) take(uint64());
    else if (type === LIST) {
      const inner = uint32();
      const count = uint64();
      const each = VALUE_BYTES[inner];
      if (each !== undefined) take(each * count);
      // Each value takes 8 bytes at least, so that a false count soon meets the end.
      else for (let item = 0; item < count; item++) skip(inner);
    } else throw fail(`it has metadata of the unknown type ${type}`);
  };
  const keys = Number(view.getBigUint64(16, true));
  for (let key = 0; key < keys; key++) {
    take(uint64());
    skip(uint32());
  }
  const alignment = file.metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1) {
    throw fail(`its general.alignment is ${String(alignment)}`);
  }
  return { keys, bytes: bytes.slice(KEYS_AT, at), alignment };
}

/** Everything before the first tensor. */
async function readHeader(file: GgufFile): Promise<Uint8Array> {
  const length = Math.min(...[...file.tensors.values()].map(({ offset }) => offset));
  const handle = await open(file.path);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, 0);
    if (bytesRead === length) return bytes;
    throw new FileFormatError({ path: file.path, format: 'GGUF', problem: 'it ended within its header' });
  } finally {
    await handle.close();
  }
}
