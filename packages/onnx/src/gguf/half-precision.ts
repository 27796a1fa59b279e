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
