/**
 * Writing files so that a reader sees the old content or the new, never half.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileWriteError } from '../errors.ts';

/**
 * Writes a file through a temporary one beside it and a rename. Folders are made as needed; on failure
 * nothing is left behind and an existing file stays as it was.
 *
 * @param content text, bytes, or bytes in parts (streamed, never held whole)
 * @throws FileWriteError where there is a folder of that name, or no file may be made.
 *
 * @example
 * ```ts
 * await writeFileAtomic('out/plan.json', '{}');
 * ```
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  let file: FileHandle;
  try {
    await mkdir(dirname(path), { recursive: true });
    file = await open(temporary, 'wx');
  } catch (cause) {
    throw new FileWriteError({ path, cause });
  }
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      await file.writeFile(content);
    } else {
      for await (const part of content) await file.writeFile(part);
    }
    await file.sync();
    await file.close();
    await rename(temporary, path).catch((cause: unknown) => {
      throw new FileWriteError({ path, cause });
    });
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
