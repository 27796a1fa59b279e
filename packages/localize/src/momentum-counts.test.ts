import { floatTensor, type PairActivations, type Site } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMomentum, createMomentumCounter, mergeCounts } from './momentum-counts.ts';
import { pairActivations } from './pair-activations.ts';

const LAYERS = 2;
const WIDTH = 3;
const sites: readonly Site[] = ['attention', 'ffn'];

/** Small whole numbers, so that exact ties of the two sides are common. */
const pairArbitrary = fc
  .record({
    id: fc.string(),
    values: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 24, maxLength: 24 }),
  })
  .map(({ id, values }): PairActivations => {
    const part = (start: number) =>
      floatTensor(Float32Array.from(values.slice(start, start + 6)), [LAYERS, WIDTH]);
    return {
      id,
      positive: { attention: part(0), ffn: part(6) },
      negative: { attention: part(12), ffn: part(18) },
    };
  });
const pairsArbitrary = fc.array(pairArbitrary, { minLength: 1, maxLength: 12 });

describe('countMomentum', () => {
  it('equals a count written out by hand', async () => {
    await fc.assert(
      fc.asyncProperty(pairsArbitrary, async (pairs) => {
        const counts = await countMomentum(pairs, { sites });
        for (const site of sites) {
          for (let unit = 0; unit < LAYERS * WIDTH; unit++) {
            const signs = pairs.map((pair) =>
              Math.sign(pair.positive[site]!.data[unit]! - pair.negative[site]!.data[unit]!),
            );
            expect(counts.sites[site]!.promoted[unit]).toBe(signs.filter((sign) => sign === 1).length);
            expect(counts.sites[site]!.suppressed[unit]).toBe(signs.filter((sign) => sign === -1).length);
          }
        }
        expect(counts).toMatchObject({ pairs: pairs.length, layers: LAYERS });
      }),
    );
  });

  it('merged from any partition in any order equals the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        pairsArbitrary,
        fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
        fc.boolean(),
        async (pairs, part, flip) => {
          const whole = await countMomentum(pairs, { sites });
          const shards = [0, 1, 2, 3]
            .map((shard) => pairs.filter((_, index) => part[index] === shard))
            .filter((shard) => shard.length > 0);
          const counted = await Promise.all(
            shards.map((shard) => countMomentum(flip ? [...shard].reverse() : shard, { sites })),
          );
          expect(mergeCounts(flip ? counted.reverse() : counted)).toEqual(whole);
          expect(mergeCounts([mergeCounts(counted.slice(0, 1)), ...counted.slice(1)])).toEqual(whole);
        },
      ),
    );
  });

  it('takes one pair at a time from an async stream and reports progress', async () => {
    let alive = 0;
    let most = 0;
    async function* source(): AsyncIterable<PairActivations> {
      for (let i = 0; i < 5; i++) {
        alive++;
        most = Math.max(most, alive);
        yield pair(String(i), 1);
        alive--;
      }
    }
    const progress: number[] = [];
    const counts = await countMomentum(source(), {
      sites: ['ffn'],
      onProgress: ({ done }) => progress.push(done),
    });
    expect(counts.pairs).toBe(5);
    expect(most).toBe(1);
    expect(progress).toEqual([1, 2, 3, 4, 5]);
  });

  it('stops when asked', async () => {
    const controller = new AbortController();
    const work = countMomentum([pair('a', 1), pair('b', 1)], {
      sites: ['ffn'],
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });

  it('refuses an empty source and no sites', async () => {
    await expect(countMomentum([], { sites: ['ffn'] })).rejects.toMatchObject({ code: 'EMPTY_INPUT' });
    expect(() => createMomentumCounter({ sites: [] })).toThrow('Sites: none given');
  });
});

describe('createMomentumCounter', () => {
  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
  ])('refuses %s, names where it is, and keeps its counts', (_, bad) => {
    const counter = createMomentumCounter({ sites: ['ffn'] });
    counter.add(pair('good', 1));
    const before = counter.counts();
    expect(() => counter.add(pair('bad', 1, bad))).toThrow(
      expect.objectContaining({
        code: 'NON_FINITE',
        message: expect.stringContaining('negative ffn of pair "bad", layer 1, index 2'),
      }),
    );
    expect(counter.counts()).toEqual(before);
  });

  it('refuses another shape, and a missing site', () => {
    const counter = createMomentumCounter({ sites: ['ffn'] });
    counter.add(pair('first', 1));
    const wide = { ffn: floatTensor(new Float32Array(8), [2, 4]) };
    expect(() => counter.add({ id: 'wide', positive: wide, negative: wide })).toThrow('expected [2, 3]');
    expect(() => counter.add({ id: 'none', positive: {}, negative: {} })).toThrow('missing');
    const uneven = { ffn: floatTensor(new Float32Array(6), [3, 2]) };
    expect(() =>
      createMomentumCounter({ sites: ['ffn'] }).add({ id: 'x', positive: uneven, negative: wide }),
    ).toThrow('[3, 2]');
  });

  it('hands out copies', () => {
    const counter = createMomentumCounter({ sites: ['ffn'] });
    counter.add(pair('a', 1));
    counter.counts().sites.ffn!.promoted.fill(99);
    expect(counter.counts().sites.ffn!.promoted).toEqual(Int32Array.of(1, 1, 1, 1, 1, 1));
  });
});

describe('mergeCounts', () => {
  it('refuses counts of different models and nothing at all', () => {
    const small = {
      pairs: 1,
      layers: 1,
      sites: { ffn: { width: 1, promoted: Int32Array.of(1), suppressed: Int32Array.of(0) } },
    };
    const large = {
      pairs: 1,
      layers: 1,
      sites: { ffn: { width: 2, promoted: Int32Array.of(1, 0), suppressed: Int32Array.of(0, 0) } },
    };
    expect(() => mergeCounts([small, large])).toThrow('ffn 1 × 2');
    expect(() => mergeCounts([])).toThrow('none given');
    const many = { ...small, pairs: 2 ** 31 - 1 };
    expect(mergeCounts([many]).pairs).toBe(2 ** 31 - 1);
    expect(() => mergeCounts([many, small])).toThrow('at most 2147483647');
  });
});

describe('pairActivations', () => {
  it('pairs rows of two tensors', () => {
    const rows = (start: number) =>
      floatTensor(
        Float32Array.from({ length: 8 }, (_, i) => start + i),
        [2, 2, 2],
      );
    const pairs = [...pairActivations({ positive: { ffn: rows(0) }, negative: { ffn: rows(10) } })];
    expect(pairs[1]!.positive.ffn).toEqual(floatTensor(Float32Array.of(4, 5, 6, 7), [2, 2]));
    expect(pairs[1]!.negative.ffn!.data[0]).toBe(14);
  });

  it('refuses shapes that do not agree', () => {
    const positive = { ffn: floatTensor(new Float32Array(8), [2, 2, 2]) };
    const negative = { ffn: floatTensor(new Float32Array(4), [1, 2, 2]) };
    expect(() => [...pairActivations({ positive, negative })]).toThrow('expected both [2, layers, width]');
    expect(() => [...pairActivations({ positive: {}, negative: {} })]).toThrow('none given');
  });
});

/** All positive values `value`, all negative ones 0; the last negative one is `last`. */
function pair(id: string, value: number, last = 0): PairActivations {
  const negative = new Float32Array(6);
  negative[5] = last;
  return {
    id,
    positive: { ffn: floatTensor(new Float32Array(6).fill(value), [2, 3]) },
    negative: { ffn: floatTensor(negative, [2, 3]) },
  };
}
