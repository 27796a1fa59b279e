import { describe, expect, it } from 'vitest';
import { checkDeltas, checkPrefixes } from './parquet-deltas.ts';

/** A number of 7 bits a byte, the lowest first. */
function numberOf(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...numberOf(Math.floor(value / 128))];
}
const signed = (value: number): number[] => numberOf(value < 0 ? -2 * value - 1 : 2 * value);
/** Rising by the same difference: blocks of 128 in 4 parts, which take no bits. */
const series = (values: number, first: number, difference: number): number[] => [
  ...[...numberOf(128), 4, ...numberOf(values), ...signed(first)],
  ...Array.from({ length: Math.ceil((values - 1) / 128) }, () => [...signed(difference), 0, 0, 0, 0]).flat(),
];
const problemOf = (check: () => void): string => {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

describe('checkDeltas', () => {
  const problem = (...bytes: number[]): string => problemOf(() => checkDeltas(Uint8Array.from(bytes), 0));
  it('passes blocks in parts, and refuses blocks of nothing or less, too large, or not divided', () => {
    expect(problem(128, 1, 4)).toBe('none');
    expect(problem(0, 4)).toBe('blocks of 0 differences in 4 parts');
    expect(problem(128, 1, 0)).toBe('blocks of 128 differences in 0 parts');
    expect(problem(128, 1, 3)).toBe('blocks of 128 differences in 3 parts');
    expect(problem(255, 255, 255, 255, 15, 4)).toBe('blocks of -1 differences in 4 parts');
    expect(problem(...numberOf(2 ** 17), 4)).toBe('blocks of 131072 differences in 4 parts');
    expect(problem(...numberOf(2 ** 16), 4)).toBe('none');
  });
});

describe('checkPrefixes', () => {
  const problem = (values: number, prefixes: number[], suffixes: number[]): string =>
    problemOf(() => checkPrefixes(Uint8Array.from([...prefixes, ...suffixes]), values));

  it('passes texts that repeat what is there', () => {
    // The first of 5 bytes, each other the whole text before it and 5 more.
    expect(problem(200, series(200, 0, 5), series(200, 5, 0))).toBe('none');
  });

  it('refuses texts that repeat more than there is, or less than nothing', () => {
    expect(problem(2, series(2, 0, 6), series(2, 5, 0))).toBe('a text that repeats 6 bytes of one of 5');
    expect(problem(2, series(2, 1, 0), series(2, 5, 0))).toBe('a text that repeats 1 bytes of one of 0');
    expect(problem(2, series(2, 0, -1), series(2, 5, 0))).toContain('repeats -1 bytes');
    expect(problem(2, series(2, 0, 0), series(2, 5, -9))).toContain('repeats 0 bytes of one of 5');
  });

  it('refuses texts that are small in the file and enormous spelled out', () => {
    // 6,000 texts, each 10 bytes longer than the one before it: 180 MB; with 20 bytes, 360 MB.
    expect(problem(6000, series(6000, 0, 10), series(6000, 10, 0))).toBe('none');
    expect(problem(6000, series(6000, 0, 20), series(6000, 20, 0))).toContain('the limit of a page');
  });

  it('refuses blocks that cannot be, in either part', () => {
    const damaged = [0, 4, 2, 0, 0];
    expect(problem(2, damaged, series(2, 5, 0))).toContain('blocks of 0');
    expect(problem(2, series(2, 0, 0), damaged)).toContain('blocks of 0');
  });
});
