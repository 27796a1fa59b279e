import { createRandom } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { restColumns, roundOffsets, sideBySide } from './rounded-offsets.ts';

describe('roundOffsets', () => {
  it.each([
    { groups: 18, block: 32, digits: 1, range: { zeroPoint: 15, rest: 7 } },
    { groups: 48, block: 32, digits: 2, range: { zeroPoint: 15, rest: 7 } },
    { groups: 16, block: 16, digits: 2, range: { zeroPoint: 15, rest: 7 } },
    { groups: 18, block: 32, digits: 1, range: { zeroPoint: 255, rest: 127 } },
  ])(
    'leaves a step of the last digit at most: $groups groups, blocks of $block, digits $digits',
    ({ groups, block, digits, range }) => {
      const random = createRandom(4);
      const rows = 3;
      const scales = Float32Array.from({ length: rows * groups }, () => 0.5 + random.next());
      const minimums = scales.map((scale) => -scale * range.zeroPoint * random.next());
      const rounded = roundOffsets({ scales, minimums }, { groups, block, digits, range });
      const columns = restColumns(groups, block);
      expect(rounded.rests).toHaveLength(rows * digits * columns);
      for (const [at, scale] of scales.entries()) {
        const [row, group] = [Math.floor(at / groups), at % groups];
        let offset = -rounded.zeroPoints[at]! * scale;
        for (let digit = 0; digit < digits; digit++) {
          const column = (row * digits + digit) * columns + group;
          offset += rounded.rests[column]! * rounded.scales[Math.floor(column / block)]!;
        }
        // A rest is half a scale (of up to 1.5) at most, and each digit leaves a step at most: above zero they reach less far.
        expect(Math.abs(offset - minimums[at]!)).toBeLessThanOrEqual(
          0.75 / (range.rest + 1) ** digits + 1e-6,
        );
      }
    },
  );

  it('keeps what whole zero points cannot reach in the rest', () => {
    const blocks = { scales: Float32Array.of(1, 0, 2), minimums: Float32Array.of(3, 5, -100) };
    const { zeroPoints, rests, scales } = roundOffsets(blocks, {
      groups: 3,
      block: 32,
      range: { zeroPoint: 15, rest: 7 },
    });
    expect(zeroPoints).toEqual(Float32Array.of(0, 0, 15));
    expect(rests[2]! * scales[0]!).toBe(-70);
  });

  it('writes no rests as zeros, and fills up with them', () => {
    const blocks = { scales: Float32Array.of(1, 2, 1), minimums: Float32Array.of(-7, -6, -1) };
    const { zeroPoints, rests, scales } = roundOffsets(blocks, {
      groups: 3,
      block: 32,
      range: { zeroPoint: 15, rest: 7 },
    });
    expect(zeroPoints).toEqual(Float32Array.of(7, 3, 1));
    expect([...rests, ...scales].every((value) => value === 0)).toBe(true);
    expect(rests).toHaveLength(32);
  });
});

it('sideBySide joins rows', () => {
  expect(sideBySide(Int8Array.of(1, 2, 3, 4), Int8Array.of(9, 8), 2)).toEqual(Int8Array.of(1, 2, 9, 3, 4, 8));
});
