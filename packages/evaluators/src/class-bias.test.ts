import { describe, expect, it } from 'vitest';
import { compareAnswers, summarizeAnswers } from './answer-summary.ts';
import { formatComparison, formatSummary } from './format-summary.ts';

/** 60 items, two of three "yes", answered by a rule. */
function answered(rule: (label: string, index: number) => string) {
  return Array.from({ length: 60 }, (_, index) => {
    const label = index % 3 === 0 ? 'no' : 'yes';
    const prediction = rule(label, index);
    return {
      id: String(index),
      gold: label,
      label,
      answer: prediction,
      correct: prediction === label,
      valid: true,
      prediction,
    };
  });
}

const fair = answered((label, index) => (index % 5 === 0 ? (label === 'yes' ? 'no' : 'yes') : label));
const yesSayer = answered(() => 'yes');

describe('class by class', () => {
  it('shows a yes-sayer: all of one class, none of the other', () => {
    const summary = summarizeAnswers(yesSayer);
    expect(summary.labelRecalls).toMatchObject([
      { label: 'no', items: 20, value: 0, low: 0 },
      { label: 'yes', items: 40, value: 1, high: 1 },
    ]);
    expect(summary.labelRecalls![0]!.high).toBeGreaterThan(0.1);
    expect(formatSummary(summary)[1]).toContain('recall no 0.000, yes 1.000');
  });

  it('compares how often each class is said, and how much of it is recognised', () => {
    const { labels } = compareAnswers(fair, yesSayer);
    const [no, yes] = labels!;
    const saidNo = fair.filter(({ prediction }) => prediction === 'no').length;
    expect(no!.label).toBe('no');
    expect(no!.answered).toMatchObject({ onlyFirst: saidNo, onlySecond: 0 });
    expect(no!.answered.value).toBeCloseTo(-saidNo / 60, 12);
    expect(no!.recall!.value).toBeCloseTo(-0.8, 12);
    expect(yes!.answered.value).toBeCloseTo(saidNo / 60, 12);
    expect(yes!.recall!.low).toBeGreaterThan(0);
    const lines = formatComparison(compareAnswers(fair, yesSayer));
    expect(lines.find((line) => line.startsWith('answers of class "yes"'))).toContain('higher');
    expect(lines.find((line) => line.startsWith('recall of class "no"'))).toContain('lower');
  });

  it('counts a class that is only answered, and has no recall for it', () => {
    const odd = answered((_, index) => (index === 0 ? 'maybe' : 'yes'));
    const { labels } = compareAnswers(yesSayer, odd);
    const maybe = labels!.find(({ label }) => label === 'maybe')!;
    expect(maybe.answered).toMatchObject({ onlyFirst: 0, onlySecond: 1 });
    expect(maybe).not.toHaveProperty('recall');
  });
});
