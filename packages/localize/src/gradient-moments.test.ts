import { createRandom, type ItemGradients } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  causalScores,
  causalTValues,
  createGradientMeter,
  measureGradients,
  mergeGradients,
} from './gradient-moments.ts';

const LAYERS = 2;
const WIDTH = 3;

function item(seed: number, label: string | undefined): ItemGradients {
  const random = createRandom(seed);
  const draw = () => Float32Array.from({ length: LAYERS * WIDTH }, () => random.normal());
  const shape = [LAYERS, WIDTH];
  return {
    id: String(seed),
    ...(label !== undefined && { label }),
    margin: random.normal(),
    gradients: { ffn: { data: draw(), shape }, attention: { data: draw(), shape } },
  };
}

const arbitraryItems = fc.array(
  fc.record({ seed: fc.nat(1000), label: fc.constantFrom('yes', 'no', undefined) }),
  { minLength: 1, maxLength: 20 },
);

/** Straight from the definition. */
function slowScore(items: readonly ItemGradients[], unit: number): { score: number; error: number } {
  const classes = [...new Set(items.map(({ label }) => label))];
  const parts = classes.map((name) => {
    const values = items
      .filter(({ label }) => label === name)
      .map(({ gradients }) => gradients.ffn!.data[unit]!);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, variance: variance / values.length };
  });
  return {
    score: parts.reduce((sum, { mean }) => sum + mean, 0) / parts.length,
    error: Math.sqrt(parts.reduce((sum, { variance }) => sum + variance, 0)) / parts.length,
  };
}

describe('gradient moments', () => {
  it('scores are means of class means, t values these over their standard error', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryItems, async (drawn) => {
        const items = drawn.map(({ seed, label }) => item(seed, label));
        const classes = await measureGradients(items, { sites: ['ffn'] });
        const scores = causalScores(classes).sites.ffn!.values;
        const isSingle = classes.some(({ moments }) => moments.pairs < 2);
        for (let unit = 0; unit < LAYERS * WIDTH; unit++) {
          const { score, error } = slowScore(items, unit);
          expect(scores[unit]).toBeCloseTo(score, 6);
          if (isSingle || error < 1e-6) continue;
          expect(causalTValues(classes).sites.ffn!.values[unit]! / (score / error)).toBeCloseTo(1, 5);
        }
        if (isSingle) expect(() => causalTValues(classes)).toThrow(/two or more/);
      }),
    );
  });

  it('parts merge to the whole, in any order', () => {
    fc.assert(
      fc.property(arbitraryItems, fc.nat(20), (drawn, cut) => {
        const items = drawn.map(({ seed, label }) => item(seed, label));
        const measure = (part: readonly ItemGradients[]) => {
          if (part.length === 0) return [];
          const meter = createGradientMeter({ sites: ['attention', 'ffn'] });
          for (const each of part) meter.add(each);
          return meter.classes();
        };
        const [a, b] = [measure(items.slice(0, cut)), measure(items.slice(cut))];
        const merged = mergeGradients([b, a]);
        const whole = measure(items);
        expect(merged.map(({ label, moments }) => [label, moments.pairs])).toEqual(
          whole.map(({ label, moments }) => [label, moments.pairs]),
        );
        for (const [at, { moments }] of whole.entries()) {
          for (const part of ['mean', 'squares'] as const) {
            const [given, expected] = [merged[at]!.moments.sites.ffn![part], moments.sites.ffn![part]];
            expected.forEach((value, unit) => void expect(given[unit]).toBeCloseTo(value, 8));
          }
        }
      }),
    );
  });

  it('hands out copies, and takes nothing of an item that it refuses', () => {
    const meter = createGradientMeter({ sites: ['ffn'] });
    meter.add(item(1, 'yes'));
    const before = meter.classes();
    before[0]!.moments.sites.ffn!.mean.fill(7);
    const refused = (changed: Partial<ItemGradients>) => () => meter.add({ ...item(2, 'no'), ...changed });
    expect(refused({ margin: Number.NaN })).toThrow(/Margin of item "2"/);
    expect(refused({ gradients: {} })).toThrow(/gradient by ffn of item "2" is "missing"/);
    const data = Float32Array.of(1, 2, 3, Number.POSITIVE_INFINITY, 5, 6);
    expect(refused({ gradients: { ffn: { data, shape: [2, 3] } } })).toThrow(/Infinity/);
    expect(refused({ gradients: { ffn: { data, shape: [3, 2] } } })).toThrow(/\[3, 2\]/);
    const [only, ...others] = meter.classes();
    expect(others).toEqual([]);
    expect(only?.moments.sites.ffn?.mean[0]).toBeCloseTo(item(1, 'yes').gradients.ffn!.data[0]!, 6);
    expect(() => createGradientMeter({ sites: [] })).toThrow(/Sites/);
    expect(() => mergeGradients([])).toThrow(/Gradients to merge/);
  });

  it('keeps units that were not measured apart', async () => {
    const data = Float32Array.of(Number.NaN, 1, 2, 3, 4, 5);
    const gradients = { ffn: { data, shape: [LAYERS, WIDTH] } };
    const classes = await measureGradients([{ id: 'a', margin: 0, gradients }], { sites: ['ffn'] });
    expect([...causalScores(classes).sites.ffn!.values]).toEqual([Number.NaN, 1, 2, 3, 4, 5]);
  });
});
