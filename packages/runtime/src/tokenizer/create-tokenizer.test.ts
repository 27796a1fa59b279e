import { encodePrompt } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { createTokenizer } from './create-tokenizer.ts';

const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});
const tokenizer = (postProcessor: object | null) =>
  createTokenizer({
    tokenizer: {
      added_tokens: [special(3, '<s>'), special(4, '</s>')],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: postProcessor,
      decoder: { type: 'Fuse' },
      model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, '<s>': 3, '</s>': 4 }, merges: ['a b'] },
    },
    endTokens: [4],
    chatTemplate: "{{ bos_token }}{% for m in messages %}{{ m['content'] }}{% endfor %}",
    specialTexts: { bos_token: '<s>' },
  });
const template = (...before: object[]) => ({
  type: 'TemplateProcessing',
  single: [...before, { Sequence: { id: 'A', type_id: 0 } }],
  pair: [],
  special_tokens: {
    '<s>': { id: '<s>', ids: [3], tokens: ['<s>'] },
    '</s>': { id: '</s>', ids: [4], tokens: ['</s>'] },
  },
});

describe('beginning tokens', () => {
  it('are those that the tokenizer’s own post-processor puts before a text', () => {
    expect(tokenizer(null).beginTokens).toEqual([]);
    const begins = tokenizer(template({ SpecialToken: { id: '<s>', type_id: 0 } }));
    expect(begins.beginTokens).toEqual([3]);
    // Encoding itself adds none: a text may go on from another.
    expect(begins.encode('ab')).toEqual([2]);
    expect(encodePrompt(begins, 'ab')).toEqual([3, 2]);
  });

  it('are not written twice after a chat template that writes them', () => {
    const begins = tokenizer(template({ SpecialToken: { id: '<s>', type_id: 0 } }));
    const text = begins.applyChatTemplate([{ role: 'user', content: 'ab' }]);
    expect(text).toBe('<s>ab');
    expect(encodePrompt(begins, text)).toEqual([3, 2]);
  });
});
