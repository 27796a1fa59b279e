/**
 * Files of a data set of the Hugging Face hub, kept in the cache.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Progress, SourceUnavailableError } from '@austeer/core';
import {
  checkCachedFile,
  defaultCacheDirectory,
  type FileRecord,
  hubEndpoint,
  hubToken,
  offlineByEnvironment,
  writeFileAtomic,
} from '@austeer/core/node';
import { downloadHubFile, type HubFile } from './download-hub-file.ts';
import { type HubFetch, hubFailure, hubFetch } from './hub-fetch.ts';

/** Where data sets of the hub come from and are kept. */
export interface HubAccess {
  /** Folder for downloads. @default `AUSTEER_CACHE`, else `austeer` in the user's cache folder */
  readonly cacheDirectory?: string | undefined;
  /** Use what is on this machine only. @default `AUSTEER_OFFLINE` is set, and not to `0` or `false` */
  readonly offline?: boolean | undefined;
  /** Address of the hub or a mirror of it. @default `HF_ENDPOINT`, else huggingface.co */
  readonly hubEndpoint?: string | undefined;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes on this machine so far, stage `download`; `verify` where a cached file is hashed. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of {@link fetchHubFiles}. */
export interface FetchHubFilesOptions extends HubAccess {
  /** `owner/name` of the data set. */
  readonly repository: string;
  /** Branch, tag or commit. @default 'refs/convert/parquet', the hub's own Parquet edition of every data set */
  readonly revision?: string | undefined;
  /** Folder of the repository whose Parquet files are wanted, for example `default/train`. */
  readonly folder: string;
}

/** Files that are all on this machine. */
export interface HubFiles {
  readonly repository: string;
  /** Commit that the revision named when the files were fetched. */
  readonly commit: string;
  /** In the order of their names. `name` is relative to the repository, `path` absolute. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  /** Where they came from in this call. */
  readonly source: 'cache' | 'hub';
}

/** What a finished download leaves beside its files. */
interface Manifest {
  readonly commit: string;
  readonly files: Readonly<Record<string, FileRecord>>;
}

/** The largest split of the paper's tasks is one file; the hub cuts editions into files of about 300 MB. */
const FILES_LIMIT = 64;
/** Far above every data set of the paper (the largest has 70 MB), far below a disk. */
const BYTES_LIMIT = 2 ** 33;
/** Names become paths on this machine: plain words with dots, no step upwards. */
const FILE_NAME = /^\w[\w.-]*(\/\w[\w.-]*)*\.parquet$/;
const REPOSITORY = /^[\w][\w.-]*\/[\w][\w.-]*$/;

/**
 * Brings the Parquet files of one folder of a data set into the cache, through `@huggingface/hub`. Each is checked by
 * the hash that the hub's listing tells; downloads go on where they were stopped. What was once fetched completely is
 * used as it is, without asking the hub again: a result can be repeated. `HF_TOKEN` is sent to the hub's own address
 * only.
 *
 * @throws InvalidArgumentError for a name that is none; SourceUnavailableError when the hub does not deliver, or
 *   offline and not in the cache; HashMismatchError when a file is not what the listing says; the signal's reason.
 *
 * @example
 * ```ts
 * const { commit, files } = await fetchHubFiles({ repository: 'google/boolq', folder: 'default/train' });
 * ```
 */
export async function fetchHubFiles(options: FetchHubFilesOptions): Promise<HubFiles> {
  const { repository, revision = 'refs/convert/parquet', folder, signal, onProgress } = options;
  if (!REPOSITORY.test(repository)) {
    throw new InvalidArgumentError({
      argument: 'repository',
      given: repository,
      expected: 'owner/name of a data set',
    });
  }
  signal?.throwIfAborted();
  const endpoint = hubEndpoint(options.hubEndpoint);
  const cacheDirectory = resolve(options.cacheDirectory ?? defaultCacheDirectory());
  const root = join(cacheDirectory, 'data', repository.replace('/', '--'));
  const manifestPath = join(root, `${encodeURIComponent(`${revision}/${folder}`)}.json`);
  const cached = await readManifest(manifestPath);
  if (cached !== undefined && (await isComplete({ root, manifest: cached, signal, onProgress }))) {
    return resolved({ repository, root, manifest: cached, source: 'cache' });
  }
  if (options.offline ?? offlineByEnvironment()) {
    throw new SourceUnavailableError({
      what: `Data set ${repository}`,
      tried: [
        {
          source: `cache, ${root}`,
          reason: 'not completely there, and AUSTEER_OFFLINE (or the option `offline`) forbids the network',
        },
      ],
      advice: 'Fetch it once while online, or name a folder with the published files',
    });
  }
  const fetch = hubFetch({ fetch: options.fetch ?? globalThis.fetch, token: hubToken(endpoint), signal });
  const { commit, files } = await listFolder({ endpoint, repository, revision, folder, fetch, signal });
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const records: Record<string, FileRecord> = {};
  for (const file of files) {
    const path = join(root, commit, file.name);
    const expected = file.sha256 === undefined ? cached?.files[file.name] : { ...file, sha256: file.sha256 };
    const keep = expected !== undefined && (await checkCachedFile({ path, expected, signal })) === 'right';
    records[file.name] = keep
      ? { bytes: expected.bytes, sha256: expected.sha256 }
      : await downloadHubFile({
          endpoint,
          repository,
          commit,
          file,
          path,
          fetch,
          signal,
          onBytes: (bytes) => onProgress?.({ stage: 'download', done: done + bytes, total }),
        });
    done += file.bytes;
    onProgress?.({ stage: 'download', done, total });
  }
  const manifest: Manifest = { commit, files: records };
  await writeFileAtomic(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
  return resolved({ repository, root, manifest, source: 'hub' });
}

function resolved(options: {
  repository: string;
  root: string;
  manifest: Manifest;
  source: HubFiles['source'];
}): HubFiles {
  const { repository, root, manifest, source } = options;
  const names = Object.keys(manifest.files).sort();
  const files = names.map((name) => ({ name, path: join(root, manifest.commit, name) }));
  return { repository, commit: manifest.commit, files, source };
}

async function listFolder(options: {
  endpoint: string;
  repository: string;
  revision: string;
  folder: string;
  fetch: HubFetch;
  signal: AbortSignal | undefined;
}): Promise<{ commit: string; files: HubFile[] }> {
  const { endpoint: hubUrl, repository, revision, folder, fetch, signal } = options;
  const what = `Data set ${repository}`;
  const source = `${hubUrl}/datasets/${repository}, ${revision}`;
  try {
    const { datasetInfo, listFiles } = await import('@huggingface/hub');
    const info = await datasetInfo({
      name: repository,
      revision,
      additionalFields: ['sha'],
      hubUrl,
      fetch: fetch.request,
    });
    const commit: unknown = info.sha;
    // The commit becomes the name of a folder.
    if (typeof commit !== 'string' || !/^[0-9a-f]{7,64}$/.test(commit)) {
      throw new Error('its answer names no commit');
    }
    const files: HubFile[] = [];
    let bytes = 0;
    for await (const entry of listFiles({
      repo: { type: 'dataset', name: repository },
      path: folder,
      revision: commit,
      recursive: true,
      hubUrl,
      fetch: fetch.request,
    })) {
      if (entry.type !== 'file' || !entry.path.startsWith(`${folder}/`) || !FILE_NAME.test(entry.path))
        continue;
      const { path: name, size, oid, lfs } = entry;
      bytes += size;
      files.push({ name, bytes: size, ...(lfs === undefined ? { gitHash: oid } : { sha256: lfs.oid }) });
      if (files.length > FILES_LIMIT || !(bytes <= BYTES_LIMIT)) {
        throw new Error(`it has more than ${FILES_LIMIT} files or ${BYTES_LIMIT} bytes`);
      }
    }
    if (files.length === 0) throw new Error(`it has no Parquet file in ${folder}`);
    return { commit, files };
  } catch (error) {
    throw hubFailure({ error, what, source, signal });
  }
}

async function isComplete(options: {
  root: string;
  manifest: Manifest;
  signal: AbortSignal | undefined;
  onProgress: HubAccess['onProgress'];
}): Promise<boolean> {
  const { root, manifest, signal, onProgress } = options;
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(root, manifest.commit, name);
    const onHash = (): void => onProgress?.({ stage: 'verify', done: 0, total: expected.bytes });
    if ((await checkCachedFile({ path, expected, signal, onHash })) !== 'right') return false;
  }
  return true;
}

/** A manifest that cannot be read counts as none: the files are then fetched or checked again. */
async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null;
    const { commit, files } = value ?? {};
    const usable =
      /^[0-9a-f]{7,64}$/.test(String(commit)) &&
      Object.keys(files ?? {}).every((name) => FILE_NAME.test(name));
    return usable && files !== undefined ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
