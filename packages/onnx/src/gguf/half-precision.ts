/**
 * 16-bit floats as quantized blocks hold them: scales and minimums.
 *
 * @module
 */
import { halfToFloat } from '@austeer/core';

/** Every 16-bit float as a 32-bit one: 256 KB that turn each scale into a look-up. */
const HALVES = /* @__PURE__ */ Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));

/** The 16-bit float at a byte offset, little-endian. */
export function halfAt(bytes: Uint8Array, offset: number): number {
  return HALVES[bytes[offset]! | (bytes[offset + 1]! << 8)]!;
}

const single = new DataView(new ArrayBuffer(4));

/** Bits of the 16-bit float nearest to a number, ties to even; infinity beyond the largest. */
export function floatToHalf(value: number): number {
  single.setFloat32(0, value);
  const bits = single.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65,520 and above round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the step is 2^-24 whatever the size.
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(Math.fround(value)) * 2 ** 24);
  const rest = magnitude & 0x1fff;
  const half = (magnitude - 0x38000000) >>> 13;
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
}
