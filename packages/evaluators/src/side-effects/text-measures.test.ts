import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTexts } from './compare-texts.ts';
import { firstSentence, HELD_TEXTS } from './held-texts.ts';
import { isRefusal, REFUSAL_PHRASES } from './refusal.ts';
import { distinctOverall, measureText } from './text-measures.ts';

describe('measureText', () => {
  it('counts words, repeats and different words', () => {
    const measures = measureText('The cat sat on the mat. The cat sat on the chair.');
    expect(measures.words).toBe(12);
    // Of nine runs of four words, "the cat sat on" and "cat sat on the" come twice.
    expect(measures.repetition).toBeCloseTo(2 / 9, 12);
    expect(measures.distinct1).toBeCloseTo(6 / 12, 12);
    // the-cat, cat-sat, sat-on and on-the come twice among eleven pairs.
    expect(measures.distinct2).toBeCloseTo(7 / 11, 12);
    expect(measures.refusal).toBe(false);
  });

  it('gives even n-grams their full entropy and one word over and over none', () => {
    const different = measureText('a b c d e f g h i j');
    expect(different.entropy).toBeCloseTo(Math.log2(9) / 3 + (Math.log2(8) * 2) / 3, 12);
    expect(different.repetition).toBe(0);
    const same = measureText('no no no no no no');
    expect(same.entropy).toBe(0);
    expect(same.repetition).toBeCloseTo(2 / 3, 12);
  });

  it('has no value for what a text is too short for', () => {
    expect(measureText(' … ')).toEqual({
      words: 0,
      repetition: undefined,
      entropy: undefined,
      distinct1: undefined,
      distinct2: undefined,
      refusal: false,
    });
    expect(measureText('two words')).toMatchObject({ words: 2, repetition: undefined, distinct2: 1 });
  });

  it('stays in range for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'don’t', 'well-made', '7', '—')), (parts) => {
        const { words, repetition, distinct1, distinct2 } = measureText(parts.join(' '));
        expect(words).toBe(parts.filter((part) => part !== '—').length);
        for (const share of [repetition, distinct1, distinct2]) {
          if (share !== undefined) expect(share >= 0 && share <= 1).toBe(true);
        }
      }),
    );
  });
});

describe('distinctOverall', () => {
  it('sees what texts have in common', () => {
    expect(distinctOverall(['one two', 'one two'], 2)).toBe(0.5);
    expect(distinctOverall(['one', 'two'], 2)).toBeUndefined();
  });
});

describe('isRefusal', () => {
  it.each([
    ['I’m sorry, but I can’t help with that.', true],
    ['As an AI, I have no opinions.', true],
    ['Sure! Here is how to do it.', false],
    [`${'A long story. '.repeat(20)}"I won't," she said.`, false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isRefusal(text)).toBe(expected);
  });

  it('has phrases as they are looked for', () => {
    for (const phrase of REFUSAL_PHRASES) expect(phrase).toBe(phrase.toLowerCase().replaceAll('’', "'"));
    expect(new Set(REFUSAL_PHRASES).size).toBe(REFUSAL_PHRASES.length);
  });
});

describe('compareTexts', () => {
  it('pairs texts, and leaves those too short in either condition out of a measure', () => {
    const compared = compareTexts({
      vanilla: ['one two three four five', 'a b c d e', 'x y z'],
      steered: ['one one one one one', 'I cannot help with that', 'x'],
    });
    expect(compared.measures.words).toMatchObject({ texts: 3, difference: { value: -2 / 3 } });
    expect(compared.measures.repetition).toMatchObject({ texts: 2, difference: { value: 0.25 } });
    expect(compared.measures.refusal).toMatchObject({ steered: { value: 1 / 3 }, vanilla: { value: 0 } });
    expect(compared.measures.refusal!.vanilla.high).toBeGreaterThan(0.3);
    expect(compared.distinctOverall.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  it('refuses lists that do not fit', () => {
    expect(() => compareTexts({ vanilla: ['a'], steered: [] })).toThrow('1, one for each');
    expect(() => compareTexts({ vanilla: [], steered: [] })).toThrow('none given');
  });
});

describe('held texts', () => {
  it('are 48 different paragraphs of plain English with a first sentence each', () => {
    expect(new Set(HELD_TEXTS).size).toBe(48);
    for (const text of HELD_TEXTS) {
      const { words } = measureText(text);
      expect(words).toBeGreaterThan(25);
      expect(words).toBeLessThan(60);
      const first = firstSentence(text);
      expect(text.startsWith(first)).toBe(true);
      expect(first.length).toBeLessThan(text.length);
      expect(first.endsWith('.')).toBe(true);
    }
  });
});
