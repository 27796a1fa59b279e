/**
 * A small budget of `npm run fuzz` for every reader, the same inputs each time. Needs a build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fuzz, inputOf } from './fuzz.mjs';
import { mutateProtobuf } from './mutate-protobuf.mjs';
import { diceOf } from './random.mjs';
import { createReaders } from './readers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'austeer-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const readers = await createReaders(folder);

describe('damaged files', () => {
  for (const [name, reader] of Object.entries(readers)) {
    it(`${name}: end in success or a typed error`, async () => {
      const { finds, refused } = await fuzz({ reader, seed: 1, inputs: 100 });
      expect(finds).toEqual([]);
      expect(refused).toBeGreaterThan(0);
    });
  }
});

describe('the fuzzer', () => {
  it('makes the same input from the same seed and number', () => {
    const reader = readers.plan!;
    expect(inputOf(reader, 3, 17)).toEqual(inputOf(reader, 3, 17));
    expect(inputOf(reader, 3, 18)).not.toEqual(inputOf(reader, 3, 17));
  });

  it('tells untyped errors, slow calls and changed prototypes', async () => {
    const reader = (read: () => unknown) => {
      let calls = 0;
      // The valid file comes first.
      return {
        seeds: [new Uint8Array(4)],
        mutate: () => new Uint8Array(4),
        read: () => (calls++ > 0 ? read() : undefined),
      };
    };
    const problems = async (read: () => unknown) =>
      (await fuzz({ reader: reader(read), seed: 1, inputs: 1 })).finds.map(
        ({ problem }) => problem.split('\n')[0],
      );
    expect(
      await problems(() => {
        throw new TypeError('x is not a function');
      }),
    ).toEqual(['untyped TypeError: x is not a function']);
    expect(await problems(() => new Promise((resolve) => setTimeout(resolve, 1050)))).toEqual([
      expect.stringMatching(/^took 1\.\d s$/),
    ]);
    expect(
      await problems(() =>
        Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true }),
      ),
    ).toEqual(['changed the prototype of all objects']);
  });

  it('keeps the lengths of a message right when it damages what is inside', () => {
    // Field 1: a message with field 2 = 'abc'.
    const message = Uint8Array.of(0x0a, 0x05, 0x12, 0x03, 0x61, 0x62, 0x63);
    const whole = Array.from({ length: 200 }, (_, index) => mutateProtobuf(message, diceOf(1, index))).filter(
      (bytes) => bytes[0] === 0x0a && bytes.length > 2,
    );
    const right = whole.filter((bytes) => bytes[1] === bytes.length - 2);
    expect(right.length).toBeGreaterThan(whole.length / 2);
  });
});
