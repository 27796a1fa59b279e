/** Files that NumPy writes seldom or never: each refusal by its own words, and directories of large archives. */
import { describe, expect, it } from 'vitest';
import { readNpy, readNpz } from './npy.ts';

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const bytesOf = (...parts: readonly (Uint8Array | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** at) % 256);

/** A `.npy` file of float32 numbers. */
function npy(
  header: string,
  {
    version = 1,
    numbers = [1, 2],
    length = header.length,
  }: { version?: number; numbers?: number[]; length?: number } = {},
): Uint8Array {
  const size = little(length, version > 1 ? 4 : 2);
  return bytesOf(
    latin('\x93NUMPY'),
    [version, 0],
    size,
    latin(header),
    new Uint8Array(Float32Array.from(numbers).buffer),
  );
}
const HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
const problem = (text: string) =>
  expect.objectContaining({ code: 'FILE_FORMAT', message: expect.stringContaining(text) });

describe('readNpy', () => {
  it.each([1, 2, 3])('reads version %i, its header of any length', (version) => {
    for (const padding of [0, 300]) {
      expect([...readNpy(npy(HEADER + ' '.repeat(padding), { version })).data]).toEqual([1, 2]);
    }
  });

  it('reads a header without spaces, no axis and no number', () => {
    expect(readNpy(npy("{'descr':'<f4','fortran_order':False,'shape':(1,2)}")).shape).toEqual([1, 2]);
    expect(readNpy(npy("{'descr':  '<f4','fortran_order':  False,'shape':  ( 2 , )}")).shape).toEqual([2]);
    const scalar = readNpy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", { numbers: [7] }));
    expect([scalar.shape, [...scalar.data]]).toEqual([[], [7]]);
    const none = readNpy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", { numbers: [] }));
    expect([none.shape, none.data.length]).toEqual([[0, 3], 0]);
  });

  it.each<[Uint8Array, string]>([
    [latin('\x93NUMPY\x01\x00\x00'), 'it does not begin as one'],
    [npy(HEADER, { version: 0 }), 'it has version 0; 1 to 3 are read'],
    [npy(HEADER, { version: 4 }), 'it has version 4; 1 to 3 are read'],
    [latin('\x93NUMPY\x02\x00\x01\x00'), 'it ends within its header'],
    [npy(HEADER, { length: 1000 }), 'it ends within its header'],
    [npy(HEADER, { version: 2, length: 65_537 }), 'its header claims 65537 bytes; the limit is 65536'],
    [npy(HEADER, { version: 2, length: 65_536 }), 'it ends within its header'],
    [
      npy("{'fortran_order': False, 'shape': (2,)}"),
      'does not name type, order and shape. Save a plain array of numbers',
    ],
    [npy("{'descr': '<f4', 'shape': (2,)}"), 'does not name type, order and shape'],
    [npy("{'descr': '<f4', 'fortran_order': False}"), 'does not name type, order and shape'],
    [npy(HEADER.replace('<f4', '>f4')), 'Save array.astype(numpy.float32)'],
    [npy(HEADER.replace('<f4', 'f<4')), 'it holds numbers of type f<4'],
    [npy(HEADER.replace('False', 'True')), 'it is in Fortran order. Save numpy.ascontiguousarray(array)'],
    [npy(HEADER.replace('2,', '65536, 32768')), 'it has 2147483648 numbers; the limit is 2147483647'],
    [npy(HEADER.replace('2,', '2147483647,')), '8 bytes follow the header, its shape asks for 8589934588'],
    [npy(HEADER.replace('2,', '3,')), '8 bytes follow the header, its shape asks for 12'],
  ])('refuses %#', (bytes, text) => {
    expect(() => readNpy(bytes, { path: 'a.npy' })).toThrow(problem(text));
    expect(() => readNpy(bytes, { path: 'a.npy' })).toThrow(/a\.npy.*npy/);
    expect(() => readNpy(bytes)).toThrow('bytes');
  });
});

interface Member {
  name: string;
  content: Uint8Array;
  flags?: number;
  method?: number;
  packed?: Uint8Array;
  /** What the directory says: size, packed size, offset; and its extra field. */
  size?: number;
  packedSize?: number;
  offset?: number;
  extra?: readonly number[];
  comment?: string;
}

/** A ZIP archive, with a directory that says what it is told to. */
function zip(members: readonly Member[], { comment = '', count = members.length } = {}): Uint8Array {
  let body = new Uint8Array(0);
  let directory = new Uint8Array(0);
  for (const {
    name,
    content,
    flags = 0,
    method = 0,
    packed = content,
    extra = [],
    comment: note = '',
    ...said
  } of members) {
    const offset = body.length;
    const local = [
      ...little(0x04034b50, 4),
      ...little(20, 2),
      ...little(flags, 2),
      ...little(method, 2),
      ...little(0, 16),
    ];
    body = bytesOf(body, local, little(name.length, 2), little(3, 2), latin(name), [1, 2, 3], packed);
    const { size = content.length, packedSize = packed.length } = said;
    directory = bytesOf(
      directory,
      [
        ...little(0x02014b50, 4),
        ...little(20, 4),
        ...little(flags, 2),
        ...little(method, 2),
        ...little(0, 8),
      ],
      [...little(packedSize, 4), ...little(size, 4), ...little(name.length, 2), ...little(extra.length, 2)],
      [...little(note.length, 2), ...little(0, 8), ...little(said.offset ?? offset, 4)],
      latin(name),
      extra,
      latin(note),
    );
  }
  const end = [
    ...little(0x06054b50, 4),
    ...little(0, 4),
    ...little(count, 2),
    ...little(count, 2),
    ...little(directory.length, 4),
  ];
  return bytesOf(body, directory, end, little(body.length, 4), little(comment.length, 2), latin(comment));
}
const first = { name: 'a.npy', content: npy(HEADER) };
const second = { name: 'b.npy.npy', content: npy(HEADER, { numbers: [3, 4] }) };
const MARK = 0xffffffff;
const field = (kind: number, ...values: number[]) => [
  ...little(kind, 2),
  ...little(8 * values.length, 2),
  ...values.flatMap((value) => little(value, 8)),
];
const { length } = first.content;

describe('readNpz', () => {
  it.each<[string, Uint8Array]>([
    ['as it is', zip([first, second])],
    ['with comments', zip([{ ...first, comment: 'one' }, second], { comment: 'of several words' })],
    ['with a field of another kind', zip([{ ...first, extra: field(7, 9) }, second])],
    [
      'with 64-bit sizes',
      zip([{ ...first, size: MARK, packedSize: MARK, extra: field(1, length, length) }, second]),
    ],
    ['with one 64-bit size', zip([{ ...first, packedSize: MARK, extra: field(1, length) }, second])],
    ['with a 64-bit place', zip([{ ...first, offset: MARK, extra: field(1, 0) }, second])],
    [
      'with a 64-bit size behind another field',
      zip([{ ...first, size: MARK, extra: [...field(7, 1, 2), ...field(1, length)] }, second]),
    ],
  ])('reads an archive %s', async (_, bytes) => {
    const arrays = await readNpz(bytes);
    expect([...arrays].map(([name, { data }]) => [name, [...data]])).toEqual([
      ['a', [1, 2]],
      ['b.npy', [3, 4]],
    ]);
  });

  it.each<[Uint8Array, string]>([
    [zip([first, { ...second, name: 'a' }]), 'it has two arrays "a"'],
    [zip([{ ...first, flags: 1 }]), '"a.npy" is encrypted'],
    [zip([{ ...first, method: 12 }]), '"a.npy" is compressed by method 12; 0 and 8 are read'],
    [zip([{ ...first, method: 8, size: 10_000_000 }]), '"a.npy" cannot unpack to 10000000 bytes'],
    [zip([{ ...first, method: 8 }]), '"a.npy" is not what its directory says'],
    [zip([{ ...first, size: length - 1 }]), '"a.npy" is not what its directory says'],
    [zip([{ ...first, size: MARK }]), '"a.npy" does not say how large it is'],
    [zip([{ ...first, size: MARK, extra: field(7, length) }]), '"a.npy" does not say how large it is'],
    [zip([{ ...first, size: MARK, extra: field(1) }]), '"a.npy" does not say how large it is'],
    [zip([{ ...first, packedSize: 100_000 }]), 'it ends too early'],
    [zip([{ ...first, offset: 100_000 }]), 'it ends too early'],
    [zip([first], { count: 2, comment: 'x'.repeat(60) }), 'its directory is damaged'],
    [zip([], { count: 1 }), 'it ends too early'],
    [zip([], { count: 65_535 }), 'it has 65535 entries or more'],
    [zip([first]).subarray(0, -1).fill(0, -30), 'it has no end of a ZIP directory'],
    [new Uint8Array(5), 'it has no end of a ZIP directory'],
    [
      zip([{ ...first, size: MARK, extra: field(1, 2 ** 34 + 1) }]),
      'its arrays come to more than 17179869184 bytes',
    ],
  ])('refuses %#', async (bytes, text) => {
    await expect(readNpz(bytes, { path: 'a.npz' })).rejects.toThrow(problem(text));
    await expect(readNpz(bytes)).rejects.toThrow(/bytes.*npz.*Write it with numpy\.savez/);
  });

  it('reads what is asked for, beside arrays that it could not read', async () => {
    const words = npy(HEADER.replace('<f4', '<i8'));
    const bytes = zip([{ ...first, content: words }, second]);
    await expect(readNpz(bytes)).rejects.toThrow('numbers of type <i8');
    const seen: string[] = [];
    const arrays = await readNpz(bytes, {
      only: (name) => {
        seen.push(name);
        return name !== 'a';
      },
    });
    expect([...arrays.keys()]).toEqual(['b.npy']);
    expect(seen).toEqual(['a', 'b.npy']);
  });

  it('names the array that is damaged', async () => {
    const bytes = zip([{ ...first, content: npy(HEADER.replace('2,', '3,')) }]);
    await expect(readNpz(bytes, { path: 'x.npz' })).rejects.toThrow('x.npz:a.npy');
  });
});
