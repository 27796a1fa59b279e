/**
 * Replies of judges in files.
 *
 * @module
 */
import { FileFormatError, FileMissingError } from '@austeer/core';
import { readFileBytes, writeFileAtomic } from '@austeer/core/node';
import type { RememberedReply, ReplyStore } from '../judge/remember-replies.ts';

const FORMAT = 'austeer-judge-reply';
const VERSION = 1;

/**
 * Keeps replies in a folder, one JSON file each, named by the hash of judge and question. A file is there whole or not
 * at all; several programs may use one folder.
 *
 * Reading throws FileFormatError for a file that is none of these.
 *
 * @example
 * ```ts
 * import { rememberReplies } from '@austeer/evaluators';
 *
 * declare const judge: Judge;
 * const remembering = rememberReplies(judge, { store: replyFiles('judge-replies') });
 * console.log(remembering.version);
 * ```
 */
export function replyFiles(folder: string): ReplyStore {
  // Two letters of the hash: no folder of a large run gets too long to list.
  const pathOf = (key: string): string => `${folder}/${key.slice(0, 2)}/${key}.json`;
  return {
    async read(key) {
      const path = pathOf(key);
      let text: string;
      try {
        text = new TextDecoder().decode(await readFileBytes(path, { what: 'Reply of a judge' }));
      } catch (error) {
        if (error instanceof FileMissingError && (error.cause as { code?: string }).code === 'ENOENT') {
          return undefined;
        }
        throw error;
      }
      return parseEntry(text, path);
    },
    async write(key, entry) {
      const content = { format: FORMAT, version: VERSION, ...entry };
      await writeFileAtomic(pathOf(key), `${JSON.stringify(content, null, 2)}\n`);
    },
  };
}

function parseEntry(text: string, path: string): RememberedReply {
  const problem = (what: string, cause?: unknown): FileFormatError =>
    new FileFormatError({
      path,
      format: 'judge reply',
      problem: what,
      advice: 'Remove it to have the question asked again',
      cause,
    });
  let value: Partial<RememberedReply> & { format?: unknown; version?: unknown };
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw problem('it is not JSON', cause);
  }
  if (value?.format !== FORMAT || value.version !== VERSION) {
    throw problem(`it is not "${FORMAT}" version ${VERSION}`);
  }
  const { judge, question, reply } = value;
  const known = reply !== undefined && (reply.verdict === undefined) !== (reply.missing === undefined);
  if (judge === undefined || question === undefined || !known) throw problem('a field is missing');
  return { judge, question, reply };
}
