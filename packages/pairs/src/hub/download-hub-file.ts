/**
 * Downloading one file of the hub: continued where it stopped, checked by hash, in place only when right.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HashMismatchError } from '@austeer/core';
import { type FileRecord, stampFile } from '@austeer/core/node';
import { type HubFetch, hubFailure } from './hub-fetch.ts';

/** A file as the hub's listing has it; large files have a SHA-256, small ones the hash that Git knows them by. */
export interface HubFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256?: string | undefined;
  readonly gitHash?: string | undefined;
}

/** Slow is no reason to give up, silence is: 30 s is beyond any pause of a working connection. */
const STALL_MILLISECONDS = 30_000;

/**
 * Downloads to a partial file, which stays for the next call when the download is stopped or cut. A file of the right
 * name appears only when size and hash are right. Throws SourceUnavailableError, HashMismatchError, the signal's reason.
 */
export async function downloadHubFile(options: {
  endpoint: string;
  repository: string;
  commit: string;
  file: HubFile;
  path: string;
  fetch: HubFetch;
  signal: AbortSignal | undefined;
  onBytes: (bytes: number) => void;
}): Promise<FileRecord> {
  const { endpoint, repository, commit, file, path, signal } = options;
  const shared = `${path}.partial`;
  const own = `${shared}.${randomUUID()}`;
  const source = `${endpoint}/datasets/${repository}/resolve/${commit}/${file.name}`;
  await mkdir(dirname(path), { recursive: true });
  // A rename succeeds for one process only, so two never write to one file.
  const continued = await rename(shared, own).then(
    () => true,
    () => false,
  );
  try {
    let found = await transfer({ ...options, own });
    if (continued && !isRight(file, found)) {
      // The old part may be to blame, or a server that knows no ranges; one whole download tells.
      await rm(own, { force: true });
      found = await transfer({ ...options, own });
    }
    if (!isRight(file, found)) {
      await rm(own, { force: true });
      if (found.bytes > file.bytes) throw new Error(`sends more than the ${file.bytes} bytes of its listing`);
      throw new HashMismatchError({
        path: source,
        given: found.sha256,
        expected: file.sha256 ?? `another (Git's hash is ${found.gitHash}, not ${file.gitHash})`,
        advice: 'The download was thrown away; this address carries another file',
      });
    }
    await rename(own, path);
    await stampFile({ path, sha256: found.sha256 });
    return { bytes: file.bytes, sha256: found.sha256 };
  } catch (error) {
    await rename(own, shared).catch(() => undefined);
    throw hubFailure({ error, what: `Data set ${repository}`, source, signal });
  }
}

/** What arrived: size and both hashes. */
interface Arrived {
  readonly bytes: number;
  readonly sha256: string;
  readonly gitHash: string;
}

function isRight(file: HubFile, found: Arrived): boolean {
  const { sha256 = found.sha256, gitHash = found.gitHash } = file;
  return found.bytes === file.bytes && found.sha256 === sha256 && found.gitHash === gitHash;
}

/** Appends to the partial file what it lacks. */
async function transfer(
  options: Parameters<typeof downloadHubFile>[0] & { readonly own: string },
): Promise<Arrived> {
  const { own, file, signal, onBytes } = options;
  const sha256 = createHash('sha256');
  const git = createHash('sha1').update(`blob ${file.bytes}\0`);
  let bytes = 0;
  const count = (chunk: Uint8Array): void => {
    sha256.update(chunk);
    git.update(chunk);
    bytes += chunk.length;
  };
  const handle = await open(own, 'a');
  try {
    const there = (await handle.stat()).size;
    if (there > file.bytes) await handle.truncate(0);
    else if (there > 0)
      for await (const chunk of createReadStream(own, { signal })) count(chunk as Uint8Array);
    if (bytes < file.bytes)
      await append({ ...options, handle, from: bytes, count, reached: () => onBytes(bytes) });
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: sha256.digest('hex'), gitHash: git.digest('hex') };
}

async function append(
  options: Parameters<typeof downloadHubFile>[0] & {
    readonly handle: FileHandle;
    readonly from: number;
    readonly count: (chunk: Uint8Array) => void;
    readonly reached: () => void;
  },
): Promise<void> {
  const { endpoint, repository, commit, file, fetch, handle, from, count, reached } = options;
  const stalled = new AbortController();
  const watch = setTimeout(
    () => stalled.abort(new Error(`no byte for ${STALL_MILLISECONDS / 1000} seconds`)),
    STALL_MILLISECONDS,
  );
  try {
    const { downloadFile } = await import('@huggingface/hub');
    const blob = await downloadFile({
      repo: { type: 'dataset', name: repository },
      path: file.name,
      revision: commit,
      hubUrl: endpoint,
      fetch: fetch.with(stalled.signal).request,
      // Its own protocol asks further hosts; ranges of plain HTTP are all that continuing needs.
      xet: false,
    });
    if (blob === null) throw new Error('answers 404: the file is listed but not there');
    let received = from;
    for await (const chunk of blob.slice(from).stream() as unknown as AsyncIterable<Uint8Array>) {
      watch.refresh();
      received += chunk.length;
      count(chunk);
      // More than was listed cannot be right, and nobody knows how much would follow.
      if (received > file.bytes) return;
      await handle.appendFile(chunk);
      reached();
    }
    if (received < file.bytes) throw new Error(`ends after ${received} of ${file.bytes} bytes`);
  } finally {
    clearTimeout(watch);
  }
}
