import { describe, expect, it } from 'vitest';
import { problemOfPages } from './parquet-pages.ts';

const LIMIT = 1000;
const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);
/** A page with the header that writers with statistics make: sizes, a data header, in it two texts and a flag. */
const page = (options: { unpacked?: number; packed?: number; content?: number } = {}): number[] => {
  const { unpacked = 4, packed = 4, content = 4 } = options;
  return [
    // type: 0, sizes
    ...[0x15, 0, 0x15, zigzag(unpacked), 0x15, zigzag(packed)],
    // data_page_header: num_values 2, three encodings
    ...[0x2c, 0x15, 4, 0x15, 0, 0x15, 6, 0x15, 6],
    // statistics: min and max as binary, is_max_value_exact as a bare flag
    ...[0x1c, 0x58, 3, 97, 98, 99, 0x18, 2, 97, 98, 0x11, 0],
    // end of both structs
    ...[0, 0],
    ...Array(content).fill(7),
  ];
};
const problemOf = (...bytes: number[]): string | undefined => problemOfPages(Uint8Array.from(bytes), LIMIT);

describe('problemOfPages', () => {
  it('finds nothing wrong with pages one after the other, with statistics', () => {
    expect(problemOf(...page(), ...page({ unpacked: 30, packed: 6, content: 6 }))).toBeUndefined();
    expect(problemOf()).toBeUndefined();
  });

  it('refuses a page that says no size', () => {
    expect(problemOf(0x15, 0, 0x15, 8, 0, 7, 7, 7, 7)).toBe('the header of the page at byte 0 is damaged');
  });

  it('refuses sizes that cannot be', () => {
    const { length } = page();
    expect(problemOf(...page(), ...page({ packed: 5 }))).toContain(
      `the page at byte ${length} claims 5 bytes`,
    );
    expect(problemOf(...page({ packed: -1 }))).toContain('claims -1 bytes');
    expect(problemOf(...page({ unpacked: -1 }))).toContain('claims -1 bytes unpacked');
    expect(problemOfPages(Uint8Array.from(page()), 3)).toContain('claims 4 bytes unpacked; the limit is 3');
  });

  it('refuses a header that is cut, nested without end, or of an unknown type', () => {
    for (let length = 2; length < page().length - 4; length++) {
      expect(problemOf(...page().slice(0, length))).toBe('the header of the page at byte 0 is damaged');
    }
    expect(problemOf(...Array(100).fill(0x1c))).toContain('damaged');
    expect(problemOf(0x1f, 0, 0)).toContain('damaged');
    // A list that claims 2^60 texts.
    expect(problemOf(0x19, 0xf8, 255, 255, 255, 255, 255, 255, 255, 255, 15, 1, 1)).toContain('damaged');
  });
});
