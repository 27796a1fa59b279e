import { describe, expect, it } from 'vitest';
import { readPromptText } from './prompt-text.ts';

/** Tokens are bytes of UTF-8; what is not a whole character decodes to U+FFFD, as real tokenizers do. */
const bytes = {
  decode: (tokens: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(tokens)),
};

describe('readPromptText', () => {
  it('gives every token of a character the whole character', () => {
    const prompt = [...new TextEncoder().encode('aé😀b')];
    const { text, spans } = readPromptText(prompt, bytes);
    expect(text).toBe('aé😀b');
    expect(spans).toEqual([
      [0, 1],
      [1, 2],
      [1, 2],
      [2, 4],
      [2, 4],
      [2, 4],
      [2, 4],
      [4, 5],
    ]);
  });

  it('lets a token without text stand for none, also at the end', () => {
    const words = ['', 'x', 'y'];
    const decode = (tokens: readonly number[]): string => tokens.map((token) => words[token]).join('');
    const { spans } = readPromptText([1, 2, 0], { decode });
    expect(spans).toEqual([
      [0, 1],
      [1, 2],
      [2, 2],
    ]);
    expect(readPromptText([], { decode })).toEqual({ text: '', spans: [] });
  });

  it('believes a later beginning over an earlier one that happens to agree further', () => {
    const beginnings = ['', 'ab', 'a', 'abc'];
    const decode = (tokens: readonly number[]): string => beginnings[tokens.length]!;
    expect(readPromptText([1, 2, 3], { decode }).spans).toEqual([
      [0, 1],
      [1, 3],
      [1, 3],
    ]);
  });

  it('keeps special tokens', () => {
    const given: unknown[] = [];
    readPromptText([7], { decode: (_, options) => String(given.push(options)) });
    expect(given).toEqual([{ keepSpecialTokens: true }, { keepSpecialTokens: true }]);
  });
});
