import { describe, expect, it } from 'vitest';
import { endOfStruct } from './parquet-thrift.ts';

const end = (...bytes: number[]): number | undefined => endOfStruct(Uint8Array.from(bytes), 0);
const BIG = [255, 255, 255, 255, 255, 255, 255, 255, 15];

describe('endOfStruct', () => {
  it('passes numbers, texts, flags, lists and structs, and fields that name their number', () => {
    const struct = [
      // A byte, a number of two bytes, a double, a text, a flag.
      ...[0x13, 9, 0x15, 0x80, 1, 0x17, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 2, 97, 98, 0x11],
      // Lists: two numbers, three flags, two structs; then a struct.
      ...[0x19, 0x25, 1, 2, 0x19, 0x31, 1, 2, 1, 0x19, 0x2c, 0, 0x11, 0, 0x1c, 0],
      // A field that names its number, a list that counts in a byte of its own.
      ...[0x05, 40, 7, 0x19, 0xf5, 2, 1, 1],
      0,
    ];
    expect(end(...struct)).toBe(struct.length);
    expect(end(...struct, 1, 2, 3)).toBe(struct.length);
    for (let length = 0; length < struct.length; length++) {
      expect(end(...struct.slice(0, length))).toBeUndefined();
    }
  });

  it('refuses what would be reserved for nothing, or read without end', () => {
    // A list of 2^60 texts, a text of so many bytes, a number without end.
    expect(end(0x19, 0xf8, ...BIG, 1, 1)).toBeUndefined();
    expect(end(0x18, ...BIG, 0)).toBeUndefined();
    expect(end(0x15, ...Array(12).fill(0x80), 0)).toBeUndefined();
    expect(end(...Array(100).fill(0x1c), ...Array(100).fill(0))).toBeUndefined();
    expect(end(...Array(100).fill(0x19), ...Array(100).fill(0x19))).toBeUndefined();
    // Maps and types that there are not.
    expect(end(0x1b, 0, 0)).toBeUndefined();
    expect(end(0x1f, 0, 0)).toBeUndefined();
  });
});
