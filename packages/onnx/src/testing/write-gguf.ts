/**
 * Writing small GGUF files for tests: metadata and tensors of random numbers, quantized as asked.
 * Source of the layout: ggml's `docs/gguf.md`.
 *
 * @module
 */
import { floatToHalf } from '../gguf/half-precision.ts';
import { type GgufTensorType, TENSOR_TYPES } from '../gguf/tensor-types.ts';

/** Metadata of the kinds that models use. Numbers are written as 32-bit floats unless whole. */
export type GgufMetadata = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[]>
>;

/** Types that numbers are quantized to here. */
export type QuantizableType = 'F32' | 'F16' | 'Q4_0' | 'Q4_1' | 'Q8_0';

/** A tensor to write: numbers in row-major order, or the bytes of its blocks. */
export type TensorToWrite = { readonly name: string; readonly shape: readonly number[] } & (
  | { readonly type: QuantizableType; readonly numbers: Float32Array }
  | { readonly type: GgufTensorType; readonly bytes: Uint8Array }
);

/** Numbers that share a scale in the types quantized to here. */
const BLOCK_SIZE = 32;

const ALIGNMENT = 32;
const VALUE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/**
 * The bytes of a GGUF file, version 3.
 *
 * @example
 * ```ts
 * const bytes = writeGguf({ 'general.architecture': 'llama' }, []);
 * ```
 */
export function writeGguf(metadata: GgufMetadata, tensors: readonly TensorToWrite[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const push = (bytes: Uint8Array): void => void parts.push(bytes);
  const number = (size: 4 | 8, write: (view: DataView) => void): void => {
    const bytes = new Uint8Array(size);
    write(new DataView(bytes.buffer));
    push(bytes);
  };
  const uint32 = (value: number): void => number(4, (view) => view.setUint32(0, value, true));
  const uint64 = (value: number): void => number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value);
    uint64(bytes.length);
    push(bytes);
  };

  push(new TextEncoder().encode('GGUF'));
  uint32(3);
  uint64(tensors.length);
  uint64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    if (typeof value === 'string') {
      uint32(VALUE.string);
      text(value);
    } else if (typeof value === 'boolean') {
      uint32(VALUE.bool);
      push(Uint8Array.of(value ? 1 : 0));
    } else if (typeof value === 'number') {
      uint32(Number.isInteger(value) ? VALUE.uint32 : VALUE.float32);
      number(4, (view) =>
        Number.isInteger(value) ? view.setUint32(0, value, true) : view.setFloat32(0, value, true),
      );
    } else {
      const strings = typeof value[0] === 'string';
      uint32(VALUE.array);
      uint32(strings ? VALUE.string : VALUE.int32);
      uint64(value.length);
      for (const item of value) {
        if (typeof item === 'string') text(item);
        else number(4, (view) => view.setInt32(0, item, true));
      }
    }
  }

  const contents = tensors.map((tensor) =>
    'bytes' in tensor ? tensor.bytes : quantize(tensor.type, tensor.numbers),
  );
  let offset = 0;
  for (const [index, { name, type, shape }] of tensors.entries()) {
    text(name);
    uint32(shape.length);
    for (const size of [...shape].reverse()) uint64(size);
    uint32(TENSOR_TYPES[type].code);
    uint64(offset);
    offset += Math.ceil(contents[index]!.length / ALIGNMENT) * ALIGNMENT;
  }
  const headerLength = parts.reduce((sum, part) => sum + part.length, 0);
  push(new Uint8Array((ALIGNMENT - (headerLength % ALIGNMENT)) % ALIGNMENT));
  for (const content of contents) {
    push(content);
    push(new Uint8Array((ALIGNMENT - (content.length % ALIGNMENT)) % ALIGNMENT));
  }

  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Numbers as the bytes of a tensor type: nearest rounding, one scale a block. */
function quantize(type: QuantizableType, numbers: Float32Array): Uint8Array {
  const layout = TENSOR_TYPES[type];
  const bytes = new Uint8Array((numbers.length / layout.elements) * layout.bytes);
  const view = new DataView(bytes.buffer);
  if (type === 'F32') {
    for (const [index, value] of numbers.entries()) view.setFloat32(index * 4, value, true);
    return bytes;
  }
  if (type === 'F16') {
    for (const [index, value] of numbers.entries()) view.setUint16(index * 2, floatToHalf(value), true);
    return bytes;
  }
  for (let start = 0, at = 0; start < numbers.length; start += BLOCK_SIZE, at += layout.bytes) {
    const block = numbers.subarray(start, start + BLOCK_SIZE);
    const highest = Math.max(...block);
    const lowest = Math.min(...block);
    const largest = Math.max(Math.abs(highest), Math.abs(lowest));
    if (type === 'Q8_0') {
      const scale = largest / 127 || 1;
      view.setUint16(at, floatToHalf(scale), true);
      for (const [index, value] of block.entries()) view.setInt8(at + 2 + index, Math.round(value / scale));
      continue;
    }
    const withMinimum = type === 'Q4_1';
    const scale = (withMinimum ? (highest - lowest) / 15 : largest / 7) || 1;
    view.setUint16(at, floatToHalf(scale), true);
    if (withMinimum) view.setUint16(at + 2, floatToHalf(lowest), true);
    const header = withMinimum ? 4 : 2;
    const code = (value: number): number =>
      Math.min(15, Math.max(0, Math.round(withMinimum ? (value - lowest) / scale : value / scale + 8)));
    for (let i = 0; i < 16; i++) bytes[at + header + i] = code(block[i]!) | (code(block[i + 16]!) << 4);
  }
  return bytes;
}
