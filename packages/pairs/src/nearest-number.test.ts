import { InvalidArgumentError } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLANK_ANSWER, nearestNumberNegatives } from './nearest-number.ts';

describe('nearestNumberNegatives', () => {
  it('takes the nearest different answer of the other rows', () => {
    expect(nearestNumberNegatives(['1.0', '4.0', '5.0', '5.0', '-9.0'])).toEqual([
      '4.0',
      '5.0',
      '4.0',
      '4.0',
      '1.0',
    ]);
  });

  it('leaves a blank where no other answer differs', () => {
    expect(nearestNumberNegatives(['2.0', '2.0'])).toEqual([BLANK_ANSWER, BLANK_ANSWER]);
    expect(nearestNumberNegatives([])).toEqual([]);
  });

  it('decides ties by the seed, both ways, and the same way each time', () => {
    const answers = ['1.0', '2.0', '3.0'];
    const bySeed = Array.from({ length: 20 }, (_, seed) => nearestNumberNegatives(answers, { seed })[1]);
    expect(new Set(bySeed)).toEqual(new Set(['1.0', '3.0']));
    expect(nearestNumberNegatives(answers, { seed: 5 })).toEqual(
      nearestNumberNegatives(answers, { seed: 5 }),
    );
  });

  it('agrees with a search through all answers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1 }), (numbers) => {
        const found = nearestNumberNegatives(numbers.map((number) => `${number}.0`));
        for (const [index, number] of numbers.entries()) {
          const distances = numbers
            .filter((other) => other !== number)
            .map((other) => Math.abs(other - number));
          if (distances.length === 0) {
            expect(found[index]).toBe(BLANK_ANSWER);
          } else {
            expect(Math.abs(Number(found[index]) - number)).toBe(Math.min(...distances));
          }
        }
      }),
    );
  });

  it.each(['', 'five', 'Infinity'])('refuses the answer "%s"', (answer) => {
    expect(() => nearestNumberNegatives(['1.0', answer])).toThrow(InvalidArgumentError);
  });
});
