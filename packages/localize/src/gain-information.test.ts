import { floatTensor } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DifferenceMoments } from './difference-moments.ts';
import { gainInformation, naturalGains, predictDivergence } from './gain-information.ts';
import { createGradientMeter, type GradientClass } from './gradient-moments.ts';

const LAYERS = 2;
const WIDTH = 3;

/** Moments of gradients, one list of all units for each item. */
function momentsOf(items: readonly (readonly number[])[]): DifferenceMoments {
  const meter = createGradientMeter({ sites: ['ffn'] });
  for (const [index, values] of items.entries()) {
    const ffn = floatTensor(Float32Array.from(values), [LAYERS, WIDTH]);
    meter.add({ id: String(index), margin: 0, gradients: { ffn } });
  }
  return meter.classes()[0]!.moments;
}
const classOf = (values: readonly number[]): GradientClass[] => [{ moments: momentsOf([values]) }];
const number = fc.integer({ min: -80, max: 80 }).map((whole) => whole / 8);
const units = fc.array(number, { minLength: LAYERS * WIDTH, maxLength: LAYERS * WIDTH });

describe('gainInformation', () => {
  it('is half the mean square, however the moments hold it', () =>
    fc.assert(
      fc.property(fc.array(units, { minLength: 1, maxLength: 9 }), (items) => {
        const { values } = gainInformation(momentsOf(items)).sites.ffn!;
        for (const [unit, value] of values.entries()) {
          const squares = items.reduce((sum, item) => sum + item[unit]! ** 2, 0);
          expect(value).toBeCloseTo(squares / items.length / 2, 8);
        }
      }),
    ));
});

describe('naturalGains', () => {
  it('buys no less for its price than any other gains over the same units', () =>
    fc.assert(
      fc.property(units, fc.array(units, { minLength: 2, maxLength: 5 }), units, (effects, items, rivals) => {
        const information = momentsOf(items);
        const { values: costs } = gainInformation(information).sites.ffn!;
        const damping = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
        fc.pre(damping > 0);
        const { values: gains } = naturalGains(classOf(effects), information).sites.ffn!;
        const bought = (of: ArrayLike<number>): number =>
          effects.reduce((sum, effect, unit) => sum + effect * of[unit]!, 0);
        const paid = (of: ArrayLike<number>): number =>
          costs.reduce((sum, cost, unit) => sum + (cost + damping) * of[unit]! ** 2, 0);
        // s·g / √(gᵀ(F + damping)g) is largest where g is the natural gradient, by Cauchy-Schwarz.
        const rate = (of: ArrayLike<number>): number =>
          paid(of) === 0 ? 0 : bought(of) / Math.sqrt(paid(of));
        expect(rate(gains)).toBeGreaterThanOrEqual(rate(rivals) - 1e-9);
      }),
    ));

  it('takes effects as they are where nothing moves the model', () => {
    const nothing = momentsOf([[0, 0, 0, 0, 0, 0]]);
    expect(naturalGains(classOf([1, -2, 3, 0, 5, -6]), nothing).sites.ffn!.values).toEqual(
      Float64Array.of(1, -2, 3, 0, 5, -6),
    );
  });

  it('refuses information of other units', () => {
    const other = {
      pairs: 1,
      layers: 2,
      sites: { ffn: { width: 1, mean: new Float64Array(2), squares: new Float64Array(2) } },
    };
    expect(() => naturalGains(classOf([1, 2, 3, 4, 5, 6]), other)).toThrow(/2 units"; expected 6 units/);
    expect(() => naturalGains(classOf([1, 2, 3, 4, 5, 6]), { ...other, sites: {} })).toThrow(
      /information of ffn is "none"/,
    );
  });
});

describe('predictDivergence', () => {
  const information = momentsOf([
    [1, 0, 2, 0, 0, 4],
    [-1, 0, 2, 0, 0, 0],
  ]);
  it('adds up F·g²/2 over the units, and grows with the square of the gains', () => {
    const gains = [
      { site: 'ffn', layer: 0, index: 2, gain: 0.5 },
      { site: 'ffn', layer: 1, index: 2, gain: -1 },
    ] as const;
    expect(predictDivergence(gains, information)).toBe((2 * 0.25) / 2 + 4 / 2);
    const doubled = gains.map((unit) => ({ ...unit, gain: 2 * unit.gain }));
    expect(predictDivergence(doubled, information)).toBe(4 * predictDivergence(gains, information));
    expect(predictDivergence([], information)).toBe(0);
  });

  it.each([
    { site: 'attention', layer: 0, index: 0 },
    { site: 'ffn', layer: 2, index: 0 },
    { site: 'ffn', layer: 0, index: 3 },
  ] as const)('refuses a unit that was not measured: %o', (unit) => {
    expect(() => predictDivergence([{ ...unit, gain: 1 }], information)).toThrow(
      /unit \d of \w+ in layer \d/,
    );
  });
});
