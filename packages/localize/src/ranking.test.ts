import type { Site } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsFromSafetensors, countsToSafetensors } from './counts-file.ts';
import type { MomentumCounts } from './momentum-counts.ts';
import { activationDifferences, effectSizes, rankScores, rankUnits, tiesAtCut } from './ranking.ts';

const countsArbitrary = fc
  .record({
    pairs: fc.integer({ min: 1, max: 5 }),
    splits: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 10, maxLength: 10 }),
  })
  .map(({ pairs, splits }): MomentumCounts => {
    const limited = splits.map(
      ([up, down]) => [Math.min(up, pairs), Math.min(down, pairs - Math.min(up, pairs))] as const,
    );
    const part = (start: number, width: number) => ({
      width,
      promoted: Int32Array.from(limited.slice(start, start + 2 * width), ([up]) => up),
      suppressed: Int32Array.from(limited.slice(start, start + 2 * width), ([, down]) => down),
    });
    return { pairs, layers: 2, sites: { attention: part(0, 3), ffn: part(6, 2) } };
  });

/** The released procedure, as slowly as it is written there: score every unit, sort stably, walk. */
function oracle(counts: MomentumCounts, sites: readonly Site[], tie: 1 | -1) {
  const units: { site: Site; layer: number; index: number; beta: number }[] = [];
  for (let layer = 0; layer < counts.layers; layer++) {
    for (const site of sites) {
      const { width, promoted, suppressed } = counts.sites[site]!;
      for (let index = 0; index < width; index++) {
        const [up, down] = [promoted[layer * width + index]!, suppressed[layer * width + index]!];
        const size = Math.max(up, down) / counts.pairs;
        units.push({ site, layer, index, beta: up === down ? tie * size : up > down ? size : -size });
      }
    }
  }
  return units.filter(({ beta }) => beta !== 0).sort((a, b) => Math.abs(b.beta) - Math.abs(a.beta));
}

describe('rankUnits', () => {
  it.each([
    ['official', 1],
    ['paper', -1],
  ] as const)('equals the released procedure, ties included (%s)', (mode, tie) => {
    fc.assert(
      fc.property(
        countsArbitrary,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom<readonly Site[]>(['attention'], ['ffn'], ['attention', 'ffn']),
        (counts, top, sites) => {
          const given = rankUnits(counts, { sites, top, mode });
          const expected = oracle(counts, sites, tie).slice(0, top);
          expect(
            given.map(({ site, layer, index, score, sign }) => ({ site, layer, index, beta: score * sign })),
          ).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses what makes no sense', () => {
    const counts: MomentumCounts = {
      pairs: 1,
      layers: 1,
      sites: { ffn: { width: 1, promoted: Int32Array.of(1), suppressed: Int32Array.of(0) } },
    };
    expect(() => rankUnits(counts, { sites: ['attention'] })).toThrow('sites that were counted (ffn)');
    expect(() => rankUnits(counts, { top: 0 })).toThrow('top is 0');
    expect(() => rankUnits(counts, { mode: 'papr' as 'paper' })).toThrow('Did you mean "paper"?');
  });
});

describe('tiesAtCut', () => {
  it('counts what a ranking shows', () => {
    fc.assert(
      fc.property(countsArbitrary, fc.integer({ min: 1, max: 12 }), (counts, k) => {
        const all = rankUnits(counts);
        if (all.length === 0) return;
        const cut = all.slice(0, k);
        const { score } = cut.at(-1)!;
        expect(tiesAtCut(counts, { k })).toEqual({
          score,
          tied: all.filter((unit) => unit.score === score).length,
          taken: cut.filter((unit) => unit.score === score).length,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses k of 0 and counts without a score', () => {
    const counts: MomentumCounts = {
      pairs: 1,
      layers: 1,
      sites: { ffn: { width: 1, promoted: Int32Array.of(0), suppressed: Int32Array.of(0) } },
    };
    expect(() => tiesAtCut(counts, { k: 0 })).toThrow('k is 0');
    expect(() => tiesAtCut(counts, { k: 1 })).toThrow('none given');
  });
});

describe('counts file', () => {
  it('round trip', () => {
    fc.assert(
      fc.property(countsArbitrary, (counts) => {
        const model = { name: 'm', architecture: 'llama', layers: 2, widths: { ffn: 2 } };
        const file = { counts, model, provenance: { task: 'boolq' } };
        expect(countsFromSafetensors(countsToSafetensors(file))).toEqual(file);
      }),
    );
  });

  it.each([
    ['another format', '"austeer-counts"', '"austeer-others"', 'names no momentum counts'],
    ['another version', '"version\\":1', '"version\\":9', 'version 9'],
    ['too few pairs', '"pairs\\":2', '"pairs\\":1', 'promoted 2 and suppressed 0 times in 1 pairs'],
  ])('refuses %s', (_, from, to, problem) => {
    const counts: MomentumCounts = {
      pairs: 2,
      layers: 1,
      sites: { ffn: { width: 1, promoted: Int32Array.of(2), suppressed: Int32Array.of(0) } },
    };
    const text = new TextDecoder('latin1').decode(countsToSafetensors({ counts, provenance: {} }));
    const changed = text.replace(from, to).replace(from.replaceAll('"', '\\"'), to.replaceAll('"', '\\"'));
    expect(changed).not.toBe(text);
    const bytes = Uint8Array.from(changed, (character) => character.charCodeAt(0));
    expect(() => countsFromSafetensors(bytes, { path: 'x.safetensors' })).toThrow(
      expect.objectContaining({ code: 'FILE_FORMAT', message: expect.stringContaining(problem) }),
    );
  });
});

describe('ties by effect size', () => {
  const counts: MomentumCounts = {
    pairs: 3,
    layers: 1,
    sites: { ffn: { width: 4, promoted: Int32Array.of(3, 3, 2, 0), suppressed: Int32Array.of(0, 0, 1, 3) } },
  };
  const moments = (...mean: number[]) => ({
    pairs: 3,
    layers: 1,
    sites: { ffn: { width: 4, mean: Float64Array.from(mean), squares: Float64Array.of(2, 2, 2, 0) } },
  });

  it('orders units of equal score only', () => {
    const ranking = rankUnits(counts, { ties: 'effect-size', moments: moments(1, 2, 9, -1) });
    // Unit 3 never varies: an infinite effect; unit 2 has the larger effect but the lower score.
    expect(ranking.map(({ index }) => index)).toEqual([3, 1, 0, 2]);
    expect(rankUnits(counts).map(({ index }) => index)).toEqual([0, 1, 3, 2]);
  });

  it('refuses missing moments, and those of other pairs', () => {
    expect(() => rankUnits(counts, { ties: 'effect-size' })).toThrow('the moments of the 3 pairs');
    const other = { ...moments(1, 1, 1, 1), pairs: 4 };
    expect(() => rankUnits(counts, { ties: 'effect-size', moments: other })).toThrow('of 4 pairs');
    expect(() => rankUnits(counts, { ties: 'effect-sise' as 'index' })).toThrow(
      'Did you mean "effect-size"?',
    );
  });

  it('ranks by effect size and by activation difference', () => {
    expect(rankScores(effectSizes(moments(1, -2, 9, 0))).map(({ index, sign }) => [index, sign])).toEqual([
      [2, 1],
      [1, -1],
      [0, 1],
    ]);
    expect(rankScores(activationDifferences(moments(1, -2, 9, 0)), { top: 1 })[0]).toMatchObject({
      index: 2,
      score: 9,
    });
    expect(() => effectSizes({ ...moments(1, 1, 1, 1), pairs: 1 })).toThrow('two or more');
  });
});
