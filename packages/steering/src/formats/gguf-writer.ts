/**
 * Writing GGUF files of texts, numbers and 32-bit vectors. Source of the layout: ggml's `docs/gguf.md`, version 3.
 *
 * @module
 */

/** Type codes of metadata values and tensors, as the format numbers them. */
const UINT32 = 4;
const STRING = 8;
const F32 = 0;
/** Tensor data starts at, and each tensor is padded to, a multiple of this; the format's default. */
const ALIGNMENT = 32;

/**
 * The bytes of a GGUF file, in the order and with the padding of the `gguf` Python package's writer.
 *
 * @param content.metadata texts and 32-bit whole numbers
 * @param content.vectors one-dimensional F32 tensors by name
 */
export function writeGgufVectors(content: {
  metadata: Readonly<Record<string, string | number>>;
  vectors: ReadonlyMap<string, Float32Array>;
}): Uint8Array {
  const { metadata, vectors } = content;
  const bytes: number[] = [];
  const integer = (value: number, size: 4 | 8): void => {
    for (let byte = 0; byte < size; byte++) bytes.push(Math.floor(value / 2 ** (8 * byte)) % 256);
  };
  const text = (value: string): void => {
    const encoded = new TextEncoder().encode(value);
    integer(encoded.length, 8);
    bytes.push(...encoded);
  };

  bytes.push(...new TextEncoder().encode('GGUF'));
  integer(3, 4);
  integer(vectors.size, 8);
  integer(Object.keys(metadata).length, 8);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    integer(typeof value === 'string' ? STRING : UINT32, 4);
    if (typeof value === 'string') text(value);
    else integer(value, 4);
  }
  let offset = 0;
  for (const [name, { length, byteLength }] of vectors) {
    text(name);
    integer(1, 4);
    integer(length, 8);
    integer(F32, 4);
    integer(offset, 8);
    offset += aligned(byteLength);
  }
  const dataStart = aligned(bytes.length);
  const file = new Uint8Array(dataStart + offset);
  file.set(bytes);
  let at = dataStart;
  for (const { buffer, byteOffset, byteLength } of vectors.values()) {
    file.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  return file;
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
