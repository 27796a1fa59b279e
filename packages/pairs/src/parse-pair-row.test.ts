import { FileFormatError } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePairRow } from './parse-pair-row.ts';

const place = { path: 'pairs.jsonl', line: 3 };

describe('parsePairRow', () => {
  it('takes texts word for word', () => {
    expect(parsePairRow({ positive: ' a\n', negative: ' ' }, place)).toEqual({
      id: '3',
      question: '',
      positive: ' a\n',
      negative: ' ',
    });
    const whole = { id: 'x', label: 'yes', question: 'q', positive: 'a', negative: 'b' };
    expect(parsePairRow({ ...whole, note: 1 }, place)).toEqual(whole);
  });

  it('takes tokens as they are, copied', () => {
    const positiveTokens = [1, 2];
    const pair = parsePairRow({ positiveTokens, negativeTokens: [0], label: 'no' }, place);
    expect(pair).toEqual({ id: '3', label: 'no', positive: [1, 2], negative: [0] });
    expect(pair.positive).not.toBe(positiveTokens);
  });

  it.each([
    [null, 'it is null'],
    [{}, 'neither texts nor tokens'],
    [{ positive: 'a', negative: 'b', positiveTokens: [1] }, 'texts and tokens'],
    [{ positive: 'a' }, '"negative" is absent'],
    [{ positive: 'a', negative: '' }, '"negative" is empty'],
    [{ positive: 1, negative: 'b' }, '"positive" is the number 1'],
    [{ positiveTokens: [1], negativeTokens: [] }, '"negativeTokens" is an array'],
    [{ positiveTokens: [1.5], negativeTokens: [1] }, '"positiveTokens"'],
    [{ positiveTokens: [-1], negativeTokens: [1] }, '"positiveTokens"'],
    [{ positiveTokens: ['1'], negativeTokens: [1] }, '"positiveTokens"'],
    [{ positive: 'a', negative: 'b', id: 4 }, '"id" is the number 4'],
    [{ positive: 'a', negative: 'b', label: true }, '"label" is true'],
  ])('refuses %j', (row, message) => {
    expect(() => parsePairRow(row, place)).toThrow(FileFormatError);
    expect(() => parsePairRow(row, place)).toThrow(`pairs.jsonl`);
    expect(() => parsePairRow(row, place)).toThrow(
      `line 3: ${message.startsWith('"') || message.startsWith('it') ? message : `it has ${message}`}`,
    );
  });

  it('accepts or refuses any JSON value with the typed error alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          expect(typeof parsePairRow(value, place).id).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(FileFormatError);
        }
      }),
    );
  });
});
