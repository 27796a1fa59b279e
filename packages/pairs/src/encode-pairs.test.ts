import { EmptyInputError, InvalidArgumentError, UnknownNameError } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePairs } from './encode-pairs.ts';

/** One token a letter, but a colon melts with a capital letter behind it, as `:A` does in real vocabularies. */
const tokenizer = {
  encode: (text: string): number[] =>
    (text.match(/:[A-Z]|[\s\S]/g) ?? []).map((piece) =>
      [...piece].reduce((id, letter) => id * 1000 + letter.codePointAt(0)!, 0),
    ),
};
const tokens = (text: string): number[] => tokenizer.encode(text);
const pair = (id: string, question: string, positive: string, negative: string) => ({
  id,
  question,
  positive,
  negative,
});

describe('encodePairs', () => {
  it('joins text as released, or tokens, and reports where these differ', () => {
    const pairs = [pair('melts', 'Q:', 'A', 'B'), pair('keeps', 'Q: ', 'A', 'B')];
    const byText = encodePairs(pairs, tokenizer);
    const byTokens = encodePairs(pairs, tokenizer, { join: 'tokens' });
    expect(byText.pairs[0]).toEqual({ id: 'melts', positive: tokens('Q:A'), negative: tokens('Q:B') });
    expect(byText.pairs[0]!.positive).toHaveLength(2);
    expect(byTokens.pairs[0]!.positive).toEqual([...tokens('Q:'), ...tokens('A')]);
    expect(byText.pairs[1]).toEqual(byTokens.pairs[1]);
    expect(byText.report.joinedDifferently).toEqual(['melts']);
    expect(byTokens.report.joinedDifferently).toEqual(['melts']);
  });

  it('keeps the label, takes a question of its own for the positive text, and mutates nothing', () => {
    const given = { ...pair('p', 'question', 'x', 'y'), positiveQuestion: '', label: 'yes' };
    const before = structuredClone(given);
    const { pairs, report } = encodePairs([given], tokenizer);
    expect(pairs).toEqual([{ id: 'p', positive: tokens('x'), negative: tokens('questiony'), label: 'yes' }]);
    expect(given).toEqual(before);
    expect(report).toEqual({ joinedDifferently: [], truncated: [], answerLost: [], identical: [] });
  });

  it('cuts the end as released and says which answers are gone', () => {
    const pairs = [
      pair('fits', 'abc', 'x', 'y'),
      pair('lost', 'abcd', 'x', 'y'),
      pair('part', 'abc', 'xyz', 'uvw'),
      pair('one', 'abcd', 'x', ''),
    ];
    const { pairs: encoded, report } = encodePairs(pairs, tokenizer, { maxTokens: 4 });
    expect(encoded[1]).toEqual({ id: 'lost', positive: tokens('abcd'), negative: tokens('abcd') });
    expect(encoded[2]!.positive).toEqual(tokens('abcx'));
    expect(report.truncated).toEqual(['lost', 'part', 'one']);
    expect(report.answerLost).toEqual(['lost', 'one']);
    expect(report.identical).toEqual(['lost', 'one']);
  });

  it('counts a melted answer token as the answer', () => {
    const { pairs, report } = encodePairs([pair('p', 'ab:', 'A', 'B')], tokenizer, { maxTokens: 3 });
    expect(pairs[0]!.positive).toEqual(tokens('ab:A'));
    expect(report.truncated).toEqual([]);
    expect(encodePairs([pair('p', 'ab:', 'A', 'B')], tokenizer, { maxTokens: 2 }).report.answerLost).toEqual([
      'p',
    ]);
  });

  it('cuts the question alike in both texts, and answers only when no question is left', () => {
    const cut = { maxTokens: 4, cut: 'question' } as const;
    const { pairs, report } = encodePairs([pair('p', 'abcd', 'x', 'yz')], tokenizer, cut);
    expect(pairs[0]).toEqual({ id: 'p', positive: tokens('cdx'), negative: tokens('cdyz') });
    expect(report).toEqual({ joinedDifferently: [], truncated: ['p'], answerLost: [], identical: [] });
    const long = encodePairs([pair('p', 'ab', 'uvwxyz', 'y')], tokenizer, cut);
    expect(long.pairs[0]).toEqual({ id: 'p', positive: tokens('uvwx'), negative: tokens('y') });
    expect(long.report.answerLost).toEqual([]);
    const own = encodePairs([{ ...pair('p', 'abcd', 'x', 'y'), positiveQuestion: '' }], tokenizer, cut);
    expect(own.pairs[0]).toEqual({ id: 'p', positive: tokens('x'), negative: tokens('bcdy') });
  });

  it('never exceeds the limit and, cutting questions, keeps short answers whole', () => {
    const text = fc.string({ maxLength: 12 });
    const answer = fc.string({ minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        text,
        answer,
        answer,
        fc.integer({ min: 4, max: 10 }),
        (question, positive, negative, maxTokens) => {
          const pairs = [pair('p', question, positive, negative)];
          for (const cut of ['end', 'question'] as const) {
            const [encoded] = encodePairs(pairs, tokenizer, { join: 'tokens', cut, maxTokens }).pairs;
            expect(encoded!.positive.length).toBeLessThanOrEqual(maxTokens);
            expect(encoded!.negative.length).toBeLessThanOrEqual(maxTokens);
            if (cut === 'question') {
              expect(encoded!.positive.slice(-tokens(positive).length)).toEqual(tokens(positive));
              expect(encoded!.negative.slice(-tokens(negative).length)).toEqual(tokens(negative));
            }
          }
        },
      ),
    );
  });

  it('refuses what it cannot encode', () => {
    const pairs = [pair('p', 'q', 'x', 'y')];
    expect(() => encodePairs([], tokenizer)).toThrow(EmptyInputError);
    expect(() => encodePairs(pairs, tokenizer, { maxTokens: 0 })).toThrow(InvalidArgumentError);
    expect(() => encodePairs([pair('p', '', '', 'y')], tokenizer)).toThrow('pair "p"');
    expect(() => encodePairs(pairs, tokenizer, { join: 'word' as 'text' })).toThrow(UnknownNameError);
    expect(() => encodePairs(pairs, tokenizer, { cut: 'middle' as 'end' })).toThrow(UnknownNameError);
  });

  it('begins every text with the model’s beginning tokens, once, and never cuts them', () => {
    const tokenizer = { beginTokens: [1], encode: (text: string) => [...text].map(Number) };
    const encode = (question: string, options: object): readonly number[] =>
      encodePairs([{ id: '1', question, positive: '7', negative: '8' }], tokenizer, options).pairs[0]!
        .positive;
    expect(encode('2345', {})).toEqual([1, 2, 3, 4, 5, 7]);
    // A chat template may have written them.
    expect(encode('12345', {})).toEqual([1, 2, 3, 4, 5, 7]);
    expect(encode('2345', { maxTokens: 4, cut: 'question' })).toEqual([1, 4, 5, 7]);
    expect(encode('2345', { maxTokens: 4, cut: 'end' })).toEqual([1, 2, 3, 4]);
    expect(encode('2345', { join: 'tokens' })).toEqual([1, 2, 3, 4, 5, 7]);
  });
});
