import type { AnswerRecord } from '@austeer/evaluators';
import { describe, expect, it } from 'vitest';
import type { AnswersResult } from '../cells/answers.ts';
import type { Cell } from '../cells/cell.ts';
import type { Results } from './experiment.ts';
import { accuracy, meanAccuracy, share } from './figure-tools.ts';

/** A cell of answers: `1` right, `0` wrong, `-` not scored. */
function answered(marks: string): Cell<AnswersResult> {
  return { hash: marks } as Cell<AnswersResult>;
}
const results = {
  get: ({ hash }: Cell) => {
    if (hash === 'failed') return undefined;
    const records = [...hash].map(
      (mark, id): AnswerRecord => ({
        id: String(id),
        gold: 'a',
        answer: mark,
        correct: mark === '-' ? undefined : mark === '1',
        valid: true,
      }),
    );
    return { result: { records } };
  },
} as Pick<Results, 'get'> as Results;

describe('accuracy', () => {
  it('leaves out what was not scored, and is null where nothing is there', () => {
    expect(accuracy(results, answered('110-'))).toMatchObject({ value: 2 / 3, items: 3 });
    expect(accuracy(results, answered('--'))).toBeNull();
    expect(accuracy(results, answered('failed'))).toBeNull();
  });

  it('tests against vanilla item by item', () => {
    const [vanilla, better] = [answered('0000000011'), answered('1111111111')];
    // Eight changes, all for the better: 2 · 2⁻⁸.
    expect(accuracy(results, better, { against: vanilla })!.pValue).toBeCloseTo(2 / 2 ** 8, 12);
    expect(accuracy(results, vanilla, { against: vanilla })!.pValue).toBe(1);
    // An item that was not scored on one side says nothing.
    expect(accuracy(results, answered('1---------'), { against: answered('0---------') })!.pValue).toBe(1);
  });
});

describe('meanAccuracy', () => {
  const of = (marks: string) => accuracy(results, answered(marks));

  it('has the interval of a single test for one, and a narrower one for more', () => {
    const one = of('1100')!;
    const alone = meanAccuracy([one])!;
    expect([alone.value, alone.low, alone.high]).toEqual([
      one.value,
      expect.closeTo(one.low!, 12),
      expect.closeTo(one.high!, 12),
    ]);
    const four = meanAccuracy([one, one, one, one])!;
    expect(four.high! - four.low!).toBeCloseTo((one.high! - one.low!) / 2, 12);
  });

  it('is not certain where all are wrong, and says when some are missing', () => {
    const none = meanAccuracy([of('0000'), of('0000')])!;
    expect(none.low).toBe(0);
    expect(none.high).toBeGreaterThan(0.2);
    expect(meanAccuracy([of('1'), null])).toMatchObject({ value: 1, note: 'mean of 1 of 2 tasks' });
    expect(meanAccuracy([null])).toBeNull();
  });
});

describe('share', () => {
  it('is what was printed, and nothing for a dash', () => {
    expect(share(56.01)).toBe(0.5601);
    expect(share(null)).toBeUndefined();
  });
});
