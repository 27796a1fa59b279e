import { createRandom, InvalidArgumentError } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { adjustPValues } from './adjust-p-values.ts';
import { bcaInterval, bcaLimits, groupedBcaInterval } from './bca-interval.ts';
import { clusterMean, meanInterval } from './cluster-mean.ts';
import { combineEstimates } from './combine-estimates.ts';
import { normalQuantile, normalShare, studentQuantile, studentShare } from './distributions.ts';
import { drawGroupCounts } from './draw-group-counts.ts';
import { itemsForDifference, mcNemarPower } from './power.ts';
import { quantile } from './quantile.ts';
import { seedEffect } from './seed-effect.ts';

/** What an error says of an argument, word for word. */
function saying(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return (error as Error).message;
  }
  return 'nothing';
}

describe('errors name the argument, what was given and what was expected', () => {
  const exact = { value: 1, standardError: 1 };
  const power = { items: 100, difference: 0.1, changed: 0.3 };
  const items = { difference: 0.1, changed: 0.3 };
  const probabilities = 'pValues is %; expected numbers from 0 to 1.';
  it.each<[string, () => unknown]>([
    [probabilities.replace('%', '-0.1'), () => adjustPValues([0.5, -0.1], 'holm')],
    [probabilities.replace('%', '1.1'), () => adjustPValues([1.1, 0.5], 'benjamini-hochberg')],
    [probabilities.replace('%', 'NaN'), () => adjustPValues([Number.NaN], 'holm')],
    ['estimates is "1 estimates"; expected at least two.', () => combineEstimates([exact])],
    [
      'standardError is -1; expected a finite number > 0.',
      () => combineEstimates([exact, { value: 1, standardError: -1 }]),
    ],
    [
      'standardError is Infinity; expected a finite number > 0.',
      () => combineEstimates([{ value: 1, standardError: Infinity }, exact]),
    ],
    [
      'level is 0; expected a number between 0 and 1.',
      () => bcaInterval({ rows: 1, statistic: () => 1, level: 0 }),
    ],
    ['items is 0; expected a whole number ≥ 1.', () => mcNemarPower({ ...power, items: 0 })],
    ['items is 1.5; expected a whole number ≥ 1.', () => mcNemarPower({ ...power, items: 1.5 })],
    ['changed is 0; expected a share above 0, at most 1.', () => mcNemarPower({ ...power, changed: 0 })],
    ['changed is 1.5; expected a share above 0, at most 1.', () => mcNemarPower({ ...power, changed: 1.5 })],
    [
      'difference is -0.4; expected at most 0.3 either way, the share of items that change.',
      () => mcNemarPower({ ...power, difference: -0.4 }),
    ],
    [
      'difference is 0; expected another number than 0.',
      () => itemsForDifference({ ...items, difference: 0 }),
    ],
    ['power is 1; expected a number between 0 and 1.', () => itemsForDifference({ ...items, power: 1 })],
    ['level is 0; expected a number between 0 and 1.', () => itemsForDifference({ ...items, level: 0 })],
    [
      'values is "lists of 2, 1 values"; expected at least two lists of the same items.',
      () => seedEffect({ values: [[1, 0], [1]] }),
    ],
  ])('%s', (message, call) => {
    expect(saying(call)).toBe(message);
  });

  it('takes the ends of what is allowed', () => {
    expect(adjustPValues([0, 1, undefined], 'holm')).toEqual([0, 1, undefined]);
    expect(mcNemarPower({ items: 1, difference: 0.3, changed: 0.3 })).toBeGreaterThanOrEqual(0);
    expect(mcNemarPower({ items: 50, difference: -1, changed: 1 })).toBeCloseTo(1, 12);
  });
});

describe('adjustPValues', () => {
  it('tells the two methods apart, ranks apart from places, and counts tests only', () => {
    const given = [0.03, undefined, 0.01, 0.02];
    expect(adjustPValues(given, 'holm')).toEqual([0.04, undefined, 0.03, 0.04]);
    const [first, none, second, third] = adjustPValues(given, 'benjamini-hochberg');
    expect([first, second, third].map((value) => value?.toFixed(12))).toEqual(
      Array(3).fill('0.030000000000'),
    );
    expect(none).toBeUndefined();
  });

  it('bounds by 1', () => {
    expect(adjustPValues([0.9, 0.8], 'holm')).toEqual([1, 1]);
    expect(adjustPValues([0.9, 0.8], 'benjamini-hochberg')).toEqual([0.9, 0.9]);
  });
});

describe('clusterMean', () => {
  const clusters = [
    { sum: 3, count: 1 },
    { sum: 1, count: 3 },
    { sum: 8, count: 2 },
  ];

  it('weighs members, not clusters', () => {
    const { value, low, high } = clusterMean(clusters);
    expect(value).toBe(2);
    // Single clusters have the means 3, 1/3 and 4.
    expect(low).toBeGreaterThanOrEqual(1 / 3);
    expect(high).toBeLessThanOrEqual(4);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2);
  });

  it('transforms the mean, and the ends with it', () => {
    const doubled = clusterMean(clusters, { transform: (mean) => 2 * mean });
    const plain = clusterMean(clusters);
    expect(doubled.value).toBe(2 * plain.value);
    expect(doubled.low).toBeCloseTo(2 * plain.low, 12);
    expect(doubled.high).toBeCloseTo(2 * plain.high, 12);
  });

  it('is what the whole bootstrap gives, and draws by its seed', () => {
    const statistic = (rows: readonly number[]): number => {
      const [sum, count] = rows.reduce(
        ([s, c], row) => [s + clusters[row]!.sum, c + clusters[row]!.count] as [number, number],
        [0, 0] as [number, number],
      );
      return sum / count;
    };
    for (const seed of [0, 5]) {
      const expected = bcaInterval({ rows: 3, statistic, seed })!;
      const found = clusterMean(clusters, seed === 0 ? {} : { seed });
      expect(found.low).toBeCloseTo(expected.low, 12);
      expect(found.high).toBeCloseTo(expected.high, 12);
    }
  });

  it('has a value for a single cluster, and leaves empty draws out', () => {
    expect(clusterMean([{ sum: 6, count: 3 }]).value).toBe(2);
    const { value, low, high } = clusterMean([
      { sum: 0, count: 0 },
      { sum: 6, count: 3 },
    ]);
    expect([value, low, high].every(Number.isFinite)).toBe(true);
  });

  it('meanInterval is that of clusters of one', () => {
    const random = createRandom(8);
    const numbers = Array.from({ length: 9 }, () => random.normal());
    const clustersOfOne = numbers.map((sum) => ({ sum, count: 1 }));
    expect(meanInterval(numbers, 3)).toEqual(clusterMean(clustersOfOne, { seed: 3 }));
    expect(meanInterval(numbers)).toEqual(clusterMean(clustersOfOne));
    expect(meanInterval(numbers, 3)).not.toEqual(meanInterval(numbers, 4));
  });
});

describe('distributions at their edges', () => {
  it('is symmetric, and continuous where series and fraction meet', () => {
    for (const z of [0, 0.5, 2.9, 3, 3.1, 6, 12]) {
      expect(normalShare(z) + normalShare(-z)).toBeCloseTo(1, 14);
      for (const degrees of [1, 4.5, 80]) {
        expect(studentShare(z, degrees) + studentShare(-z, degrees)).toBeCloseTo(1, 13);
      }
    }
    expect(normalShare(3 + 1e-9) - normalShare(3 - 1e-9)).toBeCloseTo(0, 10);
    expect(normalShare(-12)).toBeGreaterThan(0);
    expect(normalShare(-12)).toBeLessThan(1e-32);
    expect(normalShare(0)).toBe(0.5);
    expect(studentShare(0, 3)).toBe(0.5);
  });

  it('knows closed forms: one and two degrees of freedom', () => {
    for (const t of [-20, -1, -0.1, 0.3, 1, 7]) {
      expect(studentShare(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
      expect(studentShare(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
    }
    expect(studentQuantile(0.975, 1)).toBeCloseTo(Math.tan(0.475 * Math.PI), 9);
    expect(studentShare(1e200, 2)).toBe(1);
  });

  it('normalQuantile undoes normalShare', () => {
    for (const z of [-6, -3, -1.5, 0, 0.2, 3, 5]) expect(normalQuantile(normalShare(z))).toBeCloseTo(z, 9);
  });
});

describe('quantile', () => {
  it('interpolates between neighbours and holds at both ends', () => {
    const sorted = [1, 2, 4, 8];
    expect([0, 1 / 3, 0.5, 0.75, 1].map((share) => quantile(sorted, share))).toEqual([1, 2, 3, 5, 8]);
    expect(quantile([5], 0.3)).toBe(5);
  });
});

describe('drawGroupCounts', () => {
  it('draws as many rows as there are, in the shares of the groups', () => {
    const random = createRandom(11);
    const sizes = [5, 0, 20, 75];
    const sums = sizes.map(() => 0);
    const squares = sizes.map(() => 0);
    const draws = 4000;
    for (let draw = 0; draw < draws; draw++) {
      const counts = drawGroupCounts(random, sizes);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
      for (const [group, count] of counts.entries()) {
        sums[group]! += count;
        squares[group]! += count * count;
      }
    }
    for (const [group, size] of sizes.entries()) {
      const mean = sums[group]! / draws;
      const variance = squares[group]! / draws - mean * mean;
      const expected = size * (1 - size / 100);
      // Six standard errors of the mean, and a tenth of the variance.
      expect(Math.abs(mean - size)).toBeLessThanOrEqual(6 * Math.sqrt(expected / draws));
      expect(Math.abs(variance - expected)).toBeLessThanOrEqual(0.1 * expected);
    }
    expect(sums[1]).toBe(0);
  });
});

describe('groupedBcaInterval', () => {
  const share = ([wrong, right]: readonly number[]): number => right! / (wrong! + right!);

  it('is what drawing row by row gives, up to the draws', () => {
    const rows = 200;
    const grouped = groupedBcaInterval({ sizes: [60, 140], statistic: share, draws: 20_000 })!;
    const byRow = bcaInterval({
      rows,
      statistic: (drawn) => drawn.filter((row) => row >= 60).length / rows,
      draws: 20_000,
    })!;
    expect(grouped.value).toBe(0.7);
    // A row is a two-hundredth.
    expect(Math.abs(grouped.low - byRow.low)).toBeLessThanOrEqual(0.005);
    expect(Math.abs(grouped.high - byRow.high)).toBeLessThanOrEqual(0.005);
  });

  it('draws by its seed, and is wider at a higher level', () => {
    const of = (options: object) =>
      groupedBcaInterval({ sizes: [7, 0, 23], statistic: ([a, , b]) => b! / (a! + b!), ...options })!;
    expect(of({})).toEqual(of({ seed: 0, draws: 2000, level: 0.95 }));
    expect(of({ level: 0.99 }).low).toBeLessThan(of({}).low);
    expect(of({ level: 0.5 }).high).toBeLessThan(of({}).high);
    expect([1, 2, 3, 4].map((seed) => JSON.stringify(of({ seed, draws: 50 })))).not.toEqual(
      Array(4).fill(JSON.stringify(of({ seed: 1, draws: 50 }))),
    );
  });

  it('leaves out what has no value, and refuses no rows and levels that are none', () => {
    const whenBoth = ([a, b]: readonly number[]): number | undefined =>
      a! > 0 && b! > 0 ? b! / a! : undefined;
    expect(groupedBcaInterval({ sizes: [0, 5], statistic: whenBoth })).toBeUndefined();
    const { value, low, high } = groupedBcaInterval({ sizes: [1, 5], statistic: whenBoth })!;
    expect(value).toBe(5);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThanOrEqual(5);
    expect(() => groupedBcaInterval({ sizes: [0, 0], statistic: share })).toThrow('none given');
    expect(() => groupedBcaInterval({ sizes: [1, 1], statistic: share, level: 1 })).toThrow('level is 1');
  });
});

describe('bcaLimits', () => {
  it('holds where nothing was drawn, or all draws lie on one side', () => {
    expect(bcaLimits({ value: 3, drawn: [], jackknife: [1, 2], level: 0.95 })).toEqual({ low: 3, high: 3 });
    const drawn = [1, 2, 3, 4, 5];
    for (const value of [0, 9]) {
      const { low, high } = bcaLimits({ value, drawn, jackknife: [1, 2, 4], level: 0.95 });
      expect(low).toBeLessThanOrEqual(high);
      if (value === 0) expect(high).toBeLessThan(3);
      else expect(low).toBeGreaterThan(3);
    }
  });

  it('is the plain quantile without bias and skew', () => {
    const drawn = Array.from({ length: 1001 }, (_, index) => index);
    const { low, high } = bcaLimits({ value: 500, drawn, jackknife: [1, 2, 3], level: 0.9 });
    expect(low).toBeCloseTo(50, 6);
    expect(high).toBeCloseTo(950, 6);
  });
});
