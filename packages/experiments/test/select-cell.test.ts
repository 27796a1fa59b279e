import { type EvaluatedCell, gridCells, selectCell } from '@austeer/experiments';
import { describe, expect, it } from 'vitest';

const estimate = (value: number) => ({ value, low: value, high: value });
const cell = (k: number, alpha: number, accuracy: number, balancedAccuracy?: number): EvaluatedCell => ({
  site: 'ffn',
  k,
  alpha,
  summary: {
    items: 10,
    scored: 10,
    accuracy: estimate(accuracy),
    ...(balancedAccuracy === undefined ? {} : { balancedAccuracy: estimate(balancedAccuracy) }),
    validAnswers: estimate(1),
    answerShares: [],
    otherAnswers: 0,
  },
});

describe('gridCells', () => {
  it('is every combination, in order', () => {
    expect(gridCells({ sites: ['attention', 'ffn'], budgets: [1, 2], strengths: [5] })).toEqual([
      { site: 'attention', k: 1, alpha: 5 },
      { site: 'attention', k: 2, alpha: 5 },
      { site: 'ffn', k: 1, alpha: 5 },
      { site: 'ffn', k: 2, alpha: 5 },
    ]);
  });

  it('refuses an empty list and names it', () => {
    expect(() => gridCells({ sites: ['ffn'], budgets: [], strengths: [5] })).toThrow('budgets');
  });
});

describe('selectCell', () => {
  it('takes the best', () => {
    expect(selectCell([cell(4, 5, 0.2), cell(64, 5, 0.6), cell(16, 5, 0.5)], 'accuracy').k).toBe(64);
  });

  it('steers less where two are equal', () => {
    expect(selectCell([cell(64, 5, 0.5), cell(16, 20, 0.5), cell(16, -10, 0.5)], 'accuracy')).toMatchObject({
      k: 16,
      alpha: -10,
    });
  });

  it('goes by the criterion', () => {
    const cells = [cell(4, 5, 0.9, 0.5), cell(8, 5, 0.6, 0.6)];
    expect(selectCell(cells, 'accuracy').k).toBe(4);
    expect(selectCell(cells, 'balancedAccuracy').k).toBe(8);
  });

  it('says when answers have no such number', () => {
    expect(() => selectCell([cell(4, 5, 1)], 'areaUnderCurve')).toThrow('accuracy, the only criterion');
    expect(() => selectCell([], 'accuracy')).toThrow('none given');
  });
});
