/**
 * The metadata of a GGUF file as its bytes, so that a copy of the file keeps every value in its own type. Source of
 * the layout: ggml's `docs/gguf.md`.
 *
 * @module
 */
import { open } from 'node:fs/promises';
import { FileFormatError } from '@austeer/core';
import { walkHeader } from './header-walk.ts';
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
  const keys = Number(view.getBigUint64(16, true));
  const end = (): FileFormatError => fail('its metadata goes on behind its first tensor');
  const walk = walkHeader({ bytes, start: KEYS_AT, version: 2, end, fail });
  walk.keys(keys);
  const alignment = file.metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1) {
    throw fail(`its general.alignment is ${String(alignment)}`);
  }
  return { keys, bytes: bytes.slice(KEYS_AT, walk.at), alignment };
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
