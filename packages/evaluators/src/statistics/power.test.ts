import { describe, expect, it } from 'vitest';
import { itemsForDifference, mcNemarPower } from './power.ts';

/** Chances of 0 to n successes, by adding one trial after another. */
function binomials(n: number, share: number): number[] {
  let row = [1];
  for (let trial = 0; trial < n; trial++) {
    row = Array.from(
      { length: row.length + 1 },
      (_, k) => (row[k] ?? 0) * (1 - share) + (row[k - 1] ?? 0) * share,
    );
  }
  return row;
}

/** Power by the definition: every number of changed items, and every way in which they fall. */
function powerByEnumeration(items: number, difference: number, changed: number, level: number): number {
  const better = (changed + difference) / (2 * changed);
  return binomials(items, changed).reduce((power, chance, flips) => {
    const even = binomials(flips, 0.5);
    const shown = binomials(flips, better).reduce((sum, share, right) => {
      const fewer = Math.min(right, flips - right);
      const tail = even.slice(0, fewer + 1).reduce((a, b) => a + b, 0);
      return 2 * tail <= level ? sum + share : sum;
    }, 0);
    return power + chance * shown;
  }, 0);
}

describe('mcNemarPower', () => {
  it.each([
    [1, 0.5, 0.5, 0.05],
    [6, 1, 1, 0.05],
    [20, 0.3, 0.4, 0.05],
    [20, -0.3, 0.4, 0.05],
    [25, 0, 0.6, 0.05],
    [40, 0.2, 0.2, 0.01],
    [60, 0.1, 0.9, 0.2],
    [60, 0.25, 0.3, 0.5],
    [120, 0.08, 0.1, 0.05],
  ])(
    'is the sum over all that can happen: %i items, %f of %f, level %f',
    (items, difference, changed, level) => {
      expect(mcNemarPower({ items, difference, changed, level })).toBeCloseTo(
        powerByEnumeration(items, difference, changed, level),
        9,
      );
    },
  );

  it('tests at 5 % where no level is given', () => {
    const effect = { items: 30, difference: 0.2, changed: 0.3 };
    expect(mcNemarPower(effect)).toBe(mcNemarPower({ ...effect, level: 0.05 }));
    expect(mcNemarPower(effect)).toBeLessThan(mcNemarPower({ ...effect, level: 0.1 }));
  });

  it('is the same whichever of the two is better, and at most 1', () => {
    const effect = { items: 200, changed: 0.3 };
    expect(mcNemarPower({ ...effect, difference: 0.1 })).toBeCloseTo(
      mcNemarPower({ ...effect, difference: -0.1 }),
      12,
    );
    expect(mcNemarPower({ items: 5000, difference: 0.3, changed: 0.3 })).toBeLessThanOrEqual(1);
    expect(mcNemarPower({ items: 5000, difference: 0.3, changed: 0.3 })).toBeCloseTo(1, 9);
  });

  it('leaves nothing out where thousands of items change', () => {
    // Where the two differ in nothing the test shows a difference in a little under 5 % of all cases.
    const power = mcNemarPower({ items: 4000, difference: 0, changed: 0.5 });
    expect(power).toBeGreaterThan(0.044);
    expect(power).toBeLessThan(0.05);
  });

  it.each([
    [{ items: 0 }, 'items', 'a whole number ≥ 1'],
    [{ items: 1.5 }, 'items', 'a whole number ≥ 1'],
    [{ changed: 0 }, 'changed', 'a share above 0, at most 1'],
    [{ changed: 1.01 }, 'changed', 'a share above 0, at most 1'],
    [{ changed: Number.NaN }, 'changed', 'a share above 0, at most 1'],
    [{ difference: 0.31 }, 'difference', 'at most 0.3 either way, the share of items that change'],
    [{ difference: -0.31 }, 'difference', 'at most 0.3 either way'],
    [{ difference: Number.NaN }, 'difference', 'at most 0.3 either way'],
  ])('refuses %o', (given, argument, expected) => {
    const call = () => mcNemarPower({ items: 10, difference: 0.1, changed: 0.3, ...given });
    expect(call).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        argument,
        expected: expect.stringContaining(expected),
      }),
    );
  });

  it('takes the edges of what can be', () => {
    expect(mcNemarPower({ items: 1, difference: 0.3, changed: 0.3 })).toBe(0);
    expect(mcNemarPower({ items: 10, difference: -1, changed: 1 })).toBe(1);
  });
});

describe('itemsForDifference', () => {
  it.each([
    [{ difference: 0.3, changed: 0.4 }, {}],
    [{ difference: -0.3, changed: 0.4 }, {}],
    [{ difference: 0.2, changed: 0.2 }, {}],
    [{ difference: 0.25, changed: 0.5 }, { power: 0.9 }],
    [{ difference: 0.25, changed: 0.5 }, { level: 0.01 }],
    [{ difference: 1, changed: 1 }, {}],
    [
      { difference: 0.9, changed: 0.95 },
      { power: 0.3, level: 0.6 },
    ],
  ])('is enough, and one fewer is not: %o %o', (effect, asked) => {
    const { power = 0.8, level = 0.05 } = asked as { power?: number; level?: number };
    const items = itemsForDifference({ ...effect, ...asked });
    expect(mcNemarPower({ ...effect, items, level })).toBeGreaterThanOrEqual(power);
    if (items > 1) expect(mcNemarPower({ ...effect, items: items - 1, level })).toBeLessThan(power);
  });

  it.each([
    [{ difference: 0.05, changed: 0.15 }, 498],
    [{ difference: 0.3, changed: 0.4 }, 36],
    [{ difference: 1, changed: 1 }, 6],
  ])('of %o is %i', (effect, items) => {
    expect(itemsForDifference(effect)).toBe(items);
  });

  it.each([
    [{ difference: 0 }, 'difference'],
    [{ difference: 0.5 }, 'difference'],
    [{ changed: 0 }, 'changed'],
    [{ power: 0 }, 'power'],
    [{ power: 1 }, 'power'],
    [{ level: 0 }, 'level'],
    [{ level: 1 }, 'level'],
    [{ level: Number.NaN }, 'level'],
  ])('refuses %o', (given, argument) => {
    const call = () => itemsForDifference({ difference: 0.1, changed: 0.3, ...given });
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', argument }));
  });
});
