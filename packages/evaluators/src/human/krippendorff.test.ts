import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { krippendorffAlpha } from './krippendorff.ts';

interface Golden {
  readonly ratings: readonly (readonly (number | null)[])[];
  readonly ordinal: number;
  readonly interval: number;
}
// Made by tooling/judge/krippendorff_goldens.py.
const goldens: Golden[] = JSON.parse(
  readFileSync(new URL('__fixtures__/krippendorff.json', import.meta.url), 'utf8'),
);

describe('krippendorffAlpha', () => {
  it.each(goldens.map((golden, index) => [index, golden] as const))(
    'equals the krippendorff package, table %i',
    (_, { ratings, ordinal, interval }) => {
      const plain = ratings.map((row) => row.map((value) => value ?? undefined));
      expect(krippendorffAlpha({ ratings: plain, level: 'ordinal' })).toBeCloseTo(ordinal, 10);
      expect(krippendorffAlpha({ ratings: plain, level: 'interval' })).toBeCloseTo(interval, 10);
    },
  );

  it('does not depend on the order of raters or things, nor (interval) on the unit', () => {
    const rating = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(rating, rating, rating), { minLength: 2, maxLength: 12 }), (ratings) => {
        for (const level of ['ordinal', 'interval'] as const) {
          const alpha = krippendorffAlpha({ ratings, level });
          const turned = ratings.map(([a, b, c]) => [c, a, b]).reverse();
          const other = krippendorffAlpha({ ratings: turned, level });
          if (alpha === undefined) expect(other).toBeUndefined();
          else expect(other).toBeCloseTo(alpha, 10);
        }
        const scaled = ratings.map((row) => row.map((value) => value && 7 * value + 3));
        const [alpha, other] = [ratings, scaled].map((table) =>
          krippendorffAlpha({ ratings: table, level: 'interval' }),
        );
        if (alpha === undefined) expect(other).toBeUndefined();
        else expect(other).toBeCloseTo(alpha, 10);
      }),
    );
  });

  it.each([
    [
      [
        [3, 3],
        [3, 3],
      ],
    ],
    [
      [
        [1, undefined],
        [undefined, 4],
      ],
    ],
    [[]],
  ])('has no value for %j', (ratings) => {
    expect(krippendorffAlpha({ ratings, level: 'ordinal' })).toBeUndefined();
  });
});
