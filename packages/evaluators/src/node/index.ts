/**
 * What evaluators keep in files. Everything else in `@austeer/evaluators` runs in browsers too.
 *
 * @module
 */
export { replyFiles } from './reply-files.ts';
