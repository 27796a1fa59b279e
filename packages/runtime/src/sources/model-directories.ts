/**
 * Layout of the cache folder.
 *
 * @module
 */
import { join } from 'node:path';

/**
 * Folder of a model of the catalogue.
 *
 * @example
 * ```ts
 * catalogueDirectory({ cacheDirectory: 'cache', name: 'minilm' }); // 'cache/models/minilm'
 * ```
 */
export function catalogueDirectory(options: { cacheDirectory: string; name: string }): string {
  return join(options.cacheDirectory, 'models', options.name);
}

/**
 * Folder of a hub repository; each commit has a folder in it, each revision asked for a manifest.
 *
 * @example
 * ```ts
 * repositoryDirectory({ cacheDirectory: 'cache', repository: 'a/b' }); // 'cache/hub/a/b'
 * ```
 */
export function repositoryDirectory(options: { cacheDirectory: string; repository: string }): string {
  return join(options.cacheDirectory, 'hub', ...options.repository.split('/'));
}
