/**
 * A model of the hub by its id: the ONNX folder layout, or a single GGUF file.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SourceUnavailableError } from '@austeer/core';
import { checkCachedFile, type FileRecord, writeFileAtomic } from '@austeer/core/node';
import { downloadFile } from './download.ts';
import { chooseModelFiles, hubFileUrl, listRepository } from './hub.ts';
import { repositoryDirectory } from './model-directories.ts';
import { createByteProgress, hubAccess, type ResolveContext, type ResolvedModel } from './resolve-context.ts';

/** What a finished download leaves beside its files: a commit, and each file's size and hash. */
interface Manifest {
  readonly commit: string;
  readonly files: Readonly<Record<string, FileRecord>>;
}

/**
 * Brings the files of a hub repository into the cache. What was once fetched completely is used as it is,
 * without asking the hub again: a result can be repeated. Remove the folder to fetch a newer commit.
 *
 * @throws SourceUnavailableError when the hub does not deliver, or offline and not in the cache.
 * @throws UnsupportedModelError when the repository has neither an ONNX graph nor a single GGUF file.
 * @throws HashMismatchError when a file is not what the hub's listing says.
 * @throws the signal's reason when aborted.
 *
 * @example
 * ```ts
 * declare const context: ResolveContext;
 * const { files } = await resolveRepository({ repository: 'a/b', revision: 'main', context });
 * ```
 */
export async function resolveRepository(options: {
  repository: string;
  revision: string;
  context: ResolveContext;
}): Promise<ResolvedModel> {
  const { repository, revision, context } = options;
  const { cacheDirectory, endpoint, onProgress, signal } = context;
  const root = repositoryDirectory({ cacheDirectory, repository });
  const manifestPath = join(root, `${encodeURIComponent(revision)}.json`);
  const resolved = (manifest: Manifest, source: ResolvedModel['source']): ResolvedModel => {
    const directory = join(root, manifest.commit);
    const names = Object.keys(manifest.files);
    return {
      name: repository,
      directory,
      files: Object.fromEntries(names.map((name) => [name, join(directory, name)])),
      sha256: Object.fromEntries(names.map((name) => [name, manifest.files[name]!.sha256])),
      source,
    };
  };

  const cached = await readManifest(manifestPath);
  if (cached !== undefined && (await isComplete({ root, manifest: cached, context }))) {
    return resolved(cached, 'cache');
  }
  if (context.offline) {
    throw new SourceUnavailableError({
      what: repository,
      tried: [
        {
          source: `cache, ${root}`,
          reason: 'not completely there, and AUSTEER_OFFLINE (or the option `offline`) forbids the network',
        },
      ],
      advice: 'Fetch it once while online, or name a folder on this machine with --model PATH.',
    });
  }

  const access = hubAccess({ context, alone: true });
  const listing = await listRepository({ endpoint, repository, revision, access });
  const chosen = chooseModelFiles({ repository, files: listing.files });
  const known = chosen.every(({ bytes }) => bytes !== undefined);
  const total = known ? chosen.reduce((sum, { bytes }) => sum + bytes!, 0) : undefined;
  const progress = createByteProgress({ onProgress, total });
  const files: Record<string, FileRecord> = {};
  for (const { name, bytes, sha256 } of chosen) {
    const path = join(root, listing.commit, name);
    // The hub tells hashes of large files only; of small ones those of the last download are known.
    const told = bytes !== undefined && sha256 !== undefined ? { bytes, sha256 } : undefined;
    const expected = told ?? (cached?.commit === listing.commit ? cached.files[name] : undefined);
    const keep = expected !== undefined && (await checkCachedFile({ path, expected, signal })) === 'right';
    const url = hubFileUrl({ endpoint, repository, revision: listing.commit, path: name });
    files[name] = keep
      ? expected
      : await downloadFile({ url, path, bytes, sha256, access, onBytes: progress.report });
    progress.next(files[name].bytes);
  }
  const manifest: Manifest = { commit: listing.commit, files };
  await writeFileAtomic(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
  return resolved(manifest, 'hub');
}

async function isComplete(options: {
  root: string;
  manifest: Manifest;
  context: ResolveContext;
}): Promise<boolean> {
  const { root, manifest, context } = options;
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(root, manifest.commit, name);
    const onHash = (): void => context.onProgress?.({ stage: 'verify', done: 0, total: expected.bytes });
    const state = await checkCachedFile({ path, expected, signal: context.signal, onHash });
    if (state !== 'right') return false;
  }
  return true;
}

/** A manifest that cannot be read counts as none: the files are then fetched or checked again. */
async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null;
    return typeof value?.commit === 'string' && typeof value.files === 'object'
      ? (value as Manifest)
      : undefined;
  } catch {
    return undefined;
  }
}
