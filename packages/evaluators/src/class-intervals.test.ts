import { readFileSync } from 'node:fs';
import { createRandom } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaOfMargins, balancedAccuracy } from './class-intervals.ts';
import { areaUnderCurve, drawnArea } from './classification.ts';
import type { Estimate } from './intervals.ts';
import { pairedDifference } from './paired-difference.ts';
import { bcaInterval, bcaLimits, groupedBcaInterval } from './statistics/bca-interval.ts';
import { drawGroupCounts } from './statistics/draw-group-counts.ts';

// Expected numbers: scipy, by tooling/statistics/make.py.

interface Golden {
  items: { label: number; first: number; second: number }[];
  cases: { statistic: string; value: number; drawn: number[]; low: number; high: number }[];
}
const { items, cases } = (
  JSON.parse(
    readFileSync(new URL('../../../tooling/statistics/goldens/statistics.json', import.meta.url), 'utf8'),
  ) as { classes: Golden }
).classes;

const nameOf = (yes: boolean): string => (yes ? 'yes' : 'no');
const condition = (of: (item: Golden['items'][number]) => number) =>
  items.map((item) => ({
    label: nameOf(item.label === 1),
    prediction: nameOf(of(item) > 0),
    margin: { towards: 'yes', value: of(item) },
  }));
const first = condition((item) => item.first);
const second = condition((item) => item.second);
const right = (condition: typeof first): boolean[] =>
  condition.map(({ label, prediction }) => label === prediction);

describe('against scipy', () => {
  const seed = 1;
  const ours: Record<string, () => Estimate> = {
    areaUnderCurve: () => areaOfMargins(second, { seed })!,
    areaDifference: () => areaOfMargins(second, { seed, against: first })!,
    balancedAccuracy: () => balancedAccuracy(second, { seed })!,
    balancedDifference: () => balancedAccuracy(second, { seed, against: first })!,
    rightDifference: () => pairedDifference(right(first), right(second), seed),
  };

  it.each(cases.filter(({ drawn }) => drawn.length === 0))('$statistic and its interval', (golden) => {
    const { value, low, high } = ours[golden.statistic]!();
    expect(value).toBeCloseTo(golden.value, 12);
    // Other draws: one item more or less moves a limit by some 0.007.
    expect(Math.abs(low - golden.low)).toBeLessThan(0.012);
    expect(Math.abs(high - golden.high)).toBeLessThan(0.012);
  });

  it.each(cases.filter(({ drawn, statistic }) => drawn.length > 0 && statistic.startsWith('area')))(
    'limits of $statistic on its own draws',
    (golden) => {
      const leftOut = (of: (item: Golden['items'][number]) => number): number[] =>
        drawnArea(
          items.map(of),
          items.map(({ label }) => label === 1),
        )
          .leaveOneOut()
          .map((area) => area!);
      const before = leftOut((item) => item.first);
      const after = leftOut((item) => item.second);
      const jackknife =
        golden.statistic === 'areaDifference' ? after.map((area, item) => area - before[item]!) : after;
      const { low, high } = bcaLimits({ ...golden, jackknife, level: 0.95 });
      expect(low).toBeCloseTo(golden.low, 9);
      expect(high).toBeCloseTo(golden.high, 9);
    },
  );
});

describe('drawnArea', () => {
  const item = fc.record({
    score: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }),
    positive: fc.boolean(),
    count: fc.nat({ max: 3 }),
  });

  it('is the area of the rows that were drawn, and of those that are left', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 14 }), (rows) => {
        const area = drawnArea(
          rows.map(({ score }) => score),
          rows.map(({ positive }) => positive),
        );
        const counted = rows.flatMap((row) => new Array<typeof row>(row.count).fill(row));
        expect(area.of(rows.map(({ count }) => count))).toEqual(pairwiseArea(counted));
        expect(area.leaveOneOut()).toEqual(
          rows.map((left) => pairwiseArea(rows.filter((row) => row !== left))),
        );
      }),
    );
  });

  /** Every positive item against every negative one. */
  function pairwiseArea(rows: readonly { score: number | undefined; positive: boolean }[]) {
    const scored = rows.filter(({ score }) => score !== undefined);
    const [up, down] = [scored.filter((row) => row.positive), scored.filter((row) => !row.positive)];
    const wins = up.flatMap((a) => down.map((b) => (Math.sign(a.score! - b.score!) + 1) / 2));
    return wins.length === 0 ? undefined : wins.reduce((sum, win) => sum + win, 0) / wins.length;
  }

  it('is what is sorted and ranked otherwise', () => {
    expect(areaUnderCurve([1, 1, 2, 0], [true, false, true, false])).toBe(0.875);
  });
});

describe('drawing groups', () => {
  it('draws as many rows as there are, as often as row by row', () => {
    const random = createRandom(3);
    const sizes = [3, 0, 40, 57];
    const draws = Array.from({ length: 4000 }, () => drawGroupCounts(random, sizes));
    for (const counts of draws) expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
    for (const [group, size] of sizes.entries()) {
      const mean = draws.reduce((sum, counts) => sum + counts[group]!, 0) / draws.length;
      const variance = draws.reduce((sum, counts) => sum + (counts[group]! - mean) ** 2, 0) / draws.length;
      const expected = size * (1 - size / 100);
      // Four standard errors of either.
      expect(Math.abs(mean - size)).toBeLessThanOrEqual(4 * Math.sqrt(expected / draws.length));
      expect(Math.abs(variance - expected)).toBeLessThanOrEqual(4 * expected * Math.sqrt(3 / draws.length));
    }
  });

  it('gives the shares of the binomial distribution', () => {
    const random = createRandom(4);
    const found = new Map<number, number>();
    for (let draw = 0; draw < 20_000; draw++) {
      const [count] = drawGroupCounts(random, [1, 3]);
      found.set(count!, (found.get(count!) ?? 0) + 1);
    }
    // Four rows, a quarter of them of the first group.
    for (const [count, share] of [0.31640625, 0.421875, 0.2109375, 0.046875, 0.00390625].entries())
      expect((found.get(count) ?? 0) / 20_000).toBeCloseTo(share, 2);
  });

  it('comes to the interval that drawing row by row comes to', () => {
    const rows = Array.from({ length: 80 }, (_, row) => Number(row < 9));
    const byRow = bcaInterval({
      rows: rows.length,
      draws: 8000,
      statistic: (drawn) => drawn.reduce((sum, row) => sum + rows[row]!, 0) / drawn.length,
    })!;
    const byGroup = groupedBcaInterval({
      sizes: [71, 9],
      draws: 8000,
      statistic: ([none, some]) => some! / (none! + some!),
    })!;
    expect(byGroup.value).toBe(byRow.value);
    expect(Math.abs(byGroup.low - byRow.low)).toBeLessThan(0.013);
    expect(Math.abs(byGroup.high - byRow.high)).toBeLessThan(0.013);
  });

  it('has no value without one, and refuses no rows', () => {
    expect(groupedBcaInterval({ sizes: [2], statistic: () => undefined })).toBeUndefined();
    expect(() => groupedBcaInterval({ sizes: [0, 0], statistic: () => 1 })).toThrow('none given');
    expect(() => groupedBcaInterval({ sizes: [2], statistic: () => 1, level: 0 })).toThrow('level is 0');
  });
});
