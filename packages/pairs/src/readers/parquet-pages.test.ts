import { describe, expect, it } from 'vitest';
import { checkPages, type ParquetColumn } from './parquet-pages.ts';

const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);
const PLAIN = 0;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_BYTE_ARRAY = 7;
const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

interface Claims {
  readonly values?: number;
  readonly encoding?: number;
  readonly unpacked?: number;
  readonly packed?: number;
}

/** A page of the first form with the header that writers with statistics make. */
function page(content: readonly number[], claims: Claims = {}): number[] {
  const { values = 2, encoding = PLAIN, unpacked = content.length, packed = content.length } = claims;
  return [
    // type: 0, sizes
    ...[0x15, 0, 0x15, zigzag(unpacked), 0x15, zigzag(packed)],
    // data_page_header: num_values, three encodings
    ...[0x2c, 0x15, zigzag(values), 0x15, zigzag(encoding), 0x15, 6, 0x15, 6],
    // statistics: min and max as binary, is_max_value_exact as a bare flag
    ...[0x1c, 0x58, 3, 97, 98, 99, 0x18, 2, 97, 98, 0x11, 0],
    // end of both structs
    ...[0, 0],
    ...content,
  ];
}

/** A page of the second form, whose levels are not compressed. */
function secondForm(
  content: readonly number[],
  claims: Claims & { nulls?: number; definitions?: number; repetitions?: number; compressed?: boolean } = {},
): number[] {
  const { values = 2, encoding = PLAIN, nulls = 0, definitions = 0, repetitions = 0 } = claims;
  const size = zigzag(content.length);
  return [
    ...[0x15, 6, 0x15, size, 0x15, size],
    ...[0x5c, 0x15, zigzag(values), 0x15, zigzag(nulls), 0x15, zigzag(values), 0x15, zigzag(encoding)],
    ...[0x15, zigzag(definitions), 0x15, zigzag(repetitions), (claims.compressed ?? true) ? 0x11 : 0x12],
    ...[0, 0],
    ...content,
  ];
}

function dictionaryPage(content: readonly number[], values: number): number[] {
  const size = zigzag(content.length);
  return [0x15, 4, 0x15, size, 0x15, size, 0x4c, 0x15, zigzag(values), 0x15, 0, 0, 0, ...content];
}

const required: ParquetColumn = {
  type: 'INT32',
  typeLength: undefined,
  definitionLevels: 0,
  repetitionLevels: 0,
  unpack: (input) => input,
};
const optional: ParquetColumn = { ...required, definitionLevels: 1 };
const list: ParquetColumn = { ...required, definitionLevels: 3, repetitionLevels: 1 };

function check(bytes: readonly number[], options: { column?: ParquetColumn; limit?: number } = {}): unknown {
  const { column = required, limit = 1000 } = options;
  try {
    return checkPages(Uint8Array.from(bytes), { column, pageBytesLimit: 50, valuesLimit: limit });
  } catch (error) {
    return (error as Error).message;
  }
}

const two = [1, 0, 0, 0, 2, 0, 0, 0];
/** Runs after their length. */
const levels = (...runs: number[]): number[] => [runs.length, 0, 0, 0, ...runs];

describe('checkPages', () => {
  it('counts the values of pages one after the other, with statistics', () => {
    expect(check([...page(two), ...page([...two, ...two], { values: 4 })])).toBe(6);
    expect(check([])).toBe(0);
    expect(check([...dictionaryPage(two, 2), ...page([1, 4, 0], { encoding: RLE_DICTIONARY })])).toBe(2);
  });

  it('refuses a page that says no size, and one of no known kind', () => {
    expect(check([0x15, 0, 0x15, 8, 0, 7, 7, 7, 7])).toContain('claims undefined bytes');
    expect(check([0x15, 2, 0x15, 0, 0x15, 0, 0x1c, 0, 0])).toContain('claims NaN values');
    expect(check([0x15, 6, 0x15, 0, 0x15, 0, 0x5c, 0x15, 0, 0, 0])).toContain('levels of undefined');
  });

  it('refuses sizes that cannot be', () => {
    const { length } = page(two);
    expect(check([...page(two), ...page(two, { packed: 9 })])).toContain(
      `the page at byte ${length} claims 9 bytes`,
    );
    expect(check(page(two, { packed: -1 }))).toContain('claims -1 bytes');
    expect(check(page(two, { unpacked: -1 }))).toContain('claims -1 bytes unpacked');
    expect(check(page(two, { unpacked: 51 }))).toContain('claims 51 bytes unpacked; the limit is 50');
  });

  it('refuses a header that is cut', () => {
    for (let length = 2; length < page(two).length - 8; length++) {
      expect(check(page(two).slice(0, length))).toBe('the header of the page at byte 0 is damaged');
    }
  });

  it('refuses more values than the column has rows, or than the bytes hold', () => {
    expect(check([...page(two), ...page(two)], { limit: 3 })).toContain('claims 2 values; the limit is 1');
    expect(check(page(two, { values: -2 }))).toContain('claims -2 values');
    expect(check(page([], { values: 1 }))).toContain('1 values in 0 bytes');
    expect(check(dictionaryPage([], 3))).toContain('3 values in 0 bytes');
    expect(check(page(two, { encoding: BYTE_STREAM_SPLIT }))).toBe(2);
    expect(check(page(two, { encoding: BYTE_STREAM_SPLIT, values: 3 }))).toContain('3 values in 8 bytes');
  });

  it('looks at levels before the values, of those alone that are not null', () => {
    // Two levels of 1; one of 1 and one of 0, packed.
    expect(check(page([...levels(4, 1), ...two]), { column: optional })).toBe(2);
    const oneNull = [...levels(3, 1), 1, 2, 0];
    expect(check(page(oneNull, { encoding: RLE_DICTIONARY }), { column: optional })).toBe(2);
    const twoOfOne = [...levels(3, 1), 1, 4, 0];
    expect(check(page(twoOfOne, { encoding: RLE_DICTIONARY }), { column: optional })).toContain(
      'a run of 2 values where 1 are left',
    );
    const claims = [...levels(254, 255, 255, 255, 7, 1), ...two];
    expect(check(page(claims), { column: optional })).toBe(
      'the page at byte 0: a run of 1073741823 values where 2 are left',
    );
    expect(check(page([1, 0, 0]), { column: optional })).toContain('a length is cut');
    // Lists: which begin anew, then how deep.
    expect(check(page([...levels(4, 0), ...levels(4, 3), ...two]), { column: list })).toBe(2);
    expect(check(page([...levels(6, 0), ...levels(4, 3), ...two]), { column: list })).toContain(
      'a run of 3 values',
    );
    expect(check(page([...levels(4, 0), ...levels(6, 3), ...two]), { column: list })).toContain(
      'a run of 3 values',
    );
  });

  it('looks at pages of the second form', () => {
    const content = [4, 0, 4, 3, ...two];
    const claims = { repetitions: 2, definitions: 2 };
    expect(check(secondForm(content, claims), { column: list })).toBe(2);
    expect(check(secondForm([6, 0, 4, 3, ...two], claims), { column: list })).toContain('a run of 3');
    expect(check(secondForm([4, 0, 6, 3, ...two], claims), { column: list })).toContain('a run of 3');
    expect(check(secondForm(two, { nulls: 3 }))).toContain('3 nulls among 2 values');
    expect(check(secondForm(two, { nulls: -1 }))).toContain('-1 nulls');
    expect(check(secondForm(two, { definitions: 9 }))).toContain('levels of 0 and 9 bytes; the page has 8');
    expect(check(secondForm(two, { repetitions: -1 }))).toContain('levels of -1 and 0 bytes');
    // A run of values without bits, which the decoder reads in this form alone.
    const noBits = [0, 255, 255, 255, 255, 15];
    expect(check(secondForm(noBits, { encoding: RLE_DICTIONARY }))).toContain('are left');
    expect(check(page(noBits, { encoding: RLE_DICTIONARY }))).toBe(2);
  });

  it('unpacks what is compressed, and looks at that', () => {
    const column = { ...required, unpack: () => Uint8Array.from([1, 6, 0]) };
    expect(check(page([9], { encoding: RLE_DICTIONARY }), { column })).toContain('a run of 3 values');
    const second = { encoding: RLE_DICTIONARY };
    expect(check(secondForm([9], second), { column })).toContain('a run of 3 values');
    expect(check(secondForm([1, 4, 0], { ...second, compressed: false }), { column })).toBe(2);
  });

  it('looks at runs of booleans and at differences', () => {
    const flags = { ...required, type: 'BOOLEAN' } as const;
    expect(check(page(levels(4, 1), { encoding: RLE }), { column: flags })).toBe(2);
    expect(check(page(levels(6, 1), { encoding: RLE }), { column: flags })).toContain('a run of 3');
    expect(check(page(levels(6, 1), { encoding: RLE_DICTIONARY }), { column: flags })).toContain(
      'a run of 3',
    );
    expect(check(page([0, 4, 2, 0], { encoding: DELTA_BINARY_PACKED }))).toContain('blocks of 0');
    expect(check(page([0, 4, 2, 0], { encoding: DELTA_BYTE_ARRAY }))).toContain('blocks of 0');
  });
});
