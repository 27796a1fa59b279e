/**
 * Texts as a sentence encoder reads them: special tokens around, cut at the encoder's limit.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, FileMissingError } from '@austeer/core';
import { Tokenizer } from '@huggingface/tokenizers';

/** Token ids of a text with the special tokens around it, at most `maxTokens`. */
export type SentenceTokenizer = (text: string) => number[];

/**
 * The tokenizer of an encoder's folder. Cutting and padding settings inside `tokenizer.json` are passed over, as
 * sentence-transformers does.
 *
 * @throws FileMissingError, FileFormatError
 */
export async function readSentenceTokenizer(folder: string, maxTokens: number): Promise<SentenceTokenizer> {
  const path = join(folder, 'tokenizer.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileMissingError({
      path,
      what: 'Tokenizer of the sentence encoder',
      advice: 'Fetch tokenizer.json too',
      cause,
    });
  });
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(JSON.parse(text), { clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw new FileFormatError({ path, format: 'tokenizer', problem: (cause as Error).message, cause });
  }
  const plain = (sentence: string): number[] => tokenizer.encode(sentence, { add_special_tokens: false }).ids;
  const whole: readonly number[] = tokenizer.encode('a', { add_special_tokens: true }).ids;
  const inner = plain('a');
  const start = whole.findIndex((_, at) => inner.every((token, index) => whole[at + index] === token));
  const before = whole.slice(0, start);
  const after = whole.slice(start + inner.length);
  const room = maxTokens - before.length - after.length;
  return (sentence) => [...before, ...plain(sentence).slice(0, room), ...after];
}
