import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowArbitrary, ruleArbitrary, scheduleArbitrary } from '../test/arbitraries.ts';
import { resolvePositions } from './resolve-positions.ts';
import { resolveStrengths } from './token-strength.ts';

describe('resolveStrengths', () => {
  it('is 0 where the rule selects nothing and the schedule in order elsewhere', () => {
    fc.assert(
      fc.property(ruleArbitrary, scheduleArbitrary, rowArbitrary, (positions, schedule, row) => {
        const strengths = resolveStrengths({ positions, schedule }, row);
        const all = { prompt: resolvePositions(positions, row) };
        const scheduled = resolveStrengths({ positions: 'all', schedule }, all);
        const expected = new Float32Array(row.prompt.length + row.generated.length);
        for (const [step, position] of all.prompt.entries()) expected[position] = scheduled[step]!;
        expect(strengths).toEqual(expected);
      }),
    );
  });

  it.each([
    ['constant', 'constant', [1, 1, 1, 1]],
    ['warm-up', { warmUp: 4 }, [0.25, 0.5, 0.75, 1]],
    ['warm-up of one token', { warmUp: 1 }, [1, 1, 1, 1]],
    ['decay', { halfLife: 2 }, [1, Math.SQRT1_2, 0.5, Math.SQRT1_2 / 2]],
    ['decay to a floor', { halfLife: 1, floor: 0.5 }, [1, 0.75, 0.625, 0.5625]],
  ] as const)('%s', (_, schedule, expected) => {
    const strengths = resolveStrengths({ positions: 'all', schedule }, { prompt: [1, 2, 3, 4] });
    expect(strengths).toEqual(Float32Array.from(expected));
  });

  it('refuses a schedule that there is not', () => {
    const tokenStrength = { positions: 'all', schedule: { warmUp: 0 } } as const;
    expect(() => resolveStrengths(tokenStrength, { prompt: [1] })).toThrow('warmUp');
  });
});
