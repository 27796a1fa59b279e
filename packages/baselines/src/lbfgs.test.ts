import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimize, type Objective } from './lbfgs.ts';

const start = (length: number): Float64Array => new Float64Array(length);

describe('minimize', () => {
  it('finds the minimum of any well-conditioned quadratic', () => {
    const numbers = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(numbers, fc.double({ min: 1, max: 1e4, noNaN: true }), (goal, stretch) => {
        const weights = goal.map((_, i) => (i % 2 === 0 ? 1 : stretch));
        const objective: Objective = (at) => ({
          value: at.reduce((sum, x, i) => sum + 0.5 * weights[i]! * (x - goal[i]!) ** 2, 0),
          gradient: at.map((x, i) => weights[i]! * (x - goal[i]!)),
        });
        const found = minimize({ what: 'it', objective, start: start(goal.length), tolerance: 1e-9 });
        for (const [i, x] of found.entries()) expect(x).toBeCloseTo(goal[i]!, 7);
      }),
    );
  });

  it('leaves its start alone, and says when it does not get there', () => {
    const from = Float64Array.of(1);
    const square: Objective = (at) => ({ value: at[0]! ** 2, gradient: at.map((x) => 2 * x) });
    minimize({ what: 'it', objective: square, start: from, tolerance: 1e-9 });
    expect([...from]).toEqual([1]);
    // A gradient that points uphill: no step of any length gets lower.
    const wrong: Objective = (at) => ({ value: at[0]! ** 2, gradient: at.map((x) => -2 * x) });
    expect(() => minimize({ what: 'The test', objective: wrong, start: from, tolerance: 1e-9 })).toThrow(
      /The test: after 0 steps the largest gradient is 2; expected at most 1e-9/,
    );
  });
});
