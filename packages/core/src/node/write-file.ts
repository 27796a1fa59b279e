/**
 * Writing files so that a reader sees the old content or the new, never half.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file through a temporary one beside it and a rename. Folders are made as needed; on failure
 * nothing is left behind and an existing file stays as it was.
 *
 * @param content text, bytes, or bytes in parts (streamed, never held whole)
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
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx');
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      await file.writeFile(content);
    } else {
      for await (const part of content) await file.writeFile(part);
    }
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
