import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInBatches } from './encode-in-batches.ts';
import { floatTensor } from './tensors.ts';

/** One number says which text it was: its length, beside a constant. */
const encodeGroup = async (texts: readonly string[]) =>
  floatTensor(
    Float32Array.from(
      texts.flatMap((text) => [text.length, 1]),
      Number,
    ),
    [texts.length, 2],
  );
const chunks = (size: number) => (texts: readonly string[]) =>
  Array.from({ length: Math.ceil(texts.length / size) }, (_, chunk) =>
    [...texts.keys()].slice(chunk * size, (chunk + 1) * size).reverse(),
  );

describe('encodeInBatches', () => {
  it('puts vectors of length 1 where their texts stand, and encodes each text once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 3 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        async (texts, batchSize) => {
          const asked: string[] = [];
          const { data, shape } = await encodeInBatches({
            texts,
            batchSize,
            dimensions: 0,
            group: chunks(batchSize),
            encodeGroup: (group) => {
              asked.push(...group);
              return encodeGroup(group);
            },
          });
          expect(shape).toEqual([texts.length, 2]);
          expect(asked.toSorted()).toEqual([...new Set(texts)].toSorted());
          for (const [index, { length }] of texts.entries()) {
            expect(data[index * 2]! / data[index * 2 + 1]!).toBeCloseTo(length, 4);
            expect(Math.hypot(data[index * 2]!, data[index * 2 + 1]!)).toBeCloseTo(1, 5);
          }
        },
      ),
    );
  });

  const run = (vectors: Float32Array, shape: number[]) =>
    encodeInBatches({
      texts: ['a'],
      batchSize: 1,
      dimensions: 2,
      group: chunks(1),
      encodeGroup: async () => ({ data: vectors, shape }),
    });

  it.each([
    ['numbers that are none', Float32Array.of(1, Number.NaN), [1, 2], 'NON_FINITE'],
    ['no direction', new Float32Array(2), [1, 2], 'INVALID_ARGUMENT'],
    ['another width', new Float32Array(3).fill(1), [1, 3], 'INVALID_ARGUMENT'],
    ['another count', new Float32Array(4).fill(1), [2, 2], 'INVALID_ARGUMENT'],
  ])('refuses an encoder that gives %s', async (_, vectors, shape, code) => {
    await expect(run(vectors, shape)).rejects.toMatchObject({ code });
  });
});
