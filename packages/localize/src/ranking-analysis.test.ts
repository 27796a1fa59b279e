import { createRandom, floatTensor, type Unit } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMomentum, type MomentumCounts } from './momentum-counts.ts';
import { randomUnits } from './random-units.ts';
import {
  groupScores,
  rankingStability,
  scoreCorrelation,
  scoreDistribution,
  unitLocations,
  unitOverlap,
} from './ranking-analysis.ts';
import { adjustPValues, signTest } from './significance.ts';

const [LAYERS, WIDTH] = [2, 20];
const unit = (layer: number, index: number): Unit => ({ site: 'ffn', layer, index });

/** Unit i of layer 0 is promoted with probability 0.5 + i/40; layer 1 is chance. */
async function part(seed: number, pairs: number): Promise<MomentumCounts> {
  const random = createRandom(seed);
  const source = Array.from({ length: pairs }, (_, id) => {
    const data = Float32Array.from({ length: LAYERS * WIDTH }, (_, at) =>
      random.next() < (at < WIDTH ? 0.5 + at / 40 : 0.5) ? 1 : -1,
    );
    const zero = floatTensor(new Float32Array(LAYERS * WIDTH), [LAYERS, WIDTH]);
    return {
      id: String(id),
      positive: { ffn: floatTensor(data, [LAYERS, WIDTH]) },
      negative: { ffn: zero },
    };
  });
  return countMomentum(source, { sites: ['ffn'] });
}

describe('where scores and units lie', () => {
  it('every unit is in one place of the distribution', async () => {
    const counts = await part(1, 30);
    const size = (histogram: number[]) => histogram.reduce((sum, units) => sum + units, 0);
    const layers = scoreDistribution(counts, { site: 'ffn' });
    expect(layers.map(([all]) => size(all!))).toEqual([WIDTH, WIDTH]);
    // A unit that is never equal is promoted or suppressed in half of the pairs at least.
    expect(layers.flatMap(([all]) => all!.slice(0, 15)).every((units) => units === 0)).toBe(true);
    const heads = scoreDistribution(counts, { site: 'ffn', groupSize: WIDTH / 4 });
    expect(heads.map((groups) => groups.map(size))).toEqual([
      new Array(4).fill(WIDTH / 4),
      new Array(4).fill(WIDTH / 4),
    ]);
    expect(heads.map((groups) => groups.reduce((sum, each) => sum.map((n, at) => n + each[at]!)))).toEqual(
      layers.map(([all]) => all),
    );
    expect(() => scoreDistribution(counts, { site: 'attention' })).toThrow('a site that was counted (ffn)');
    expect(() => scoreDistribution(counts, { site: 'ffn', groupSize: 7 })).toThrow('a divisor');
  });

  it('scores of heads and layers are the means of their units', async () => {
    const counts = await part(1, 30);
    const { promoted, suppressed } = counts.sites.ffn!;
    const mean = (start: number, end: number) => {
      let sum = 0;
      for (let unit = start; unit < end; unit++) sum += Math.max(promoted[unit]!, suppressed[unit]!) / 30;
      return sum / (end - start);
    };
    const half = WIDTH / 2;
    const heads = groupScores(counts, { site: 'ffn', groupSize: half });
    expect(heads[1]![0]).toBeCloseTo(mean(WIDTH, WIDTH + half), 12);
    expect(heads[1]![1]).toBeCloseTo(mean(WIDTH + half, 2 * WIDTH), 12);
    expect(groupScores(counts, { site: 'ffn' })[0]![0]).toBeCloseTo(mean(0, WIDTH), 12);
  });

  it('units by head', () => {
    const units = [unit(0, 0), unit(1, 9), unit(1, 10), unit(1, 19)];
    expect(unitLocations(units, { layers: 2, width: 20, groupSize: 10 })).toEqual([
      [1, 0],
      [1, 2],
    ]);
    expect(unitLocations(units, { layers: 2, width: 20 })).toEqual([[1], [3]]);
    expect(() => unitLocations(units, { layers: 2, width: 20, groupSize: 7 })).toThrow('a divisor');
    expect(() => unitLocations(units, { layers: 1, width: 20 })).toThrow('ffn 1.9');
  });

  it('what sets share', () => {
    expect(unitOverlap([unit(0, 1), unit(0, 2)], [unit(0, 2), unit(1, 2)])).toEqual({
      shared: 1,
      jaccard: 1 / 3,
    });
    expect(unitOverlap([], [])).toEqual({ shared: 0, jaccard: undefined });
  });
});

describe('scoreCorrelation', () => {
  /** Spearman's formula over ranks found by sorting, ties at the mean of their places. */
  function slow(a: readonly number[], b: readonly number[]): number {
    const ranks = (values: readonly number[]) =>
      values.map((value) => {
        const places = [...values]
          .sort((x, y) => x - y)
          .flatMap((other, at) => (other === value ? [at] : []));
        return places.reduce((sum, at) => sum + at, 0) / places.length;
      });
    const [x, y] = [ranks(a), ranks(b)];
    const mean = (a.length - 1) / 2;
    const sum = (f: (at: number) => number) => x.reduce((total, _, at) => total + f(at), 0);
    return (
      sum((at) => (x[at]! - mean) * (y[at]! - mean)) /
      Math.sqrt(sum((at) => (x[at]! - mean) ** 2) * sum((at) => (y[at]! - mean) ** 2))
    );
  }

  it('equals the formula over sorted ranks', () => {
    const values = fc.array(fc.nat(9), { minLength: 6, maxLength: 6 });
    const of = (promoted: readonly number[]): MomentumCounts => ({
      pairs: 9,
      layers: 1,
      sites: {
        ffn: { width: 6, promoted: Int32Array.from(promoted), suppressed: new Int32Array(6) },
      },
    });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const given = scoreCorrelation(of(a), of(b), { site: 'ffn' });
        if (new Set(a).size === 1 || new Set(b).size === 1) expect(given).toBeUndefined();
        else expect(given).toBeCloseTo(slow(a, b), 10);
      }),
    );
    expect(() => scoreCorrelation(of([1]), of([1, 2, 3, 4, 5, 6]), { site: 'attention' })).toThrow(
      'same units',
    );
  });
});

describe('rankingStability', () => {
  it('keeps what is real and drops what is chance', async () => {
    const parts = await Promise.all(Array.from({ length: 20 }, (_, seed) => part(seed + 10, 10)));
    const stability = rankingStability(parts, { k: 5, random: createRandom(1), resamples: 100 });
    expect(stability.growth.map(({ pairs }) => pairs)).toEqual(parts.map((_, at) => 10 * (at + 1)));
    expect(stability.growth.at(-1)).toMatchObject({ shared: 5, jaccard: 1 });
    expect(stability.resamples).toHaveLength(100);
    // The best unit is promoted in 97 % of the pairs, the runners-up lie 2.5 points apart.
    expect(stability.kept[0]!.share).toBeGreaterThan(0.95);
    expect(stability.kept.every(({ layer }) => layer === 0)).toBe(true);
    expect(rankingStability(parts, { k: 5, random: createRandom(1), resamples: 100 })).toEqual(stability);
    expect(() => rankingStability(parts.slice(1, 2), { k: 5, random: createRandom(1) })).toThrow(
      'two or more',
    );
  });
});

describe('significance', () => {
  it('sign test: exact, and never small by chance more often than it says', () => {
    const of = (up: number, down: number): MomentumCounts => ({
      pairs: up + down,
      layers: 1,
      sites: { ffn: { width: 1, promoted: Int32Array.of(up), suppressed: Int32Array.of(down) } },
    });
    const p = (up: number, down: number) => signTest(of(up, down), { site: 'ffn' })[0]!;
    // R: binom.test(8, 10)$p.value
    expect(p(8, 2)).toBeCloseTo(0.109375, 12);
    expect(p(2, 8)).toBe(p(8, 2));
    expect(p(5, 5)).toBe(1);
    // P(X ≤ 0) over 2000 pairs is 2⁻²⁰⁰⁰, below what a number holds: 0, not NaN.
    expect(p(2000, 0)).toBe(0);
    expect(p(1100, 900)).toBeGreaterThan(0);
    expect(() => signTest(of(1, 0), { site: 'residual' })).toThrow('a site that was counted (ffn)');
  });

  it('adjusted values grow with the values and are never below them', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
        const adjusted = adjustPValues(Float64Array.from(values));
        for (const [a, value] of values.entries()) {
          // The definition: the least of p·m/rank over all that are no smaller.
          const rank = (of: number) => values.filter((other) => other <= of).length;
          const least = Math.min(
            1,
            ...values.filter((other) => other >= value).map((other) => (other * values.length) / rank(other)),
          );
          expect(adjusted[a]).toBeCloseTo(least, 12);
        }
      }),
    );
    expect(() => adjustPValues(Float64Array.of(0.5, Number.NaN))).toThrow('between 0 and 1');
  });
});

describe('randomUnits', () => {
  const shape = { layers: 3, widths: { attention: 4, ffn: 2 } } as const;

  it('draws every unit equally often, never twice', () => {
    const random = createRandom(3);
    const seen = new Map<string, number>();
    for (let draw = 0; draw < 3000; draw++) {
      const units = randomUnits(shape, { top: 6, random });
      const names = units.map(({ site, layer, index }) => `${site} ${layer}.${index}`);
      expect(new Set(names).size).toBe(6);
      for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    expect(seen.size).toBe(18);
    // 1000 expected, deviation 26.
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(130);
  });

  it('is the same for a seed, and refuses what is not there', () => {
    const draw = () => randomUnits(shape, { top: 5, sites: ['ffn'], random: createRandom(9) });
    expect(draw()).toEqual(draw());
    expect(draw().every(({ site, score }) => site === 'ffn' && score === 1)).toBe(true);
    expect(() => randomUnits(shape, { top: 7, sites: ['ffn'], random: createRandom(9) })).toThrow('1 to 6');
    expect(() => randomUnits(shape, { top: 1, sites: ['residual'], random: createRandom(9) })).toThrow(
      'sites of the model (attention, ffn)',
    );
  });
});
