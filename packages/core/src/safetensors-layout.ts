/**
 * The head of a safetensors file: where each tensor lies. Enough to point at weights without reading them.
 *
 * @module
 */
import { FileFormatError, showValue } from './errors.ts';
import { elementCount } from './tensors.ts';

export const BYTES_PER_ELEMENT = {
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

/** Where a tensor lies in its file. */
export interface SafetensorsPlace {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

/** The head of a file. */
export interface SafetensorsLayout {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsPlace>;
}

/** The reference reader allows 100 MB of header; no file of this project needs more. */
const HEADER_BYTES_LIMIT = 100_000_000;
/** More dimensions than any tensor of any framework has. */
const DIMENSIONS_LIMIT = 32;

/** The error of a file that is not as the format says. */
function damaged(path: string, problem: string, cause?: unknown): FileFormatError {
  return new FileFormatError({
    path,
    format: 'safetensors',
    problem,
    advice: 'Fetch or write the file again',
    cause,
  });
}

/**
 * Length of the head, the eight bytes of its own length included.
 *
 * @param start the first eight bytes of the file, or more
 * @throws FileFormatError when the file is too short for the head that it claims.
 */
export function safetensorsHeadLength(start: Uint8Array, file: { path: string; bytes: number }): number {
  const { path, bytes } = file;
  if (start.length < 8) throw damaged(path, `it has ${bytes} bytes; the header length alone takes 8`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > HEADER_BYTES_LIMIT) {
    throw damaged(
      path,
      `it does not begin as such files do: its header would have ${headerLength} bytes, and the limit is ${HEADER_BYTES_LIMIT}`,
    );
  }
  const length = 8 + headerLength;
  if (length > bytes) throw damaged(path, `its header needs ${length} bytes; the file has ${bytes}`);
  return length;
}

/**
 * Reads the head of a file.
 *
 * @param head bytes of the length that {@link safetensorsHeadLength} tells
 * @throws FileFormatError when it is not of this format, or tensors overlap or lie beyond the file's end.
 */
export function parseSafetensorsHead(
  head: Uint8Array,
  file: { path: string; bytes: number },
): SafetensorsLayout {
  const fail = (problem: string, cause?: unknown): FileFormatError => damaged(file.path, problem, cause);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(8)));
  } catch (cause) {
    throw fail('its header is not JSON', cause);
  }
  if (!isRecord(header)) throw fail('its header is not a JSON object');

  const metadata: Record<string, string> = Object.create(null);
  const tensors = new Map<string, SafetensorsPlace>();
  const ranges: { name: string; start: number; end: number }[] = [];
  const dataLength = file.bytes - head.length;
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
      throw fail(`tensor "${name}" has element type ${showValue(dtype)}`);
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
      offset: head.length + start,
      length: size,
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
