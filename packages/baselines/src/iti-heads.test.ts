import type { TokenPair } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ItiRules, splitByQuestion } from './iti-heads.ts';

const rules: ItiRules = { direction: 'com', ddof: 0, fold: undefined, leaky: false, seed: 1 };
/** Three pairs of each question, as a question with three wrong answers gives. */
const pairsOf = (questions: number): TokenPair[] =>
  Array.from({ length: 3 * questions }, (_, index) => ({
    id: String(index).padStart(3, '0'),
    positive: [Math.floor(index / 3), 7, 100],
    negative: [Math.floor(index / 3), 7, 101 + index],
  }));
const questionsOf = (pairs: readonly TokenPair[], places: readonly number[]): Set<number> =>
  new Set(places.map((place) => pairs[place]!.positive[0]!));

describe('splitByQuestion', () => {
  it('puts every pair in one part, and a question in one part only', () => {
    const folds = fc.constantFrom(undefined, 0 as const, 1 as const);
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 40 }), folds, fc.nat(1000), (questions, fold, seed) => {
        const pairs = pairsOf(questions);
        const { train, validation, leftOut } = splitByQuestion(pairs, { ...rules, fold, seed });
        expect([...train, ...validation, ...leftOut].sort((a, b) => a - b)).toEqual([...pairs.keys()]);
        const parts = [train, validation, leftOut].map((part) => questionsOf(pairs, part));
        expect(parts.reduce((sum, part) => sum + part.size, 0)).toBe(questions);
        expect(leftOut.length === 0).toBe(fold === undefined);
        const own = questions - parts[2]!.size;
        expect(parts[0]!.size).toBe(Math.floor(0.8 * own));
        expect(Math.abs(own - (fold === undefined ? questions : questions / 2))).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('has two folds that are each other’s rest', () => {
    const pairs = pairsOf(9);
    const [first, second] = ([0, 1] as const).map((fold) => splitByQuestion(pairs, { ...rules, fold }));
    const usedOf = ({ train, validation }: typeof first & object) =>
      [...train, ...validation].sort((a, b) => a - b);
    expect(usedOf(first!)).toEqual(second!.leftOut);
    expect(usedOf(second!)).toEqual(first!.leftOut);
  });

  it('takes pairs whose texts share no beginning for questions of their own', () => {
    const pairs = Array.from({ length: 5 }, (_, index) => ({
      id: String(index),
      // A beginning token is all that they share.
      positive: [1, 50, 60],
      negative: [1, 10 + index, 70],
    }));
    const { train, validation } = splitByQuestion(pairs, rules);
    expect([...train, ...validation].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(train).toHaveLength(4);
  });

  it('refuses so few questions that a part would be empty', () => {
    expect(() => splitByQuestion(pairsOf(1), rules)).toThrow(
      /1 questions; expected at least 2|at least 2 questions/,
    );
    expect(() => splitByQuestion(pairsOf(2), { ...rules, fold: 0 })).toThrow('in the fold, of 2');
  });
});
