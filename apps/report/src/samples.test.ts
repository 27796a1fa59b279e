import type { SampleCondition, SampleSet } from '@austeer/experiments';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Compared,
  excerpt,
  FILTERS,
  isChanged,
  selectSamples,
  sharedBeginning,
  sharedEnding,
  splitAtHits,
  verdictOf,
} from './samples.ts';

const condition = (
  name: string,
  rows: readonly [answer: string | null, correct: boolean | null][],
): SampleCondition => ({
  name,
  answers: rows.map(([answer]) => answer),
  correct: rows.map(([, correct]) => correct),
  valid: rows.map(([answer]) => (answer === null ? null : answer !== 'maybe')),
  predictions: rows.map(() => null),
  margins: rows.map(() => null),
});
const set = (prompts: readonly string[], conditions: readonly SampleCondition[]): SampleSet => ({
  phase: 'test',
  ids: prompts.map((_, index) => `file:${index + 1}`),
  prompts,
  golds: prompts.map(() => 'yes'),
  labels: prompts.map(() => null),
  conditions,
});

const first = condition('vanilla', [
  ['no', false],
  ['yes', true],
  ['yes', true],
  ['no', false],
  ['maybe', null],
  [null, null],
]);
const second = condition('steered', [
  ['yes', true],
  ['no', false],
  ['Yes', true],
  ['no', false],
  ['yes', true],
  ['yes', true],
]);
const compared: Compared = {
  set: set(['Is it a (b)?', 'IS IT c?', 'd', 'e', 'f', 'g'], [first, second]),
  first,
  second,
};

describe('verdicts', () => {
  it('say what changed, and nothing where a side could not be judged', () => {
    expect([0, 1, 2, 3, 4, 5].map((item) => verdictOf(compared, item))).toEqual([
      'gained',
      'lost',
      'right',
      'wrong',
      'unjudged',
      'unjudged',
    ]);
  });

  it('of a judge stand in place of right and wrong', () => {
    const judged = { ...second, predictions: ['win', 'lose', 'tie', null, null, null] };
    expect([0, 1, 2, 3].map((item) => verdictOf({ first, second: judged }, item))).toEqual([
      'gained',
      'lost',
      'tied',
      'wrong',
    ]);
  });

  it('of one condition alone are right or wrong', () => {
    expect([0, 1, 4].map((item) => verdictOf({ first }, item))).toEqual(['wrong', 'right', 'unjudged']);
    expect(isChanged({ first }, 0)).toBe(false);
  });
});

describe('selectSamples', () => {
  it.each([
    ['all', [0, 1, 2, 3, 4, 5]],
    ['changed', [0, 1, 2, 4]],
    ['gained', [0]],
    ['lost', [1]],
    ['right', [2]],
    ['wrong', [3]],
    ['invalid', [4]],
    ['unjudged', [4, 5]],
  ] as const)('%s', (filter, expected) => {
    expect(selectSamples(compared, { filter })).toEqual(expected);
  });

  it('searches prompts, answers, gold answers and ids, whatever the case', () => {
    expect(selectSamples(compared, { search: 'is it' })).toEqual([0, 1]);
    expect(selectSamples(compared, { search: 'MAYBE' })).toEqual([4]);
    expect(selectSamples(compared, { search: 'file:6' })).toEqual([5]);
    expect(selectSamples(compared, { search: 'yes', filter: 'lost' })).toEqual([1]);
  });

  it('takes the signs of patterns as they are', () => {
    expect(selectSamples(compared, { search: '(b)?' })).toEqual([0]);
    expect(selectSamples(compared, { search: '.*' })).toEqual([]);
  });

  it('sorts every item into exactly one verdict', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', null), fc.constantFrom(true, false, null)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(rows, rows, (one, two) => {
        const items = Math.min(one.length, two.length);
        const [a, b] = [condition('a', one.slice(0, items)), condition('b', two.slice(0, items))];
        const both: Compared = { set: set(a.answers.map(String), [a, b]), first: a, second: b };
        const verdicts = FILTERS.filter((name) => !['all', 'changed', 'invalid'].includes(name));
        const found = verdicts.flatMap((filter) => selectSamples(both, { filter }));
        expect(found.sort((x, y) => x - y)).toEqual(Array.from({ length: items }, (_, index) => index));
      }),
    );
  });
});

describe('texts of the list', () => {
  it('leave out what all begin with, at the end of a word', () => {
    const texts = ['Answer this.\nQuestion: one', 'Answer this.\nQuestion: only'];
    expect(sharedBeginning(texts)).toBe('Answer this.\nQuestion: '.length);
    expect(sharedBeginning(['alone'])).toBe(0);
    expect(sharedBeginning([])).toBe(0);
    expect(excerpt(texts[1]!, { beginning: sharedBeginning(texts), ending: 0, search: '' })).toBe('… only');
  });

  it('leave out what all end with, from the beginning of a word', () => {
    const texts = ['Which? one\nAnswer: ', 'Which? everyone\nAnswer: '];
    const shared = { beginning: sharedBeginning(texts), ending: sharedEnding(texts) };
    expect(shared).toEqual({ beginning: 'Which? '.length, ending: '\nAnswer: '.length });
    expect(excerpt(texts[1]!, { ...shared, search: '' })).toBe('… everyone …');
    expect(excerpt(texts[1]!, { ...shared, search: 'answer' })).toBe('… everyone\nAnswer: ');
    const alike = ['all alike', 'all alike'];
    const all = { beginning: sharedBeginning(alike), ending: sharedEnding(alike) };
    expect(excerpt(alike[0]!, { ...all, search: '' })).toBe('all alike');
  });

  it('show the first hit, also where it is in what was left out', () => {
    const text = `Answer this.\nQuestion: ${'word '.repeat(60)}needle end`;
    expect(excerpt(text, { beginning: 23, ending: 0, search: 'question: word' })).toContain('Question: word');
    expect(excerpt(text, { beginning: 23, ending: 0, search: 'NEEDLE' })).toMatch(/^… word .*needle end$/);
  });

  it('are cut at hits and lose nothing', () => {
    expect(splitAtHits('Ab ab', 'AB')).toEqual(['', 'Ab', ' ', 'ab', '']);
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, search) => {
        expect(splitAtHits(text, search).join('')).toBe(text);
      }),
    );
  });
});
