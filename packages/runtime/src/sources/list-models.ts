/**
 * What the catalogue offers and what of it is on this machine.
 *
 * @module
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defaultCacheDirectory, stampState } from '@austeer/core/node';
import { type CatalogueEntry, MODEL_CATALOGUE } from './catalogue.ts';
import { catalogueDirectory } from './model-directories.ts';

/** One line of the list of models. */
export interface ListedModel {
  readonly entry: CatalogueEntry;
  /** Every file is there and was checked when it came. */
  readonly cached: boolean;
  /** Bytes of all files when complete. */
  readonly bytes: number;
  /** Bytes on disk now. */
  readonly cachedBytes: number;
  /** Where its files lie, or would. */
  readonly directory: string;
}

/**
 * Lists the catalogue, without network and without hashing.
 *
 * @param options.cacheDirectory @default {@link defaultCacheDirectory}
 *
 * @example
 * ```ts
 * for (const { entry, cached, bytes } of await listModels()) [entry.name, cached, bytes];
 * ```
 */
export async function listModels(
  options: { cacheDirectory?: string | undefined } = {},
): Promise<ListedModel[]> {
  const cacheDirectory = resolve(options.cacheDirectory ?? defaultCacheDirectory());
  return Promise.all(
    Object.values(MODEL_CATALOGUE).map(async (entry) => {
      const directory = catalogueDirectory({ cacheDirectory, name: entry.name });
      let bytes = 0;
      let cachedBytes = 0;
      let cached = true;
      for (const file of entry.files) {
        const path = join(directory, file.name);
        bytes += file.bytes;
        cachedBytes += (await stat(path).catch(() => undefined))?.size ?? 0;
        cached &&= (await stampState({ path, expected: file })) === 'right';
      }
      return { entry, cached, bytes, cachedBytes, directory };
    }),
  );
}
