/**
 * The safetensors format: 8-byte little-endian header length, JSON header, tensors. It holds no code, so a
 * file from a stranger is safe to open. Source: the huggingface/safetensors README, section "Format".
 *
 * @module
 */
import { InvalidArgumentError } from './errors.ts';
import {
  BYTES_PER_ELEMENT,
  parseSafetensorsHead,
  type SafetensorsDtype,
  safetensorsHeadLength,
} from './safetensors-layout.ts';
import { elementCount } from './tensors.ts';

/** One tensor: element type, shape, and its bytes in little-endian row-major order. */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** Everything in a file. */
export interface SafetensorsContent {
  /** Free text by key. `@austeer` keeps a JSON document under a key of its own. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * Reads a whole file that is in memory. Tensors are views of `bytes`, nothing is copied.
 *
 * @param bytes the file's content
 * @param options.path name used in errors
 * @throws FileFormatError when the file is truncated, has overlapping tensors, or is not of this format.
 *
 * @example
 * ```ts
 * const bytes = writeSafetensors({ tensors: { x: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } } });
 * readSafetensors(bytes).tensors.get('x')?.shape; // [2]
 * ```
 */
export function readSafetensors(bytes: Uint8Array, options: { path?: string } = {}): SafetensorsContent {
  const file = { path: options.path ?? 'bytes', bytes: bytes.length };
  const head = bytes.subarray(0, safetensorsHeadLength(bytes, file));
  const { metadata, tensors } = parseSafetensorsHead(head, file);
  return {
    metadata,
    tensors: new Map(
      [...tensors].map(([name, { dtype, shape, offset, length }]) => [
        name,
        { dtype, shape, data: bytes.subarray(offset, offset + length) },
      ]),
    ),
  };
}

/**
 * Writes a file into memory. Tensors are laid out by name, so equal content gives equal bytes.
 *
 * @throws InvalidArgumentError when a tensor's shape does not fit its data.
 *
 * @example
 * ```ts
 * writeSafetensors({ metadata: { note: 'two numbers' }, tensors: { x: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } } });
 * ```
 */
export function writeSafetensors(content: {
  metadata?: Readonly<Record<string, string>>;
  tensors: Readonly<Record<string, SafetensorsEntry>>;
}): Uint8Array {
  const { metadata = {}, tensors } = content;
  // Larger elements first keeps every tensor aligned for typed-array views; by name within.
  const names = Object.keys(tensors).sort((a, b) => {
    const bySize = BYTES_PER_ELEMENT[tensors[b]!.dtype] - BYTES_PER_ELEMENT[tensors[a]!.dtype];
    return bySize !== 0 ? bySize : a < b ? -1 : 1;
  });
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) {
    header.__metadata__ = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name]!;
    const size = elementCount(shape) * BYTES_PER_ELEMENT[dtype];
    if (size !== data.byteLength) {
      throw new InvalidArgumentError({
        argument: `tensor "${name}"`,
        given: `${data.byteLength} bytes`,
        expected: `${size} bytes for shape [${shape.join(', ')}] of ${dtype}`,
      });
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + size] };
    offset += size;
  }
  let text = JSON.stringify(header);
  const encoded = new TextEncoder().encode(text).length;
  text += ' '.repeat((8 - (encoded % 8)) % 8);
  const headerBytes = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + headerBytes.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, 8);
  let at = 8 + headerBytes.length;
  for (const name of names) {
    const { data } = tensors[name]!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The numbers of a tensor of floats (F32, F16, BF16, F64) as 32-bit floats, copied.
 *
 * @throws InvalidArgumentError for other element types.
 *
 * @example
 * ```ts
 * safetensorsFloats({ dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }); // Float32Array [1, 2]
 * ```
 */
export function safetensorsFloats(entry: SafetensorsEntry): Float32Array {
  const { dtype, shape, data } = entry;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = elementCount(shape);
  switch (dtype) {
    case 'F32':
      return new Float32Array(copyOf(data).buffer);
    case 'F64':
      return Float32Array.from({ length: count }, (_, index) => view.getFloat64(index * 8, true));
    case 'F16':
      return Float32Array.from({ length: count }, (_, index) => halfToFloat(view.getUint16(index * 2, true)));
    case 'BF16': {
      const bits = Uint32Array.from({ length: count }, (_, index) => view.getUint16(index * 2, true) << 16);
      return new Float32Array(bits.buffer);
    }
    default:
      throw new InvalidArgumentError({ argument: 'dtype', given: dtype, expected: 'F32, F16, BF16 or F64' });
  }
}

/**
 * The numbers of an I32 tensor, copied.
 *
 * @throws InvalidArgumentError for other element types.
 *
 * @example
 * ```ts
 * safetensorsIntegers({ dtype: 'I32', shape: [2], data: Int32Array.of(3, 4) }); // Int32Array [3, 4]
 * ```
 */
export function safetensorsIntegers(entry: SafetensorsEntry): Int32Array {
  const { dtype, data } = entry;
  if (dtype !== 'I32') throw new InvalidArgumentError({ argument: 'dtype', given: dtype, expected: 'I32' });
  return new Int32Array(copyOf(data).buffer);
}

/**
 * A 16-bit float (IEEE 754 binary16) from its bits.
 *
 * @example
 * ```ts
 * halfToFloat(0x3c00); // 1
 * ```
 */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A copy that starts at byte 0 of its own buffer, as typed arrays need; every host of today is little-endian. */
function copyOf(view: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}
