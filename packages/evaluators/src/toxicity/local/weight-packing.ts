/**
 * The weights of the local scorer as text: gaps between buckets as variable-length numbers, each followed by one
 * signed byte, in base 64.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import { BUCKETS } from './text-features.ts';

/** Packed weights; `scale` turns a byte into a weight. */
export interface PackedWeights {
  readonly scale: number;
  readonly packed: string;
}

/**
 * Packs the buckets whose byte is not 0.
 *
 * @param bytes one signed byte for each bucket
 *
 * @example
 * ```ts
 * packWeights(Int8Array.of(0, 0, 5)); // 'AgU='
 * ```
 */
export function packWeights(bytes: Int8Array): string {
  let text = '';
  let last = 0;
  for (const [bucket, byte] of bytes.entries()) {
    if (byte === 0) continue;
    let gap = bucket - last;
    for (; gap >= 0x80; gap >>>= 7) text += String.fromCharCode((gap & 0x7f) | 0x80);
    text += String.fromCharCode(gap) + String.fromCharCode(byte & 0xff);
    last = bucket;
  }
  return btoa(text);
}

/**
 * One weight for each bucket.
 *
 * @throws FileFormatError for what {@link packWeights} does not write.
 *
 * @example
 * ```ts
 * unpackWeights({ scale: 2, packed: 'AgU=' })[2]; // 10
 * ```
 */
export function unpackWeights({ scale, packed }: PackedWeights): Float64Array {
  const text = atob(packed);
  const weights = new Float64Array(BUCKETS);
  let bucket = 0;
  for (let at = 0; at < text.length; ) {
    let gap = 0;
    let shift = 0;
    for (; text.charCodeAt(at) >= 0x80; shift += 7) gap |= (text.charCodeAt(at++) & 0x7f) << shift;
    gap |= text.charCodeAt(at++) << shift;
    bucket += gap;
    if (at >= text.length || bucket >= BUCKETS) {
      throw new FileFormatError({
        path: 'the weights of the local scorer',
        format: 'packed weights',
        problem: `they end within a weight or name bucket ${bucket} of ${BUCKETS}`,
      });
    }
    weights[bucket] = ((text.charCodeAt(at++) << 24) >> 24) * scale;
  }
  return weights;
}
