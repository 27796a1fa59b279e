/**
 * Multiplying the numbers of GGUF rows by a factor, within their own type where the layout allows it: a row of blocks
 * is scaled through the scales of its blocks, and its integers stay as they are.
 *
 * @module
 */
import { floatToHalf, halfAt } from '../gguf/half-precision.ts';
import type { QuantizedType } from '../gguf/quantized-blocks.ts';
import { type GgufTensorType, TENSOR_TYPES } from '../gguf/tensor-types.ts';

/** Places in a block of the 16-bit floats by which all its numbers are scaled: scale, then minimum. */
const SCALES_AT: Readonly<Record<QuantizedType, readonly number[]>> = {
  Q4_0: [0],
  Q4_1: [0, 2],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q8_0: [0],
  Q2_K: [80, 82],
  Q3_K: [108],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
};

/**
 * Scales rows in place.
 *
 * @param bytes whole rows of one type
 * @param factors one for each row
 */
export function scaleRows(type: GgufTensorType, bytes: Uint8Array, factors: Float32Array): void {
  const stride = bytes.length / factors.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [row, factor] of factors.entries()) {
    if (factor === 1) continue;
    for (let at = row * stride; at < (row + 1) * stride; at += TENSOR_TYPES[type].bytes) {
      if (type === 'F32') view.setFloat32(at, view.getFloat32(at, true) * factor, true);
      else if (type === 'F16') view.setUint16(at, floatToHalf(halfAt(bytes, at) * factor), true);
      else if (type === 'BF16') view.setUint16(at, floatToBfloat(bfloatAt(view, at) * factor), true);
      else {
        for (const place of SCALES_AT[type]) {
          view.setUint16(at + place, floatToHalf(halfAt(bytes, at + place) * factor), true);
        }
      }
    }
  }
}

const single = new DataView(new ArrayBuffer(4));

function bfloatAt(view: DataView, at: number): number {
  single.setUint32(0, view.getUint16(at, true) << 16);
  return single.getFloat32(0);
}

/** The upper half of a 32-bit float, rounded to the nearest, ties to even. */
function floatToBfloat(value: number): number {
  single.setFloat32(0, value);
  const bits = single.getUint32(0);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
