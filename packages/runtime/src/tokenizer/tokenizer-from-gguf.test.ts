import { readFileSync } from 'node:fs';
import type { GgufFile, GgufValue } from '@austeer/onnx';
import { describe, expect, it } from 'vitest';
import { tokenizerFromGguf } from './tokenizer-from-gguf.ts';

/** What transformers makes of these vocabularies: `tooling/fixtures-gguf/vocabularies.py`. */
const goldens: Readonly<
  Record<
    string,
    {
      metadata: Record<string, GgufValue>;
      strings: { text: string; tokens: number[]; decoded: string }[];
    }
  >
> = JSON.parse(
  readFileSync(
    new URL('../../../../tooling/fixtures-gguf/goldens/vocabularies.json', import.meta.url),
    'utf8',
  ),
);

function fileWith(entries: Readonly<Record<string, GgufValue>>): GgufFile {
  const metadata = Object.entries(entries).map(([key, value]) => [`tokenizer.ggml.${key}`, value] as const);
  return { path: 'model.gguf', metadata: new Map(metadata), tensors: new Map() };
}

describe('tokenizerFromGguf', () => {
  describe.each(Object.keys(goldens))('%s', (name) => {
    const { metadata, strings } = goldens[name]!;
    const tokenizer = tokenizerFromGguf(fileWith(metadata));

    it.each(strings)('$text', ({ text, tokens, decoded }) => {
      expect(tokenizer.encode(text)).toEqual(tokens);
      expect(tokenizer.decode(tokens, { keepSpecialTokens: true })).toBe(decoded);
    });
  });

  it('begins texts with <bos> where the file says so, or says nothing and its kind does', () => {
    const beginTokens = (name: string, entries: Readonly<Record<string, GgufValue>>) =>
      tokenizerFromGguf(fileWith({ ...goldens[name]!.metadata, bos_token_id: 1, ...entries })).beginTokens;
    expect(beginTokens('llama', { add_bos_token: true })).toEqual([1]);
    expect(beginTokens('llama', { add_bos_token: false })).toEqual([]);
    expect(beginTokens('default', { add_bos_token: true })).toEqual([1]);
    expect(beginTokens('default', { add_bos_token: false })).toEqual([]);
    const { add_bos_token: _, ...silent } = goldens.llama!.metadata;
    expect(tokenizerFromGguf(fileWith({ ...silent, bos_token_id: 1 })).beginTokens).toEqual([1]);
  });

  const { metadata } = goldens.llama!;
  it.each([
    ['another kind of tokenizer', { model: 'bert' }, 'UNSUPPORTED_MODEL', 'supported: gpt2'],
    ['an unknown cut', { ...goldens.default!.metadata, pre: 'toString' }, 'UNSUPPORTED_MODEL', 'llama-bpe'],
    ['too few scores', { ...metadata, scores: [0] }, 'FILE_FORMAT', 'scores'],
    ['too few kinds', { ...metadata, token_type: [1] }, 'FILE_FORMAT', 'token_type'],
    ['no list of tokens', { tokens: 1 }, 'FILE_FORMAT', 'ggml.tokens'],
  ])('refuses %s', (_name, entries, code, message) => {
    expect(() => tokenizerFromGguf(fileWith({ ...metadata, ...entries }))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
