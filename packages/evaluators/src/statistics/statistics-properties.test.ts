import { createRandom } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../intervals.ts';
import { adjustPValues } from './adjust-p-values.ts';
import { bcaInterval } from './bca-interval.ts';
import { combineEstimates } from './combine-estimates.ts';
import { itemsForDifference, mcNemarPower } from './power.ts';
import { seedEffect } from './seed-effect.ts';

describe('bcaInterval', () => {
  const skewed = Array.from({ length: 40 }, (_, index) => Math.exp(index / 10));
  const mean = (rows: readonly number[]): number =>
    rows.reduce((sum, row) => sum + skewed[row]!, 0) / rows.length;

  it('repeats itself, and leans to the long side of skewed data', () => {
    const interval = bcaInterval({ rows: 40, statistic: mean, seed: 4 })!;
    expect(bcaInterval({ rows: 40, statistic: mean, seed: 4 })).toEqual(interval);
    const percentile = bootstrapInterval({ rows: 40, statistic: mean, seed: 4 })!;
    expect(interval.value).toBe(percentile.value);
    expect(interval.low).toBeGreaterThan(percentile.low);
    expect(interval.high).toBeGreaterThan(percentile.high);
  });

  it('holds the mean of skewed data about as often as it says', () => {
    const random = createRandom(8);
    let held = 0;
    for (let round = 0; round < 200; round++) {
      const data = Array.from({ length: 25 }, () => -Math.log(1 - random.next()));
      const { low, high } = bcaInterval({
        rows: data.length,
        draws: 400,
        seed: round,
        level: 0.9,
        statistic: (rows) => rows.reduce((sum, row) => sum + data[row]!, 0) / rows.length,
      })!;
      if (low <= 1 && 1 <= high) held++;
    }
    expect(held).toBeGreaterThan(165);
    expect(held).toBeLessThan(195);
  });

  it('is a point where nothing varies, and stays finite for one row', () => {
    expect(bcaInterval({ rows: 5, statistic: () => 0.5 })).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    expect(bcaInterval({ rows: 1, statistic: mean })).toEqual({ value: 1, low: 1, high: 1 });
    expect(bcaInterval({ rows: 3, statistic: () => undefined })).toBeUndefined();
  });

  it('refuses no rows and levels that are none', () => {
    expect(() => bcaInterval({ rows: 0, statistic: mean })).toThrow('none given');
    expect(() => bcaInterval({ rows: 2, statistic: mean, level: 1 })).toThrow('level is 1');
  });
});

describe('adjustPValues', () => {
  it('keeps the order, never makes a p value smaller, and leaves single tests alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        fc.constantFrom('holm' as const, 'benjamini-hochberg' as const),
        (pValues, method) => {
          const adjusted = adjustPValues(pValues, method) as number[];
          const holm = adjustPValues(pValues, 'holm') as number[];
          for (const [index, value] of adjusted.entries()) {
            expect(value).toBeGreaterThanOrEqual(pValues[index]!);
            expect(value).toBeLessThanOrEqual(holm[index]!);
            expect(value).toBeLessThanOrEqual(1);
            for (const [other, rival] of adjusted.entries())
              if (pValues[index]! < pValues[other]!) expect(value).toBeLessThanOrEqual(rival);
          }
          if (pValues.length === 1) expect(adjusted).toEqual(pValues);
        },
      ),
    );
  });

  it('does not count what was not tested', () => {
    expect(adjustPValues([0.01, undefined, 0.04], 'holm')).toEqual([0.02, undefined, 0.04]);
    expect(() => adjustPValues([1.2], 'holm')).toThrow('numbers from 0 to 1');
  });
});

describe('itemsForDifference', () => {
  it.each([
    { difference: 0.05, changed: 0.15 },
    { difference: 0.1, changed: 0.1 },
    { difference: -0.03, changed: 0.2 },
    { difference: 0.2, changed: 0.5, power: 0.9, level: 0.01 },
  ])('$difference with $changed changed', (options) => {
    const items = itemsForDifference(options);
    const { power = 0.8 } = options;
    expect(mcNemarPower({ ...options, items })).toBeGreaterThanOrEqual(power);
    expect(mcNemarPower({ ...options, items: Math.floor(items * 0.96) })).toBeLessThan(power);
  });

  it('asks for the same items in either direction', () => {
    const changed = 0.3;
    expect(itemsForDifference({ difference: -0.1, changed })).toBe(
      itemsForDifference({ difference: 0.1, changed }),
    );
  });

  it.each([
    [{ difference: 0, changed: 0.1 }, 'difference is 0'],
    [{ difference: 0.2, changed: 0.1 }, 'at most 0.1'],
    [{ difference: 0.1, changed: 1.1 }, 'changed is 1.1'],
    [{ difference: 0.1, changed: 0.2, power: 1 }, 'power is 1'],
  ])('refuses %o', (options, problem) => {
    expect(() => itemsForDifference(options)).toThrow(problem);
  });
});

describe('seedEffect', () => {
  it('is wider than the seeds’ means alone suggest when seeds share lucky items', () => {
    const random = createRandom(2);
    const items = Array.from({ length: 60 }, () => Number(random.next() < 0.6));
    // Every seed gives nearly the same answers.
    const values = [0, 1, 2].map((seed) => items.map((right, item) => (item === seed ? 1 - right : right)));
    const { low, high, betweenSeeds } = seedEffect({ values });
    expect(betweenSeeds).toBeLessThan(0.02);
    expect(high - low).toBeGreaterThan(0.2);
  });

  it('leaves out items without a value under some seed, and counts them', () => {
    const values = [
      [1, 0, 1, undefined],
      [1, 1, 0, 1],
    ];
    expect(seedEffect({ values })).toMatchObject({ seeds: 2, items: 3, missing: 1 });
    expect(
      seedEffect({
        values: [
          [1, 1],
          [1, 1],
        ],
      }),
    ).toMatchObject({ value: 1, low: 1, high: 1 });
  });

  it('refuses one seed, other items, and too few items', () => {
    expect(() => seedEffect({ values: [[1, 0]] })).toThrow('at least two lists');
    expect(() => seedEffect({ values: [[1, 0], [1]] })).toThrow('lists of 2, 1 values');
    expect(() =>
      seedEffect({
        values: [
          [1, undefined],
          [1, 0],
        ],
      }),
    ).toThrow('Two items');
  });
});

describe('combineEstimates', () => {
  it('refuses one estimate, and errors that are none', () => {
    expect(() => combineEstimates([{ value: 1, standardError: 1 }])).toThrow('at least two');
    const exact = { value: 1, standardError: 0 };
    expect(() => combineEstimates([exact, exact])).toThrow('standardError is 0');
  });
});
