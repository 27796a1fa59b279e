import { floatTensor, type PairActivations } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDifferenceMeter, mergeMoments } from './difference-moments.ts';

const UNITS = 4;
const pairArbitrary = fc
  .array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 2 * UNITS, maxLength: 2 * UNITS })
  .map((values): PairActivations => {
    const part = (start: number) => ({
      ffn: floatTensor(Float32Array.from(values.slice(start, start + UNITS)), [2, 2]),
    });
    return { id: 'pair', positive: part(0), negative: part(UNITS) };
  });

function measure(pairs: readonly PairActivations[]) {
  const meter = createDifferenceMeter({ sites: ['ffn'] });
  for (const pair of pairs) meter.add(pair);
  return meter.moments();
}

describe('createDifferenceMeter', () => {
  it('equals mean and deviation taken in two passes, in parts and whole', () => {
    fc.assert(
      fc.property(
        fc.array(pairArbitrary, { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 11 }),
        (pairs, cut) => {
          const parts = [pairs.slice(0, cut), pairs.slice(cut)].filter(({ length }) => length > 0);
          for (const moments of [measure(pairs), mergeMoments(parts.map(measure))]) {
            expect(moments).toMatchObject({ pairs: pairs.length, layers: 2 });
            for (let unit = 0; unit < UNITS; unit++) {
              const differences = pairs.map(
                ({ positive, negative }) => positive.ffn!.data[unit]! - negative.ffn!.data[unit]!,
              );
              const mean = differences.reduce((sum, value) => sum + value, 0) / pairs.length;
              const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
              expect(moments.sites.ffn!.mean[unit]).toBeCloseTo(mean, 8);
              expect(moments.sites.ffn!.squares[unit]).toBeCloseTo(squares, 6);
            }
          }
        },
      ),
    );
  });

  it('refuses a pair that is not finite, and keeps what it had', () => {
    const meter = createDifferenceMeter({ sites: ['ffn'] });
    const pair = (value: number): PairActivations => ({
      id: 'p',
      positive: { ffn: floatTensor(Float32Array.of(value), [1, 1]) },
      negative: { ffn: floatTensor(Float32Array.of(0), [1, 1]) },
    });
    expect(() => meter.moments()).toThrow('Pairs: none given');
    meter.add(pair(2));
    expect(() => meter.add(pair(Number.NaN))).toThrow(expect.objectContaining({ code: 'NON_FINITE' }));
    expect(meter.moments()).toMatchObject({ pairs: 1, sites: { ffn: { mean: Float64Array.of(2) } } });
    expect(() => mergeMoments([])).toThrow('none given');
  });
});
