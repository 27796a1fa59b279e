import { describe, expect, it } from 'vitest';
import { cutAfterWord, exactMatch, extractNumber, numericMatch } from './match.ts';
import { predictByForms } from './two-way.ts';

describe('exactMatch', () => {
  it.each([
    [' Yes', ' yes', true],
    ['yes\n', 'YES', true],
    ['yes.', 'yes', false],
    ['', 'yes', false],
    ['A', ' a ', true],
  ])('%j against %j', (answer, gold, expected) => {
    expect(exactMatch({ answer, gold })).toBe(expected);
  });
});

describe('extractNumber', () => {
  it.each([
    // text, official, strict
    ['8', 8, 8],
    ['She has 12 - 4 = 8 apples.', 8, 8],
    ['#### 42 and then 7', 42, 42],
    ['first 3, then #### 5.5', 5.5, 5.5],
    ['It costs 1,200 dollars', 200, 1200],
    ['about 3/4 of it', 4, 0.75],
    ['minus -7', -7, -7],
    ['5-3', -3, 3],
    ['room x2', 2, undefined],
    ['no number', undefined, undefined],
    ['', undefined, undefined],
    ['145.0', 145, 145],
    ['3 / 0', 0, undefined],
    ['#### none, so 9', 9, 9],
    ['It was 1.5.', 1.5, 1.5],
    // thousands separators
    ['1,234,567.5 in all', 567.5, 1234567.5],
    ['12,34 and 5', 5, 5],
    ['either 1,200 or 1200', 1200, 1200],
    // signs
    ['+7', 7, 7],
    ['it fell to \u22127', 7, -7],
    ['between 3-5', -5, 5],
    ['12 - 4', 4, 4],
    // decimals
    ['.5', 5, 0.5],
    ['0.125', 0.125, 0.125],
    ['-0.5', -0.5, -0.5],
    ['version 1.2.3', 3, undefined],
    // units
    ['$1,200', 200, 1200],
    ['a loss of -$5', 5, -5],
    ['5kg', 5, 5],
    ['12.5cm wide', 12.5, 12.5],
    ['50%', 50, 50],
    ['€3.20 each', 3.2, 3.2],
    ['the 2nd of them', 2, undefined],
    ['a 4x4', 4, undefined],
    // fractions
    ['1 / 4 of 8kg', 8, 8],
    ['it is 1/4', 4, 0.25],
    // ####
    ['2 + 2 = 5 #### 4', 4, 4],
    ['#### $1,200 in all', 200, 1200],
    ['#### -3', -3, -3],
    ['#### 1 #### 2', 1, 1],
  ])('%j', (text, official, strict) => {
    expect(extractNumber(text, 'official')).toBe(official);
    expect(extractNumber(text, 'strict')).toBe(strict);
  });
});

describe('numericMatch', () => {
  it('compares values, not texts', () => {
    expect(numericMatch({ answer: 'It is 145', gold: '145.0', rule: 'official' })).toBe(true);
    expect(numericMatch({ answer: 'It is 146', gold: '145.0', rule: 'official' })).toBe(false);
    expect(numericMatch({ answer: 'I do not know', gold: '145.0', rule: 'official' })).toBe(false);
  });

  it('is missing where the gold has no number', () => {
    expect(numericMatch({ answer: '3', gold: 'three', rule: 'strict' })).toBeUndefined();
  });
});

describe('predictByForms', () => {
  it('sums the probability of the forms of a class', () => {
    const forms = ['yes', 'yes', 'no'];
    const half = Math.log(0.3);
    expect(predictByForms({ forms, logProbabilities: [half, half, Math.log(0.4)] })).toMatchObject({
      prediction: 'yes',
      margin: { towards: 'yes', value: expect.closeTo(Math.log(0.6 / 0.4), 10) },
    });
  });

  it('gives ties to the first class, and no margin for three', () => {
    expect(predictByForms({ forms: ['a', 'b'], logProbabilities: [-1, -1] }).prediction).toBe('a');
    expect(predictByForms({ forms: ['a', 'b', 'c'], logProbabilities: [-3, -2, -1] })).not.toHaveProperty(
      'margin',
    );
  });

  it('takes impossible answers', () => {
    const none = Number.NEGATIVE_INFINITY;
    expect(predictByForms({ forms: ['a', 'b'], logProbabilities: [none, -1] }).prediction).toBe('b');
  });

  it('refuses lists that do not fit', () => {
    expect(() => predictByForms({ forms: ['a'], logProbabilities: [] })).toThrow('1, one for each form');
    expect(() => predictByForms({ forms: [], logProbabilities: [] })).toThrow('none given');
  });
});

describe('cutAfterWord', () => {
  it.each([
    ['12 apples', '12 apples'],
    ['I think 3. Answer: 8 and then 9', 'I think 3. Answer: 8'],
    ['Answer', 'Answer'],
    ['Answer:\n7 Answer: 5', 'Answer: 7'],
  ])('%j', (answer, expected) => {
    expect(cutAfterWord(answer, 'Answer')).toBe(expected);
  });
});
