import { describe, expect, it } from 'vitest';
import { type AnswerRecord, compareAnswers } from '../answer-summary.ts';
import { compareOtherTasks, formatOtherTasks } from './other-tasks.ts';

/** 100 items of which the first `right` are right. */
function answers(right: number): AnswerRecord[] {
  return Array.from({ length: 100 }, (_, index) => ({
    id: String(index),
    gold: 'a',
    answer: index < right ? 'a' : 'b',
    correct: index < right,
    valid: true,
  }));
}

describe('compareOtherTasks', () => {
  const comparisons = {
    boolq: compareAnswers(answers(50), answers(80)),
    copa: compareAnswers(answers(50), answers(43)),
    svamp: compareAnswers(answers(50), answers(20)),
    winogrande: compareAnswers(answers(50), answers(50)),
  };

  it('leaves the task itself out and pays for looking at several', () => {
    const { tasks } = compareOtherTasks({ steeredFor: 'boolq', comparisons });
    expect(tasks.map(({ task, verdict }) => [task, verdict])).toEqual([
      // 7 lost, none gained: p 0.016 alone, 0.031 as the second of three.
      ['copa', 'lower'],
      ['svamp', 'lower'],
      ['winogrande', 'no difference shown'],
    ]);
    expect(tasks[0]!.adjustedPValue).toBeCloseTo(2 * comparisons.copa.accuracy.pValue, 12);
    const five = compareOtherTasks({
      steeredFor: 'none of them',
      comparisons: { a: comparisons.copa, b: comparisons.copa, c: comparisons.copa, d: comparisons.copa },
    });
    expect(five.tasks.every(({ verdict }) => verdict === 'no difference shown')).toBe(true);
  });

  it('prints one line a task', () => {
    const lines = formatOtherTasks(compareOtherTasks({ steeredFor: 'boolq', comparisons }));
    expect(lines[0]).toBe('steered for boolq:');
    const share = (value: number) => ({ value, low: value, high: value });
    const accuracies = { svamp: { vanilla: share(0.5), steered: share(0.2) } };
    const beside = formatOtherTasks(compareOtherTasks({ steeredFor: 'boolq', comparisons, accuracies }));
    expect(beside[2]).toContain('svamp: accuracy 0.500 [0.500, 0.500] → 0.200 [0.200, 0.200]: lower, -0.300');
    expect(lines[2]).toMatch(/^ {2}svamp: lower, -0\.300 \[.*by Holm over 3, 0 gained, 30 lost of 100\)$/);
  });
});
