import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adjustPValues } from './adjust-p-values.ts';
import { bcaLimits } from './bca-interval.ts';
import { combineEstimates } from './combine-estimates.ts';
import { logGamma, normalQuantile, normalShare, studentQuantile, studentShare } from './distributions.ts';
import { mcNemarPower } from './power.ts';
import { seedEffect } from './seed-effect.ts';

// Expected numbers: scipy and statsmodels, by tooling/statistics/make.py.

interface Goldens {
  bca: {
    pairs: [number, number][];
    cases: { statistic: string; level: number; drawn: number[]; low: number; high: number }[];
  };
  adjusted: { pValues: number[]; holm: number[]; benjaminiHochberg: number[] }[];
  powers: { items: number; difference: number; changed: number; level: number; power: number }[];
  seeds: ({ values: number[][] } & Record<string, number>)[];
  combined: ({ estimates: { value: number; standardError: number }[] } & Record<string, number>)[];
  distributions: Record<'normalQuantile' | 'normalShare' | 'studentQuantile' | 'logGamma', number[][]>;
}

const goldens = JSON.parse(
  readFileSync(new URL('../../../../tooling/statistics/goldens/statistics.json', import.meta.url), 'utf8'),
) as Goldens;

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe('against scipy and statsmodels', () => {
  const statistics: Record<string, (pairs: readonly [number, number][]) => number> = {
    meanDifference: (pairs) => mean(pairs.map(([a, b]) => b - a)),
    ratio: (pairs) => mean(pairs.map(([, b]) => b)) / mean(pairs.map(([a]) => a)),
    variance: (pairs) => {
      const centre = mean(pairs.map(([a, b]) => b - a));
      return mean(pairs.map(([a, b]) => (b - a - centre) ** 2));
    },
  };
  it.each(goldens.bca.cases)('BCa limits of the $statistic at level $level', (golden) => {
    const { pairs } = goldens.bca;
    const of = statistics[golden.statistic]!;
    const jackknife = pairs.map((_, left) => of(pairs.filter((_, index) => index !== left)));
    const { low, high } = bcaLimits({ value: of(pairs), jackknife, ...golden });
    expect(low).toBeCloseTo(golden.low, 9);
    expect(high).toBeCloseTo(golden.high, 9);
  });

  it.each(goldens.adjusted)('adjusted p values of $pValues', ({ pValues, holm, benjaminiHochberg }) => {
    for (const [index, value] of adjustPValues(pValues, 'holm').entries())
      expect(value).toBeCloseTo(holm[index]!, 12);
    for (const [index, value] of adjustPValues(pValues, 'benjamini-hochberg').entries())
      expect(value).toBeCloseTo(benjaminiHochberg[index]!, 12);
  });

  it.each(goldens.powers)(
    'power with $items items for a difference of $difference',
    ({ power, ...options }) => {
      expect(mcNemarPower(options)).toBeCloseTo(power, 9);
    },
  );

  it.each(goldens.seeds)('seeds as a random effect, $degrees degrees of freedom', ({ values, ...golden }) => {
    const found = { ...seedEffect({ values }) } as unknown as Record<string, number>;
    for (const [name, expected] of Object.entries(golden)) expect(found[name]).toBeCloseTo(expected, 9);
  });

  it.each(goldens.combined)('independent estimates together, $value', ({ estimates, ...golden }) => {
    const found = { ...combineEstimates(estimates) } as unknown as Record<string, number>;
    for (const [name, expected] of Object.entries(golden)) expect(found[name]).toBeCloseTo(expected, 9);
  });

  it('distributions', () => {
    const { distributions } = goldens;
    for (const [share, expected] of distributions.normalQuantile)
      expect(normalQuantile(share!)).toBeCloseTo(expected!, 9);
    for (const [z, expected] of distributions.normalShare)
      expect(normalShare(z!) / expected!).toBeCloseTo(1, 10);
    for (const [x, expected] of distributions.logGamma) expect(logGamma(x!)).toBeCloseTo(expected!, 9);
    for (const [share, degrees, expected] of distributions.studentQuantile) {
      expect(studentQuantile(share!, degrees!) / expected!).toBeCloseTo(1, 9);
      expect(studentShare(expected!, degrees!)).toBeCloseTo(share!, 10);
    }
  });
});
