/**
 * The text that each token of a prompt stands for.
 *
 * @module
 */
import type { Tokenizer, TokenSequence } from '@austeer/core';

/** A prompt as text, and where each of its tokens lies in it. */
export interface PromptText {
  /** Special tokens included. */
  readonly text: string;
  /** Characters (UTF-16 units) `[start, end)` of each token; tokens that share a character overlap. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/**
 * Decodes a prompt token by token. Where a character takes several tokens, each of them stands for it.
 *
 * Every beginning of the prompt is decoded from its start, because many tokenizers decode a text cut out of its
 * middle differently; so the work grows with the square of the prompt's length.
 *
 * @example
 * ```ts
 * const words = ['The', ' cat'];
 * const tokenizer = { decode: (tokens: readonly number[]) => tokens.map((token) => words[token]).join('') };
 * readPromptText([0, 1], tokenizer).spans; // [[0, 3], [3, 7]]
 * ```
 */
export function readPromptText(prompt: TokenSequence, tokenizer: Pick<Tokenizer, 'decode'>): PromptText {
  const decode = (count: number): string =>
    tokenizer.decode(prompt.slice(0, count), { keepSpecialTokens: true });
  const text = decode(prompt.length);
  // A character that is not complete yet decodes to something else than it will be, so only what agrees with the
  // whole text counts.
  const ends = prompt.map((_, index) => commonLength(decode(index + 1), text));
  for (let index = ends.length - 2; index >= 0; index--)
    ends[index] = Math.min(ends[index]!, ends[index + 1]!);
  const spans = ends.map((_, index): [number, number] => {
    const start = index === 0 ? 0 : ends[index - 1]!;
    return [start, ends.find((end) => end > start) ?? start];
  });
  return { text, spans };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
