/**
 * The safetensors format: 8-byte little-endian header length, JSON header, tensors. It holds no code, so a
 * file from a stranger is safe to open. Source: the huggingface/safetensors README, section "Format".
 *
 * @module
 */
import { FileFormatError, InvalidArgumentError } from './errors.ts';
import { elementCount } from './tensors.ts';

const BYTES_PER_ELEMENT = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

/** Element types of the format. */
export type SafetensorsDtype = keyof typeof BYTES_PER_ELEMENT;

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

/** The reference reader allows 100 MB of header; no file of this project needs more. */
const HEADER_BYTES_LIMIT = 100_000_000;
/** More dimensions than any tensor of any framework has. */
const DIMENSIONS_LIMIT = 32;

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
  const { path = 'bytes' } = options;
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({
      path,
      format: 'safetensors',
      problem,
      advice: 'Fetch or write the file again',
      cause,
    });
  if (bytes.length < 8) throw fail(`it has ${bytes.length} bytes; the header length alone takes 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > HEADER_BYTES_LIMIT) {
    throw fail(`its header claims ${headerLength} bytes; the limit is ${HEADER_BYTES_LIMIT}`);
  }
  const dataStart = 8 + headerLength;
  if (dataStart > bytes.length)
    throw fail(`its header needs ${dataStart} bytes; the file has ${bytes.length}`);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (cause) {
    throw fail('its header is not JSON', cause);
  }
  if (!isRecord(header)) throw fail('its header is not a JSON object');

  const metadata: Record<string, string> = Object.create(null);
  const tensors = new Map<string, SafetensorsEntry>();
  const ranges: { name: string; start: number; end: number }[] = [];
  const dataLength = bytes.length - dataStart;
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) throw fail(`entry "${name}" is not an object`);
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== 'string') throw fail(`metadata "${key}" is not a text`);
        metadata[key] = value;
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== 'string' || !Object.hasOwn(BYTES_PER_ELEMENT, dtype)) {
      throw fail(`tensor "${name}" has element type ${JSON.stringify(dtype)}`);
    }
    if (!isWholeNumbers(shape) || shape.length > DIMENSIONS_LIMIT)
      throw fail(`tensor "${name}" has no usable shape`);
    if (!isWholeNumbers(offsets) || offsets.length !== 2)
      throw fail(`tensor "${name}" has no usable data_offsets`);
    const [start, end] = offsets as [number, number];
    const size = elementCount(shape) * BYTES_PER_ELEMENT[dtype as SafetensorsDtype];
    if (end - start !== size || end > dataLength) {
      throw fail(`tensor "${name}" lies at ${start}..${end} of ${dataLength} data bytes and needs ${size}`);
    }
    ranges.push({ name, start, end });
    tensors.set(name, {
      dtype: dtype as SafetensorsDtype,
      shape,
      data: bytes.subarray(dataStart + start, dataStart + end),
    });
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, range] of ranges.entries()) {
    const previous = ranges[index - 1];
    if (previous !== undefined && range.start < previous.end) {
      throw fail(`tensors "${previous.name}" and "${range.name}" overlap`);
    }
  }
  return { metadata, tensors };
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
