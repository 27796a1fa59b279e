/**
 * Reading a GGUF file: metadata and a directory of tensors, each of which is read only when asked for.
 *
 * @module
 */
import { open, realpath, stat } from 'node:fs/promises';
import { FileFormatError, FileMissingError, UnsupportedModelError } from '@austeer/core';
import { gguf } from '@huggingface/gguf';
import { walkHeader } from './header-walk.ts';
import { type GgufTensorType, TENSOR_TYPES } from './tensor-types.ts';

/** Metadata values: whole numbers come as `number` (checked to be exact). */
export type GgufValue = string | number | boolean | readonly GgufValue[];

/** One tensor of the file. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgufTensorType;
  /** Row-major: `[rows, columns]` for a matrix (the file lists the fastest dimension first). */
  readonly shape: readonly number[];
  /** Place of its bytes in the file. */
  readonly offset: number;
  readonly length: number;
}

/** An opened GGUF. No file handle stays open between reads. */
export interface GgufFile {
  /** Real path, symbolic links resolved. */
  readonly path: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** More dimensions than GGUF itself allows (4) would mean a damaged directory. */
const DIMENSIONS_LIMIT = 4;
/** `GGUF`, read as a little-endian number. */
const GGUF_MARK = 0x46554747;
/** The header of a model with 50,000 tokens takes 2 MB. */
const FIRST_BYTES = 2 ** 22;

/**
 * Reads the directory of a GGUF file.
 *
 * @throws FileMissingError when there is no such file.
 * @throws FileFormatError when it is not a GGUF or ends before its last tensor does.
 * @throws UnsupportedModelError when a tensor has a type this version does not read.
 *
 * @example
 * ```ts
 * const file = await openGguf('model.gguf');
 * file.metadata.get('general.architecture');
 * ```
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const { real, size } = await locate(path);
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({ path, format: 'GGUF', problem, advice: 'Fetch the file again', cause });
  if (size < 24) throw fail(`it has ${size} bytes, too few for a header`);

  await checkHeader(real, size, fail);
  let parsed: Awaited<ReturnType<typeof gguf>>;
  try {
    parsed = await gguf(real, { allowLocalFile: true });
  } catch (cause) {
    throw fail(
      cause instanceof Error ? `its header cannot be read (${cause.message})` : 'its header cannot be read',
      cause,
    );
  }
  if (!parsed.littleEndian) throw fail('it is big-endian; only little-endian files are read');

  const metadata = new Map<string, GgufValue>();
  for (const [key, value] of Object.entries(parsed.metadata)) metadata.set(key, plainValue(key, value, fail));

  const tensors = new Map<string, GgufTensor>();
  for (const info of parsed.tensorInfos) {
    const type = typeOf(info.name, info.dtype);
    const shape = info.shape.map(Number).reverse();
    if (
      shape.length > DIMENSIONS_LIMIT ||
      shape.some((length) => !Number.isSafeInteger(length) || length < 1)
    ) {
      throw fail(`tensor ${info.name} has no usable shape`);
    }
    const layout = TENSOR_TYPES[type];
    const columns = shape[shape.length - 1]!;
    if (columns % layout.elements !== 0) {
      throw fail(
        `tensor ${info.name} has rows of ${columns}, no multiple of the block of ${layout.elements}`,
      );
    }
    const length = (shape.reduce((a, b) => a * b, 1) / layout.elements) * layout.bytes;
    const offset = Number(parsed.tensorDataOffset) + Number(info.offset);
    if (!Number.isSafeInteger(length) || !Number.isSafeInteger(offset) || offset + length > size) {
      throw fail(`tensor ${info.name} ends at byte ${offset + length}; the file has ${size}`);
    }
    tensors.set(info.name, { name: info.name, type, shape, offset, length });
  }
  return { path: real, metadata, tensors };
}

/**
 * Bytes of a tensor, or of a range of it.
 *
 * @param options.start first byte within the tensor. @default 0
 * @param options.length number of bytes. @default to the end of the tensor
 * @throws FileFormatError when the file has become shorter.
 *
 * @example
 * ```ts
 * const file = await openGguf('model.gguf');
 * const bytes = await readTensor(file, file.tensors.get('output_norm.weight')!);
 * ```
 */
export async function readTensor(
  file: GgufFile,
  tensor: GgufTensor,
  options: { start?: number; length?: number } = {},
): Promise<Uint8Array> {
  const { start = 0, length = tensor.length - start } = options;
  const handle = await open(file.path);
  try {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      // One read takes at most 2 GiB - 1 in Node.
      const part = Math.min(length - done, 2 ** 30);
      const { bytesRead } = await handle.read(bytes, done, part, tensor.offset + start + done);
      if (bytesRead === 0) {
        throw new FileFormatError({
          path: file.path,
          format: 'GGUF',
          problem: `it ended within ${tensor.name}`,
        });
      }
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/**
 * Looks whether the header is whole before it is parsed: the library reads what is missing as zeros, millions of empty
 * texts of them.
 */
async function checkHeader(path: string, size: number, fail: (problem: string) => Error): Promise<void> {
  const more = new Error('More bytes are needed');
  for (let length = Math.min(size, FIRST_BYTES); ; length = Math.min(size, length * 4)) {
    const bytes = await readStart(path, length);
    const end = (needed: number): Error =>
      needed <= size && bytes.length === length
        ? more
        : fail(`its header goes on to byte ${needed}; the file has ${size}`);
    const view = new DataView(bytes.buffer);
    // What is no GGUF of a known version and order of bytes the library refuses by name.
    if (view.getUint32(0, true) !== GGUF_MARK) return;
    const version = view.getUint32(4, true);
    if (version < 1 || version > 3) return;
    const walk = walkHeader({ bytes, start: 8, version, end, fail });
    try {
      const tensors = walk.size();
      walk.keys(walk.size());
      walk.tensors(tensors);
      return;
    } catch (error) {
      if (error !== more) throw error;
    }
  }
}

async function readStart(path: string, length: number): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function locate(path: string): Promise<{ real: string; size: number }> {
  try {
    const real = await realpath(path);
    const { size } = await stat(real);
    return { real, size };
  } catch (cause) {
    throw new FileMissingError({ path, what: 'GGUF model', advice: 'Check the path', cause });
  }
}

function typeOf(tensor: string, code: number): GgufTensorType {
  const types = Object.keys(TENSOR_TYPES) as GgufTensorType[];
  const type = types.find((candidate) => TENSOR_TYPES[candidate].code === code);
  if (type === undefined) {
    throw new UnsupportedModelError({
      what: `Type of tensor ${tensor}`,
      given: String(code),
      supported: types.map((name) => `${name} (${TENSOR_TYPES[name].code})`),
      advice: 'Use a file quantized to one of these, for example Q8_0 or Q4_1',
    });
  }
  return type;
}

function plainValue(key: string, value: unknown, fail: (problem: string) => FileFormatError): GgufValue {
  if (typeof value === 'bigint') {
    // 64-bit identifiers beyond 2^53 stay readable as text; every number used here is far below.
    return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
      ? Number(value)
      : String(value);
  }
  if (Array.isArray(value)) return value.map((item) => plainValue(key, item, fail));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw fail(`metadata ${key} has no usable value`);
}
