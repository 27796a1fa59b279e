import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  halfToFloat,
  readSafetensors,
  safetensorsFloats,
  safetensorsIntegers,
  writeSafetensors,
} from './safetensors.ts';

const sample = (): Uint8Array =>
  writeSafetensors({
    metadata: { note: 'two tensors' },
    tensors: {
      x: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) },
      n: { dtype: 'I32', shape: [3], data: Int32Array.of(1, 2, -3) },
    },
  });

describe('safetensors', () => {
  it('round trip', () => {
    const { metadata, tensors } = readSafetensors(sample());
    expect(metadata.note).toBe('two tensors');
    expect([...safetensorsFloats(tensors.get('x')!)]).toEqual([1, -2, 3.5, 0]);
    expect([...safetensorsIntegers(tensors.get('n')!)]).toEqual([1, 2, -3]);
  });

  it('equal content gives equal bytes, whatever the order of names', () => {
    const x = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
    const y = { dtype: 'I32', shape: [1], data: Int32Array.of(2) } as const;
    expect(writeSafetensors({ tensors: { x, y } })).toEqual(writeSafetensors({ tensors: { y, x } }));
  });

  it('reads halves, bfloats and doubles as floats', () => {
    const bytes = writeSafetensors({
      tensors: {
        half: { dtype: 'F16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x0001) },
        brain: { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xc000) },
        double: { dtype: 'F64', shape: [1], data: Float64Array.of(0.25) },
      },
    });
    const { tensors } = readSafetensors(bytes);
    expect([...safetensorsFloats(tensors.get('half')!)]).toEqual([1, -2, 2 ** -24]);
    expect([...safetensorsFloats(tensors.get('brain')!)]).toEqual([1, -2]);
    expect([...safetensorsFloats(tensors.get('double')!)]).toEqual([0.25]);
    expect(() => safetensorsIntegers(tensors.get('half')!)).toThrow('expected I32');
    expect(halfToFloat(0x7c00)).toBe(Number.POSITIVE_INFINITY);
    expect(halfToFloat(0xfe00)).toBeNaN();
  });

  it('cut anywhere is refused with a typed error', () => {
    const whole = sample();
    for (let length = 0; length < whole.length; length++) {
      expect(() => readSafetensors(whole.subarray(0, length), { path: 'cut.safetensors' })).toThrow(
        expect.objectContaining({ code: 'FILE_FORMAT', path: 'cut.safetensors' }),
      );
    }
  });

  it('any damaged byte gives a typed error or a readable file', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), (position, byte) => {
        const bytes = sample();
        bytes[position % bytes.length] = byte;
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'FILE_FORMAT' });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['overlapping tensors', { a: [0, 4], b: [2, 6] }, 'overlap'],
    ['a tensor beyond the end', { a: [4, 8] }, 'lies at'],
  ])('refuses %s', (_, ranges, problem) => {
    const header = JSON.stringify(
      Object.fromEntries(
        Object.entries(ranges).map(([name, data_offsets]) => [
          name,
          { dtype: 'F32', shape: [1], data_offsets },
        ]),
      ),
    );
    const bytes = new Uint8Array(8 + header.length + 6);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect(() => readSafetensors(bytes)).toThrow(problem);
  });

  it('metadata cannot reach the prototype of an object', () => {
    const header = '{"__metadata__":{"__proto__":"x"}}';
    const bytes = new Uint8Array(8 + header.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect(Object.getPrototypeOf(readSafetensors(bytes).metadata)).toBeNull();
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('refuses to write a shape that does not fit', () => {
    const x = { dtype: 'F32', shape: [3], data: Float32Array.of(1) } as const;
    expect(() => writeSafetensors({ tensors: { x } })).toThrow('12 bytes for shape [3]');
  });
});
