/**
 * Files for Node programs: atomic writes and checked reads. Everything else in `@austeer/core` runs in
 * browsers too.
 *
 * @module
 */
export { readFileBytes, readSafetensorsFile, readSafetensorsLayout, sha256OfFile } from './read-file.ts';
export { writeFileAtomic } from './write-file.ts';
