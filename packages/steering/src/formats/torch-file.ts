/**
 * Writing what `torch.save` writes: a zip without compression that holds a pickle and the bytes of its tensors. Sources:
 * PyTorch's `torch/serialization.py`, Python's `pickletools`, the zip format's APPNOTE 6.3.
 *
 * @module
 */

/** What a file here may hold. */
export type TorchValue = string | number | null | Float32Array | { readonly [key: string]: TorchValue };

/**
 * The bytes of a `.pt` file that `torch.load` reads, also with `weights_only=True`. Numbers become Python floats,
 * arrays one-dimensional tensors on the CPU, objects dictionaries in their order.
 */
export function writeTorchFile(value: TorchValue): Uint8Array {
  const tensors: Float32Array[] = [];
  const pickle = [...pickled(value, tensors)];
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return writeZip([
    ['archive/data.pkl', Uint8Array.from([0x80, 2, ...pickle, code('.')])],
    ['archive/byteorder', text('little')],
    ...tensors.map(({ buffer, byteOffset, byteLength }, key): [string, Uint8Array] => [
      `archive/data/${key}`,
      new Uint8Array(buffer, byteOffset, byteLength),
    ]),
    ['archive/version', text('3\n')],
  ]);
}

/** Operations of pickle protocol 2 that put a value on the stack of the reader. */
function* pickled(value: TorchValue, tensors: Float32Array[]): Generator<number> {
  if (value === null) {
    yield code('N');
  } else if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    yield code('X');
    yield* littleEndian(bytes.length, 4);
    yield* bytes;
  } else if (typeof value === 'number') {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    yield code('G');
    yield* new Uint8Array(view.buffer);
  } else if (value instanceof Float32Array) {
    yield* pickledTensor(value, tensors);
  } else {
    yield* codes('}(');
    for (const [key, inner] of Object.entries(value)) {
      yield* pickled(key, tensors);
      yield* pickled(inner, tensors);
    }
    yield code('u');
  }
}

/** `_rebuild_tensor_v2(storage, offset 0, size, stride 1, requires no gradient, no hooks)`. */
function* pickledTensor(numbers: Float32Array, tensors: Float32Array[]): Generator<number> {
  const key = tensors.push(numbers) - 1;
  const whole = (number: number): number[] => [code('J'), ...littleEndian(number, 4)];
  const global = (module: string, name: string): number[] => codes(`c${module}\n${name}\n`);
  yield* global('torch._utils', '_rebuild_tensor_v2');
  yield* codes('((');
  yield* pickled('storage', tensors);
  yield* global('torch', 'FloatStorage');
  yield* pickled(String(key), tensors);
  yield* pickled('cpu', tensors);
  yield* whole(numbers.length);
  yield* codes('tQ');
  yield* whole(0);
  yield* [code('('), ...whole(numbers.length), code('t'), code('('), ...whole(1), code('t'), 0x89];
  yield* global('collections', 'OrderedDict');
  yield* codes(')RtR');
}

function writeZip(files: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const sizeOf = (list: readonly Uint8Array[]): number => list.reduce((sum, { length }) => sum + length, 0);
  for (const [name, content] of files) {
    const encoded = new TextEncoder().encode(name);
    // Version 2.0, no flags, stored, 1 January 1980: equal content gives equal bytes.
    const common = [
      ...[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0],
      ...littleEndian(crc32(content), 4),
      ...littleEndian(content.length, 4),
      ...littleEndian(content.length, 4),
      ...littleEndian(encoded.length, 2),
      ...[0, 0],
    ];
    const start = littleEndian(sizeOf(parts), 4);
    parts.push(Uint8Array.from([...codes('PK\x03\x04'), ...common, ...encoded]), content);
    directory.push(
      Uint8Array.from([...codes('PK\x01\x02'), 20, 0, ...common, ...Array(10).fill(0), ...start, ...encoded]),
    );
  }
  const count = littleEndian(files.length, 2);
  const end = Uint8Array.from([
    ...codes('PK\x05\x06'),
    ...[0, 0, 0, 0],
    ...count,
    ...count,
    ...littleEndian(sizeOf(directory), 4),
    ...littleEndian(sizeOf(parts), 4),
    ...[0, 0],
  ]);
  const all = [...parts, ...directory, end];
  const file = new Uint8Array(sizeOf(all));
  let at = 0;
  for (const part of all) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return ~remainder >>> 0;
}

function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) % 256);
}

function codes(characters: string): number[] {
  return Array.from(characters, code);
}

function code(character: string): number {
  return character.charCodeAt(0);
}
