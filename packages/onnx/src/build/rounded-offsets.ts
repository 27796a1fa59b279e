/**
 * Offsets of quantized groups, rounded into what the packed kernel reads anyway. A type with minimums is
 * w = scale · q + minimum. The kernel takes scale · (q − zero point) with whole zero points, and the nearest leaves a rest of
 * at most half a scale. The rests are further columns, of few bits like all others: x·(W + rests)ᵀ = [x, s]·[W, rests]ᵀ, where
 * s are the sums of x over the groups; or [x, s, s] where a rest is written in two digits. A product of their own, as exact as
 * it is, has to read them as floats and be added.
 *
 * @module
 */
import type { UnpackedBlocks } from '../gguf/quantized-blocks.ts';

/** Offsets of some rows as integers of the kernel. */
export interface RoundedOffsets {
  /** One for each group, from 0 to `range.zeroPoint`. */
  readonly zeroPoints: Float32Array;
  /** `[rows, digits, columns]`, from −range.rest − 1 to range.rest; 0 in columns that have no group. */
  readonly rests: Int8Array;
  /** `[rows, digits, columns / block]` */
  readonly scales: Float32Array;
}

/** Columns of one digit of the rests: one for each group, filled up to whole blocks of the kernel. */
export function restColumns(groups: number, block: number): number {
  return Math.ceil(groups / block) * block;
}

/**
 * Rounds offsets.
 *
 * @param blocks of whole rows, of a type with minimums
 * @param options.groups groups of a row
 * @param options.digits digits of a rest: each takes what those before it left. @default 1
 * @param options.range largest zero point, and largest integer of a rest: 15 and 7 of 4 bits
 *
 * @example
 * ```ts
 * const blocks = { integers: new Int8Array(32), scales: Float32Array.of(2), minimums: Float32Array.of(-5) };
 * const { zeroPoints, rests, scales } = roundOffsets(blocks, { groups: 1, block: 32, range: { zeroPoint: 15, rest: 7 } });
 * zeroPoints[0]; // 3: the offset −5 is −3 · 2, and a rest of 1
 * rests[0]! * scales[0]!; // 1
 * ```
 */
export function roundOffsets(
  { scales: groupScales, minimums }: Pick<UnpackedBlocks, 'scales' | 'minimums'>,
  options: {
    groups: number;
    block: number;
    digits?: number;
    range: { zeroPoint: number; rest: number };
  },
): RoundedOffsets {
  const { groups, block, digits = 1, range } = options;
  const columns = restColumns(groups, block);
  const zeroPoints = groupScales.map((scale, group) =>
    scale === 0 ? 0 : Math.max(0, Math.min(range.zeroPoint, Math.round(-minimums![group]! / scale))),
  );
  const left = groupScales.map((scale, group) => minimums![group]! + zeroPoints[group]! * scale);
  const rests = new Int8Array((left.length / groups) * digits * columns);
  const scales = new Float32Array(rests.length / block);
  for (let place = 0; place < scales.length; place++) {
    const row = Math.floor((place * block) / (digits * columns));
    const first = (place * block) % columns;
    const numbers = left.subarray(row * groups + first, row * groups + Math.min(first + block, groups));
    const largest = numbers.reduce((found, value) => (Math.abs(value) > Math.abs(found) ? value : found), 0);
    // Integers reach one further below zero than above: the sign of the scale puts the largest there.
    const scale = Math.fround(-largest / (range.rest + 1));
    if (scale === 0) continue;
    scales[place] = scale;
    for (const [index, value] of numbers.entries()) {
      const integer = Math.min(range.rest, Math.round(value / scale));
      rests[place * block + index] = integer;
      numbers[index] = value - integer * scale;
    }
  }
  return { zeroPoints, rests, scales };
}

/** `[rows, …]` and `[rows, …]` side by side. */
export function sideBySide<T extends Int8Array | Float32Array>(left: T, right: T, rows: number): T {
  const [first, second] = [left.length / rows, right.length / rows];
  const joined = new (left.constructor as new (length: number) => T)(left.length + right.length);
  for (let row = 0; row < rows; row++) {
    const at = row * (first + second);
    joined.set(left.subarray(row * first, (row + 1) * first), at);
    joined.set(right.subarray(row * second, (row + 1) * second), at + first);
  }
  return joined;
}
