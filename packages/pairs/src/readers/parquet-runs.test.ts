import fc from 'fast-check';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { describe, expect, it } from 'vitest';
import { countInRuns } from './parquet-runs.ts';

interface Run {
  readonly packed: boolean;
  readonly values: readonly number[];
}

/** A number of 7 bits a byte, the lowest first. */
function numberOf(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...numberOf(value >>> 7)];
}

function bytesOf(runs: readonly Run[], width: number): number[] {
  return runs.flatMap(({ packed, values: [first = 0, ...rest] }) => {
    if (!packed) {
      const value = Array.from({ length: Math.ceil(width / 8) }, (_, byte) => (first >>> (8 * byte)) & 255);
      return [...numberOf(2 * (rest.length + 1)), ...value];
    }
    const bits = [first, ...rest].flatMap((value) =>
      Array.from({ length: width }, (_, bit) => (value >>> bit) & 1),
    );
    const bytes = Array.from({ length: bits.length / 8 }, (_, byte) =>
      bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, index) => sum + bit * 2 ** index, 0),
    );
    return [...numberOf((2 * (rest.length + 1)) / 8 + 1), ...bytes];
  });
}

/** Runs of values of so many bits; packed ones of eights. */
const runsOf = (width: number): fc.Arbitrary<Run[]> => {
  const value = fc.nat(2 ** width - 1);
  const repeated = fc.tuple(value, fc.integer({ min: 1, max: 300 })).map(([same, count]) => ({
    packed: false,
    values: Array<number>(count).fill(same),
  }));
  const packed = fc
    .array(fc.array(value, { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 20 })
    .map((eights) => ({ packed: true, values: eights.flat() }));
  return fc.array(fc.oneof(repeated, packed), { minLength: 1, maxLength: 8 });
};

describe('countInRuns', () => {
  it('counts what the decoder reads, whatever the runs', () => {
    const widthAndRuns = fc
      .integer({ min: 1, max: 18 })
      .chain((width) => fc.tuple(fc.constant(width), runsOf(width)));
    fc.assert(
      fc.property(widthAndRuns, fc.nat(7), ([width, runs], spare) => {
        const all = runs.flatMap(({ values }) => values);
        // The last packed run may be filled up.
        const values = all.length - (runs.at(-1)?.packed ? spare : 0);
        const bytes = Uint8Array.from(bytesOf(runs, width));
        const decoded = new Array<number>(values);
        readRleBitPackedHybrid({ view: new DataView(bytes.buffer), offset: 0 }, width, decoded, bytes.length);
        expect(decoded).toEqual(all.slice(0, values));
        const [equalTo = 0] = decoded;
        const count = countInRuns({ bytes, start: 0, width, values, equalTo });
        expect(count).toBe(decoded.filter((value) => value === equalTo).length);
        expect(countInRuns({ bytes, start: 0, width, values })).toBe(0);
      }),
    );
  });

  const problemOf = (bytes: readonly number[], width: number, values: number): string => {
    try {
      countInRuns({ bytes: Uint8Array.from(bytes), start: 0, width, values });
    } catch (error) {
      return (error as Error).message;
    }
    return 'none';
  };

  it('refuses runs of more values than are left', () => {
    // The value 1 two thousand million times, where three values are claimed.
    expect(problemOf([...numberOf(2 ** 31 - 2), 1], 1, 3)).toBe(
      'a run of 1073741823 values where 3 are left',
    );
    expect(problemOf([4, 1, 4, 1], 1, 3)).toBe('a run of 2 values where 1 are left');
    // Packed runs of many, and of so many that the decoder counts down from less than nothing.
    expect(problemOf(numberOf(2 ** 20 + 1), 0, 3)).toContain('a run of 4194304 values');
    expect(problemOf([255, 255, 255, 255, 15], 0, 3)).toContain('where 3 are left');
    // As writers fill up their last run.
    expect(problemOf([2 * 32 + 1, ...Array(32).fill(0)], 1, 3)).toBe('none');
  });

  it('refuses runs that are cut, and values of more bits than there are', () => {
    expect(problemOf([], 1, 1)).toBe('a run is cut');
    expect(problemOf([6], 1, 3)).toBe('a run is cut');
    expect(problemOf([6, 1], 9, 3)).toBe('a run is cut');
    expect(problemOf([255, 255, 255, 255, 255, 255], 1, 3)).toBe('a run of more than 32 bits');
    expect(problemOf([6, 1], 33, 3)).toBe('values of 33 bits');
    expect(problemOf([], 1, 0)).toBe('none');
  });
});
