import { describe, expect, it } from 'vitest';
import { readGgufVectors } from './gguf-reader.ts';

/** Types of metadata, as ggml's `docs/gguf.md` numbers them. */
const [UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, BOOL, STRING, LIST, UINT64, INT64, FLOAT64] =
  Array.from({ length: 13 }, (_, type) => type) as number[];
const WIDTHS: readonly [string, number, number][] = [
  ['uint8', UINT8!, 1],
  ['int8', INT8!, 1],
  ['uint16', UINT16!, 2],
  ['int16', INT16!, 2],
  ['int32', INT32!, 4],
  ['float32', FLOAT32!, 4],
  ['bool', BOOL!, 1],
  ['uint64', UINT64!, 8],
  ['int64', INT64!, 8],
  ['float64', FLOAT64!, 8],
];

const number = (value: number, bytes: 4 | 8): Buffer => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeUInt32LE(value);
  else buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
};
const uint32 = (value: number): Buffer => number(value, 4);
const uint64 = (value: number): Buffer => number(value, 8);
const text = (value: string): Buffer => Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);
const key = (name: string, type: number, value: Buffer): Buffer =>
  Buffer.concat([text(name), uint32(type), value]);
const list = (type: number, count: number, items: Buffer): Buffer =>
  Buffer.concat([uint32(type), uint64(count), items]);

interface Tensor {
  name: string;
  shape?: number[];
  type?: number;
  offset?: number;
}
const tensor = ({ name, shape = [2], type = 0, offset = 0 }: Tensor): Buffer =>
  Buffer.concat([text(name), uint32(shape.length), ...shape.map(uint64), uint32(type), uint64(offset)]);

/** A file of given parts; counts are the parts' own unless others are claimed. */
function file(
  options: {
    version?: number;
    keys?: Buffer[];
    tensors?: Tensor[];
    keyCount?: number;
    tensorCount?: number;
    alignment?: number;
    data?: number[];
  } = {},
): Uint8Array {
  const { version = 3, keys = [], tensors = [], alignment = 32, data = [] } = options;
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(version),
    uint64(options.tensorCount ?? tensors.length),
    uint64(options.keyCount ?? keys.length),
    ...keys,
    ...tensors.map(tensor),
  ]);
  const filler = Buffer.alloc((alignment - (header.length % alignment)) % alignment);
  return Buffer.concat([header, filler, Buffer.from(Float32Array.from(data).buffer)]);
}
const read = (bytes: Uint8Array) => readGgufVectors(bytes, 'v.gguf');
const refusal = (bytes: Uint8Array): string => {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'FILE_FORMAT' });
    return (error as Error).message;
  }
  throw new Error('It was read.');
};

describe('readGgufVectors', () => {
  it.each([2, 3])('reads version %i', (version) => {
    const tensors = [{ name: 'a' }, { name: 'b', shape: [1], offset: 8 }];
    const keys = [key('who', STRING!, text('mê')), key('count', UINT32!, uint32(7))];
    const { metadata, vectors } = read(file({ version, keys, tensors, data: [1.5, -2, 3] }));
    expect([...metadata]).toEqual([
      ['who', 'mê'],
      ['count', 7],
    ]);
    expect([...vectors]).toEqual([
      ['a', Float32Array.of(1.5, -2)],
      ['b', Float32Array.of(3)],
    ]);
  });

  it.each([1, 4])('refuses version %i', (version) => {
    expect(refusal(file({ version }))).toContain(`GGUF version ${version}; this program reads 2 and 3`);
  });

  it.each(WIDTHS)('passes over a value of %s, and over lists of them', (_, type, bytes) => {
    const keys = [
      key('one', type, Buffer.alloc(bytes, 255)),
      key('many', LIST!, list(type, 3, Buffer.alloc(3 * bytes, 255))),
      key('none', LIST!, list(type, 0, Buffer.alloc(0))),
      key('last', STRING!, text('seen')),
    ];
    expect([...read(file({ keys })).metadata]).toEqual([['last', 'seen']]);
  });

  it('passes over lists of texts and of lists, four deep', () => {
    const nested = (depth: number): Buffer =>
      depth === 1
        ? list(STRING!, 2, Buffer.concat([text('x'), text('')]))
        : list(LIST!, 1, nested(depth - 1));
    const last = key('last', UINT32!, uint32(1));
    for (const depth of [1, 2, 3, 4]) {
      const keys = [key('texts', LIST!, nested(depth)), last];
      expect([...read(file({ keys })).metadata]).toEqual([['last', 1]]);
    }
    expect(refusal(file({ keys: [key('texts', LIST!, nested(5)), last] }))).toContain(
      'lists inside each other more than 4 deep',
    );
  });

  it('refuses values of an unknown type, alone and in lists', () => {
    expect(refusal(file({ keys: [key('odd', 13, Buffer.alloc(8))] }))).toContain('unknown type 13');
    expect(refusal(file({ keys: [key('odd', LIST!, list(99, 1, Buffer.alloc(8)))] }))).toContain(
      'unknown type 99',
    );
  });

  it('refuses what is too short to be a GGUF, or another file', () => {
    for (const bytes of [Buffer.from('GGU'), Buffer.from('GGML0000'), Buffer.alloc(0)]) {
      expect(refusal(bytes)).toContain('it does not begin with GGUF');
    }
  });

  it('refuses a file that ends in its header, wherever', () => {
    const keys = [
      key('who', STRING!, text('me')),
      key('list', LIST!, list(UINT16!, 2, Buffer.alloc(4))),
      key('texts', LIST!, list(STRING!, 1, text('x'))),
      key('wide', FLOAT64!, Buffer.alloc(8)),
    ];
    const whole = file({ keys, tensors: [{ name: 'a' }], data: [1, 2] });
    const header = Buffer.concat([...keys, tensor({ name: 'a' })]).length + 24;
    for (let end = 4; end < header; end++) {
      expect(refusal(whole.subarray(0, end))).toContain(
        `it ends at byte ${end}, in the middle of its header`,
      );
    }
    expect(refusal(whole.subarray(0, header))).toContain('tensor "a" ends at byte');
    expect(read(whole).vectors.get('a')).toEqual(Float32Array.of(1, 2));
  });

  it('names a text that is not UTF-8', () => {
    const broken = Buffer.concat([uint64(2), Buffer.from([0xff, 0xfe])]);
    expect(refusal(file({ keys: [key('who', STRING!, broken)] }))).toContain(
      'the text at byte 47 is not UTF-8',
    );
  });

  it('takes ten thousand keys and tensors, and no more', () => {
    expect(refusal(file({ keyCount: 10_001 }))).toContain('it claims 10001 keys; the limit is 10000');
    expect(refusal(file({ tensorCount: 10_001 }))).toContain('it claims 10001 tensors; the limit is 10000');
    // As many as are allowed, and then the file ends.
    expect(refusal(file({ keyCount: 10_000 }))).toContain('in the middle of its header');
    expect(refusal(file({ tensorCount: 10_000 }))).toContain('in the middle of its header');
  });

  it('takes vectors of 32-bit floats alone', () => {
    const of = (shape: number[], type = 0) =>
      refusal(file({ tensors: [{ name: 't', shape, type }], data: [1, 2] }));
    expect(of([2], 1)).toContain('"t" is not a vector of 32-bit floats (type 1, shape [2])');
    expect(of([2, 1])).toContain('(type 0, shape [2, 1])');
    expect(of([])).toContain('(type 0, shape [])');
    expect(of([1, 1, 1, 1])).toContain('shape [1, 1, 1, 1]');
    expect(of([1, 1, 1, 1, 1])).toContain('tensor "t" claims 5 dimensions');
    expect(read(file({ tensors: [{ name: 't', shape: [0] }] })).vectors.get('t')).toHaveLength(0);
  });

  it('refuses a tensor beyond the end, and one twice', () => {
    const bytes = file({ tensors: [{ name: 't', shape: [3] }], data: [1, 2] });
    expect(refusal(bytes)).toContain(`tensor "t" ends at byte ${bytes.length + 4} of ${bytes.length}`);
    expect(refusal(file({ tensors: [{ name: 't' }, { name: 't' }], data: [1, 2] }))).toContain(
      'it has tensor "t" twice',
    );
  });

  it('begins the numbers where the alignment says', () => {
    const of = (alignment: number) =>
      file({
        keys: [key('general.alignment', UINT32!, uint32(alignment))],
        tensors: [{ name: 't' }],
        alignment: alignment || 32,
        data: [4, 5],
      });
    for (const alignment of [8, 64]) {
      expect(read(of(alignment)).vectors.get('t')).toEqual(Float32Array.of(4, 5));
    }
    for (const alignment of [0, 4, 12]) {
      expect(refusal(of(alignment))).toContain(`its general.alignment is ${alignment}`);
    }
    const word = key('general.alignment', STRING!, text('32'));
    expect(refusal(file({ keys: [word] }))).toContain('its general.alignment is 32');
  });

  it('copies numbers, wherever the bytes lie in memory', () => {
    const whole = file({ tensors: [{ name: 't' }], data: [4, 5] });
    const shifted = new Uint8Array(whole.length + 1);
    shifted.set(whole, 1);
    const { vectors } = read(shifted.subarray(1));
    shifted.fill(0);
    expect(vectors.get('t')).toEqual(Float32Array.of(4, 5));
  });
});
