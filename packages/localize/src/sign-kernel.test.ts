import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { createSignKernel, plainKernel, SIGN_KERNEL_WASM } from './sign-kernel.ts';

it('is what its text says', async () => {
  const text = readFileSync(new URL('sign-kernel.wat', import.meta.url), 'utf8');
  const { parseWat } = await wabt();
  const { buffer } = parseWat('sign-kernel.wat', text, { simd: true }).toBinary({});
  expect(Buffer.from(buffer).toString('base64')).toBe(SIGN_KERNEL_WASM);
});

describe.each([
  ['WebAssembly', createSignKernel],
  ['JavaScript', plainKernel],
])('in %s', (_, create) => {
  const special = fc.constantFrom(0, -0, 1, -1, 2 ** -149, -(2 ** -149), 3.4e38, -3.4e38);
  const value = fc.oneof(special, fc.float({ noNaN: true, noDefaultInfinity: true }));

  it('counts signs, whatever the number of units', () => {
    const pair = fc.integer({ min: 1, max: 37 }).chain((units) => {
      const side = fc.array(value, { minLength: units, maxLength: units });
      return fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 3 });
    });
    fc.assert(
      fc.property(pair, (pairs) => {
        const units = pairs[0]![0].length;
        const kernel = create(units);
        for (const [positive, negative] of pairs) {
          kernel.positive.set(positive);
          kernel.negative.set(negative);
          expect(kernel.isFinite()).toBe(true);
          kernel.count();
        }
        const of = (sign: number) =>
          Int32Array.from(
            { length: units },
            (_, unit) => pairs.filter(([a, b]) => Math.sign(a[unit]! - b[unit]!) === sign).length,
          );
        expect(kernel.promoted).toEqual(of(1));
        expect(kernel.suppressed).toEqual(of(-1));
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('sees a %d anywhere', (bad) => {
    const units = 11;
    const kernel = create(units);
    for (const side of [kernel.positive, kernel.negative]) {
      for (let unit = 0; unit < units; unit++) {
        side[unit] = bad;
        expect(kernel.isFinite()).toBe(false);
        side[unit] = 0;
      }
    }
    expect(kernel.isFinite()).toBe(true);
  });
});
