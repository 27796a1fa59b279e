import { createRandom } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { type AnswerRecord, compareAnswers, summarizeAnswers } from './answer-summary.ts';
import { formatComparison, formatSummary } from './format-summary.ts';

/** A model that leans to yes by `bias` and can tell the classes apart by `ability`. */
function answers(options: { bias: number; ability: number; seed?: number; count?: number }): AnswerRecord[] {
  const { bias, ability, seed = 1, count = 200 } = options;
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index): AnswerRecord => {
    const label = index % 3 === 0 ? 'no' : 'yes';
    const value = bias + (label === 'yes' ? ability : -ability) + random.normal();
    const prediction = value > 0 ? 'yes' : 'no';
    return {
      id: String(index),
      gold: ` ${label}`,
      label,
      answer: ` ${prediction}`,
      correct: prediction === label,
      valid: true,
      prediction,
      margin: { towards: 'yes', value },
    };
  });
}

describe('summarizeAnswers', () => {
  it('shows a mirage: more right answers by saying yes more often', () => {
    const biased = summarizeAnswers(answers({ bias: 5, ability: 0 }));
    expect(biased.accuracy.value).toBeGreaterThan(0.6);
    expect(biased.balancedAccuracy!.value).toBe(0.5);
    expect(biased.majorityBaseline).toBeCloseTo(biased.accuracy.value, 10);
    expect(biased.areaUnderCurve!.value).toBeLessThan(0.6);
    expect(biased.answerShares).toEqual([{ answer: 'yes', share: 1 }]);
  });

  it('sees ability through any bias', () => {
    const plain = summarizeAnswers(answers({ bias: 0, ability: 1 })).areaUnderCurve!;
    const shifted = summarizeAnswers(answers({ bias: 5, ability: 1 })).areaUnderCurve!;
    expect(shifted).toEqual(plain);
    expect(plain.low).toBeGreaterThan(0.8);
  });

  it('leaves missing scores out and counts them', () => {
    const records = answers({ bias: 0, ability: 1 }).map((record, index) =>
      index < 50 ? { ...record, correct: undefined } : record,
    );
    expect(summarizeAnswers(records)).toMatchObject({ items: 200, scored: 150 });
    expect(formatSummary(summarizeAnswers(records))[1]).toContain('50 of 200 items could not be scored');
    expect(() => summarizeAnswers(records.slice(0, 50))).toThrow('none given');
  });

  it('names the most frequent answers, sums the rest, and needs no classes', () => {
    const texts = ['1', '1', '1', '2', '3', '4', '5', '6', '', ''];
    const records = texts.map((answer, index) => ({
      id: String(index),
      gold: '1',
      answer,
      correct: answer === '1',
      valid: answer !== '',
    }));
    const summary = summarizeAnswers(records);
    expect(summary.answerShares.map(({ answer, share }) => [answer, share])).toEqual([
      ['1', 0.3],
      ['', 0.2],
      ['2', 0.1],
      ['3', 0.1],
    ]);
    expect(summary.otherAnswers).toBeCloseTo(0.3, 10);
    expect(summary).not.toHaveProperty('balancedAccuracy');
    expect(formatSummary(summary)).toEqual([
      'accuracy 0.300 [0.108, 0.603]',
      'valid answers 0.800 [0.490, 0.943] · answers 1 30 %, (empty) 20 %, 2 10 %, 3 10 %, other 30 %',
    ]);
    expect(formatSummary(summary, { measure: 'solved' })[0]).toBe('solved 0.300 [0.108, 0.603]');
  });

  it('shows no shares where every answer is another', () => {
    const records = Array.from({ length: 30 }, (_, index) => ({
      id: String(index),
      gold: '1',
      answer: `text ${index}`,
      correct: true,
      valid: true,
    }));
    expect(formatSummary(summarizeAnswers(records))[1]).toBe('valid answers 1.000 [0.886, 1.000]');
  });
});

describe('compareAnswers', () => {
  const first = answers({ bias: 0, ability: 0.2 });

  it('finds no difference between a condition and itself', () => {
    const same = compareAnswers(first, first);
    expect(same).toMatchObject({ changedAnswers: 0, accuracy: { value: 0, low: 0, high: 0, pValue: 1 } });
    expect(formatComparison(same)[0]).toContain('no difference shown');
  });

  it('tells ability from bias', () => {
    const able = compareAnswers(first, answers({ bias: 0, ability: 2 }));
    expect(able.areaUnderCurve!.low).toBeGreaterThan(0);
    expect(able.accuracy.pValue).toBeLessThan(1e-4);
    const biased = compareAnswers(first, answers({ bias: 5, ability: 0.2 }));
    expect(biased.areaUnderCurve).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(formatComparison(biased).find((line) => line.startsWith('AUROC'))).toContain(
      'no difference shown',
    );
  });

  it('counts gained and lost items', () => {
    const second = first.map((record, index) =>
      index < 3 ? { ...record, correct: !record.correct } : record,
    );
    const { onlyFirst, onlySecond } = compareAnswers(first, second).accuracy;
    expect(onlyFirst + onlySecond).toBe(3);
    expect(onlyFirst).toBe(first.slice(0, 3).filter(({ correct }) => correct).length);
  });

  it('refuses other items', () => {
    expect(() => compareAnswers(first, first.slice(1))).toThrow('place 0');
    expect(() => compareAnswers(first, [...first, first[0]!])).toThrow('expected 200 items');
  });
});
