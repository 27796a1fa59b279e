/**
 * Reading files whole, with errors that say what is missing.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { FileMissingError } from '../errors.ts';
import { readSafetensors, type SafetensorsContent } from '../safetensors.ts';
import {
  parseSafetensorsHead,
  type SafetensorsLayout,
  safetensorsHeadLength,
} from '../safetensors-layout.ts';

/**
 * Bytes of a file (up to 2 GiB, the limit of Node 20).
 *
 * @param options.what what the file is for, named in the error
 * @throws FileMissingError when it cannot be read.
 *
 * @example
 * ```ts
 * const bytes = await readFileBytes('plan.safetensors', { what: 'Steering plan' });
 * ```
 */
export async function readFileBytes(path: string, options: { what: string }): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw missing(path, options.what, cause);
  }
}

/**
 * Reads and checks a safetensors file.
 *
 * @throws FileMissingError, FileFormatError
 *
 * @example
 * ```ts
 * const { metadata, tensors } = await readSafetensorsFile('counts.safetensors', { what: 'Momentum counts' });
 * ```
 */
export async function readSafetensorsFile(
  path: string,
  options: { what: string },
): Promise<SafetensorsContent> {
  return readSafetensors(await readFileBytes(path, options), { path });
}

/**
 * Where the tensors of a safetensors file lie; the tensors themselves are not read.
 *
 * @throws FileMissingError, FileFormatError
 *
 * @example
 * ```ts
 * const { tensors } = await readSafetensorsLayout('model.safetensors', { what: 'Weights' });
 * ```
 */
export async function readSafetensorsLayout(
  path: string,
  options: { what: string },
): Promise<SafetensorsLayout> {
  const handle = await open(path).catch((cause: unknown) => {
    throw missing(path, options.what, cause);
  });
  try {
    const file = { path, bytes: (await handle.stat()).size };
    const start = new Uint8Array(8);
    const { bytesRead } = await handle.read(start, 0, 8, 0);
    const head = new Uint8Array(safetensorsHeadLength(start.subarray(0, bytesRead), file));
    await handle.read(head, 0, head.length, 0);
    return parseSafetensorsHead(head, file);
  } finally {
    await handle.close();
  }
}

/**
 * SHA-256 of a file of any size, streamed, in lower-case hexadecimal.
 *
 * @throws FileMissingError when it cannot be read; the signal's reason when aborted.
 *
 * @example
 * ```ts
 * const hash = await sha256OfFile('model.gguf', { what: 'Model' });
 * ```
 */
export async function sha256OfFile(
  path: string,
  options: { what: string; signal?: AbortSignal },
): Promise<string> {
  const { what, signal } = options;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch (cause) {
    signal?.throwIfAborted();
    throw missing(path, what, cause);
  }
  return hash.digest('hex');
}

function missing(path: string, what: string, cause: unknown): FileMissingError {
  const code = (cause as { code?: string }).code;
  const advice =
    code === 'ENOENT'
      ? 'Check the path'
      : code === 'EISDIR'
        ? 'It is a folder; name a file'
        : `Reading failed with ${code ?? String(cause)}`;
  return new FileMissingError({ path, what, advice, cause });
}
