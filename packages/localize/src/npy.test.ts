import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNpy, readNpz } from './npy.ts';

/** Written by NumPy itself: `tooling/peer-files/make_numpy.py`. */
const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`__fixtures__/${name}`, import.meta.url)));
const VALUES = [0.5, -1.25, 3, -0, 1e-3, 2.5e4, -7, 0.1];

describe('readNpy', () => {
  it.each([
    ['float64', 0],
    ['float32', 0],
    ['float16', 2 ** -10],
    ['bfloat16', 2 ** -8],
  ])('reads what NumPy wrote as %s', (type, tolerance) => {
    const { data, shape } = readNpy(fixture(`${type}.npy`));
    expect(shape).toEqual([2, 2, 2]);
    for (const [at, value] of VALUES.entries()) {
      const exact = Math.fround(value);
      expect(Math.abs(data[at]! - exact)).toBeLessThanOrEqual(tolerance * Math.abs(exact));
    }
    expect(Object.is(data[3], -0)).toBe(true);
  });

  it.each([
    ['fortran.npy', 'Save numpy.ascontiguousarray(array)'],
    ['big-endian.npy', 'numbers of type >f4'],
    ['objects.npy', 'numbers of type |O'],
    ['stored.npz', 'it does not begin as one'],
  ])('refuses %s', (name, problem) => {
    expect(() => readNpy(fixture(name), { path: name })).toThrow(
      expect.objectContaining({ code: 'FILE_FORMAT', message: expect.stringContaining(problem) }),
    );
  });

  it('refuses every shortened file', () => {
    const whole = fixture('float32.npy');
    for (let length = 0; length < whole.length; length++) {
      expect(() => readNpy(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'FILE_FORMAT' }),
      );
    }
  });
});

describe('readNpz', () => {
  it.each(['stored', 'deflated'])('reads a %s archive', async (form) => {
    const arrays = await readNpz(fixture(`${form}.npz`));
    expect([...arrays.keys()]).toEqual(['ffn', 'attention']);
    expect(Array.from(arrays.get('ffn')!.data)).toEqual(VALUES.map(Math.fround));
    expect(Array.from(arrays.get('attention')!.data)).toEqual(VALUES.map((value) => Math.fround(2 * value)));
    expect(arrays.get('ffn')!.shape).toEqual([2, 2, 2]);
  });

  it.each(['stored', 'deflated'])(
    'gives numbers or a typed error, whatever is damaged (%s)',
    async (form) => {
      const whole = fixture(`${form}.npz`);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          fc.nat(whole.length),
          async (changes, cut) => {
            const bytes = whole.slice(0, changes.length % 2 === 0 ? cut : whole.length);
            for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
            const result = await readNpz(bytes).catch((error: unknown) => error);
            if (!(result instanceof Map)) expect(result).toMatchObject({ code: 'FILE_FORMAT' });
          },
        ),
        { numRuns: 2000 },
      );
    },
  );

  it('refuses an archive that unpacks to more than it says', async () => {
    const bytes = fixture('deflated.npz');
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 10, true);
    await expect(readNpz(bytes)).rejects.toThrow('"ffn.npy" is not what its directory says');
  });
});
