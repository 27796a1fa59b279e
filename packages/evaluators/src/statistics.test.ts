import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, classRecall } from './classification.ts';
import { bootstrapInterval, wilsonInterval } from './intervals.ts';
import { mcNemarExact } from './mcnemar.ts';

// Expected numbers: statsmodels `proportion_confint(a, b, 1 - level, "wilson")`, scipy
// `binomtest(min(b, c), b + c, 0.5).pvalue`, scikit-learn `roc_auc_score`.

describe('wilsonInterval', () => {
  it.each([
    [7, 10, 0.95, 0.39677814746114537, 0.8922087325936989],
    [0, 10, 0.95, 0, 0.27753279986288926],
    [10, 10, 0.95, 0.7224672001371106, 1],
    [137, 200, 0.95, 0.6176504391426965, 0.7453767900977151],
    [1, 1000, 0.95, 0.00017654637062607765, 0.005642558597957937],
    [45, 60, 0.9, 0.6486242412686938, 0.8298023594346711],
  ])('%i of %i at level %d', (successes, trials, level, low, high) => {
    const interval = wilsonInterval({ successes, trials, level });
    expect(interval.low).toBeCloseTo(low, 11);
    expect(interval.high).toBeCloseTo(high, 11);
  });

  it('holds the share, stays in [0, 1], and is the mirror of its opposite', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(), (trials, draw) => {
        const successes = draw % (trials + 1);
        const { value, low, high } = wilsonInterval({ successes, trials });
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(high).toBeLessThanOrEqual(1);
        const mirror = wilsonInterval({ successes: trials - successes, trials });
        expect(mirror.low).toBeCloseTo(1 - high, 10);
      }),
    );
  });

  it.each([
    [{ successes: 1, trials: 0 }, 'trials is 0'],
    [{ successes: 3, trials: 2 }, 'from 0 to 2'],
    [{ successes: 1, trials: 2, level: 1 }, 'level is 1'],
  ])('refuses %o', (options, problem) => {
    expect(() => wilsonInterval(options)).toThrow(problem);
  });
});

describe('mcNemarExact', () => {
  it.each([
    [0, 3, 0.25],
    [5, 12, 0.143463134765625],
    [40, 71, 0.004195534185394861],
    [3, 3, 1],
    [900, 1100, 8.45708953550381e-6],
    [0, 0, 1],
  ])('%i against %i', (onlyFirst, onlySecond, expected) => {
    expect(mcNemarExact({ onlyFirst, onlySecond }) / expected).toBeCloseTo(1, 9);
  });

  it('is symmetric and a probability, for any counts', () => {
    fc.assert(
      fc.property(fc.nat(4000), fc.nat(4000), (onlyFirst, onlySecond) => {
        const p = mcNemarExact({ onlyFirst, onlySecond });
        expect(p).toBe(mcNemarExact({ onlyFirst: onlySecond, onlySecond: onlyFirst }));
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('refuses what is no count', () => {
    expect(() => mcNemarExact({ onlyFirst: -1, onlySecond: 0 })).toThrow('onlyFirst is -1');
  });
});

describe('areaUnderCurve', () => {
  it('equals scikit-learn’s, ties included', () => {
    const scores = [0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, -1];
    expect(areaUnderCurve(scores, [0, 0, 1, 1, 1, 0, 1, 0].map(Boolean))).toBe(0.8125);
  });

  it('equals the share of pairs in order, and turns round with the labels', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
        (items) => {
          const scores = items.map(([score]) => score);
          const labels = items.map(([, label]) => label);
          const positives = scores.filter((_, index) => labels[index]);
          const negatives = scores.filter((_, index) => !labels[index]);
          const area = areaUnderCurve(scores, labels);
          if (positives.length === 0 || negatives.length === 0) {
            expect(area).toBeUndefined();
            return;
          }
          const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
          expect(area).toBeCloseTo(pairs.reduce((sum: number, x) => sum + x, 0) / pairs.length, 10);
          expect(
            areaUnderCurve(
              scores,
              labels.map((label) => !label),
            ),
          ).toBeCloseTo(1 - area!, 10);
        },
      ),
    );
  });
});

describe('classRecall', () => {
  it('gives one half to whoever always says the same', () => {
    const items = [...Array(68).fill('yes'), ...Array(32).fill('no')].map((label) => ({
      label,
      correct: label === 'yes',
    }));
    expect(classRecall(items)).toEqual({ balancedAccuracy: 0.5, recall: { yes: 1, no: 0 } });
  });

  it('has no value without items', () => {
    expect(classRecall([]).balancedAccuracy).toBeUndefined();
  });
});

describe('bootstrapInterval', () => {
  const numbers = Array.from({ length: 200 }, (_, index) => Number(index < 120));
  const mean = (rows: readonly number[]): number =>
    rows.reduce((sum, row) => sum + numbers[row]!, 0) / rows.length;

  it('repeats itself, and agrees with Wilson on a share', () => {
    const interval = bootstrapInterval({ rows: 200, statistic: mean, seed: 4 })!;
    expect(bootstrapInterval({ rows: 200, statistic: mean, seed: 4 })).toEqual(interval);
    const wilson = wilsonInterval({ successes: 120, trials: 200 });
    expect(Math.abs(interval.low - wilson.low)).toBeLessThan(0.015);
    expect(Math.abs(interval.high - wilson.high)).toBeLessThan(0.015);
  });

  it('leaves out draws without a value', () => {
    const sometimes = (rows: readonly number[]): number | undefined =>
      rows[0] === 0 ? undefined : mean(rows);
    expect(
      bootstrapInterval({ rows: 200, statistic: (rows) => sometimes(rows) ?? undefined }),
    ).toBeUndefined();
    const interval = bootstrapInterval({
      rows: 5,
      statistic: (rows) => (new Set(rows).size < 2 ? undefined : 1),
    });
    expect(interval).toEqual({ value: 1, low: 1, high: 1 });
  });

  it('refuses no rows', () => {
    expect(() => bootstrapInterval({ rows: 0, statistic: mean })).toThrow('none given');
  });
});
