import type { ContrastivePair } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { describePairs, type PairStatisticsOptions } from './pair-statistics.ts';
import { pairWarnings } from './pair-warnings.ts';

const pair = (question: string, positive: string, negative: string, label?: string): ContrastivePair => ({
  id: '',
  question,
  positive,
  negative,
  ...(label !== undefined && { label }),
});
/** Pairs in which nothing stands out: both answers alike, none more frequent than others. */
const even = (count: number): ContrastivePair[] =>
  Array.from({ length: count }, (_, index) =>
    pair(`Question ${index}?`, ` answer ${index}`, ` answer ${(index + count / 2) % count}`),
  );
const codes = async (
  pairs: readonly ContrastivePair[],
  options: PairStatisticsOptions = {},
): Promise<string[]> => pairWarnings(await describePairs(pairs, options)).map(({ code }) => code);
/** Every letter is a token; a space joins the letter after it. */
const letters = {
  encode: (text: string) => (text.match(/ ?[^ ]| /g) ?? []).map((part) => part.codePointAt(0)!),
};

describe('statistics of pairs', () => {
  it('are right on an example', async () => {
    const pairs = [
      pair('Is ice cold? yes or no?', ' yes', ' no', 'yes'),
      pair('Is ice cold? yes or no?', ' no', ' yes', 'no'),
      pair('Is ice cold? yes or no?', ' yes', ' no', 'yes'),
      pair('Name a red fruit.', ' A ripe cherry.', ' A ripe banana'),
      pair('Name a fruit.', ' pear', ' pear'),
      pair('Name another.', ' fig', ' '),
    ];
    expect(await describePairs(pairs)).toEqual({
      pairs: 6,
      distinctQuestions: 4,
      identical: 1,
      blankNegatives: 1,
      duplicates: 1,
      contradictions: 2,
      mostFrequent: { positive: { answer: 'yes', pairs: 2 }, negative: { answer: 'no', pairs: 2 } },
      distinctAnswers: 5,
      characters: { positiveMedian: 3, negativeMedian: 2.5, gapMedian: 1, longest: 14 },
      wordOverlap: (2 / 4 + 1) / 6,
      leaks: { positive: 3, negative: 3 },
      labels: { no: 1, yes: 2 },
      cues: [
        { name: 'is longer by a tenth', positiveOnly: 3, negativeOnly: 1 },
        { name: 'ends with a mark', positiveOnly: 1, negativeOnly: 0 },
        { name: 'begins with a capital', positiveOnly: 0, negativeOnly: 0 },
        { name: 'holds a digit', positiveOnly: 0, negativeOnly: 0 },
        { name: 'holds a line break', positiveOnly: 0, negativeOnly: 0 },
        { name: 'begins with white space', positiveOnly: 0, negativeOnly: 0 },
        { name: 'ends with white space', positiveOnly: 0, negativeOnly: 1 },
      ],
    });
  });

  it('count what the tokens hide', async () => {
    const { tokens } = await describePairs(
      [pair('abcdef', ' g', ' h'), pair('abcd', ' ef', ' eg'), pair('ab', 'c', 'd'), pair('', 'a', 'b')],
      { tokenizer: letters, maxTokens: 5 },
    );
    expect(tokens).toEqual({
      limit: 5,
      longest: 7,
      truncated: 2,
      answerLost: 1,
      joinedDifferently: 0,
      identical: 2,
    });
  });
});

describe('warnings', () => {
  it('are none where nothing stands out', async () => {
    expect(await codes(even(200))).toEqual([]);
    expect(await codes(even(200), { tokenizer: letters })).toEqual([]);
  });

  it.each<[string, readonly ContrastivePair[]]>([
    ['no-pairs', []],
    ['few-pairs', even(60)],
    ['identical', [...even(200), pair('Q', ' a', ' a')]],
    ['blank-negatives', [...even(200), pair('Q', 'a', ' ')]],
    ['duplicates', [...even(200), even(200)[0]!]],
    ['contradictions', [...even(200), pair('Question 1?', ' answer 101', ' answer 9')]],
    ['length-gap', even(200).map((row) => ({ ...row, positive: `${row.positive} and more` }))],
    ['surface-cue', even(200).map((row) => ({ ...row, positive: `${row.positive.slice(0, -1)}.` }))],
    [
      'frequent-answer',
      even(200).map((row, index) => ({
        ...row,
        positive: index % 4 ? ' yes' : ' not',
        negative: index % 4 ? ' not' : ' yes',
      })),
    ],
    ['frequent-label', even(200).map((row, index) => ({ ...row, label: index % 4 ? 'yes' : 'no' }))],
    [
      'frequent-negative',
      even(200).map((row, index) => (index % 3 ? row : { ...row, negative: ' answer 7b' })),
    ],
    ['answer-leak', even(200).map((row) => ({ ...row, question: `${row.question}${row.positive}` }))],
  ])('name %s', async (code, pairs) => {
    expect(await codes(pairs)).toContain(code);
  });

  it('say how many and what to do', async () => {
    const long = even(200).map((row) => ({ ...row, positive: `${row.positive} and more` }));
    const warning = pairWarnings(await describePairs(long)).find(({ code }) => code === 'length-gap');
    expect(warning?.message).toMatch(
      /^The right answer is longer by a tenth or more in 200 of 200 \(100 %\) pairs.*--negatives length/,
    );
  });

  it('name answers that the limit takes', async () => {
    const options = { tokenizer: letters, maxTokens: 12 };
    expect(await codes([...even(200), pair('a very long question', 'x', 'y')], options)).toContain(
      'answer-lost',
    );
    expect(await codes([...even(200), pair('0123456789', 'wx', 'yzz')], options)).toContain('answer-cut');
  });
});
