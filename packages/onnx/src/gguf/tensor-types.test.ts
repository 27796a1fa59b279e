import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, dequantize, TENSOR_TYPES } from './tensor-types.ts';

const half = (value: number): [number, number] => {
  const bits = { 0.5: 0x3800, 1: 0x3c00, 2: 0x4000, [-1]: 0xbc00 }[value]!;
  return [bits & 255, bits >> 8];
};

describe('dequantize', () => {
  it('Q4_0: (q - 8) · d, low halves first', () => {
    const bytes = Uint8Array.of(...half(0.5), ...Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4)));
    const expected = Array.from({ length: BLOCK_SIZE }, (_, i) => ((i < 16 ? i : 31 - i) - 8) * 0.5);
    expect([...dequantize('Q4_0', bytes)]).toEqual(expected);
  });

  it('Q4_1: q · d + m', () => {
    const bytes = Uint8Array.of(...half(2), ...half(-1), ...Array.from({ length: 16 }, (_, i) => i));
    const expected = Array.from({ length: BLOCK_SIZE }, (_, i) => (i < 16 ? i * 2 : 0) - 1);
    expect([...dequantize('Q4_1', bytes)]).toEqual(expected);
  });

  it('Q8_0: signed bytes · d', () => {
    const bytes = Uint8Array.of(...half(0.5), ...Array.from({ length: 32 }, (_, i) => (i - 16) & 255));
    expect([...dequantize('Q8_0', bytes)]).toEqual(Array.from({ length: 32 }, (_, i) => (i - 16) / 2));
  });

  it('F16', () => {
    expect([...dequantize('F16', Uint8Array.of(...half(1), ...half(-1)))]).toEqual([1, -1]);
  });

  it.each(Object.keys(TENSOR_TYPES) as (keyof typeof TENSOR_TYPES)[])('%s refuses half a block', (type) => {
    const bytes = new Uint8Array(TENSOR_TYPES[type].bytes + 1);
    expect(() => dequantize(type, bytes)).toThrow('block size');
  });
});
