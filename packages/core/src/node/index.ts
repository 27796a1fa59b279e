/**
 * Files for Node programs: atomic writes, checked reads, the cache folder and what the environment says about
 * the hub. Everything else in `@austeer/core` runs in browsers too.
 *
 * @module
 */
export {
  checkCachedFile,
  defaultCacheDirectory,
  type FileRecord,
  stampFile,
  stampState,
} from './cache.ts';
export { hubEndpoint, hubToken, offlineByEnvironment } from './hub-settings.ts';
export { readFileBytes, readSafetensorsFile, readSafetensorsLayout, sha256OfFile } from './read-file.ts';
export { writeFileAtomic } from './write-file.ts';
