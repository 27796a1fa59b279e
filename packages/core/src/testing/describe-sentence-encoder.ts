/**
 * What every {@link SentenceEncoder} must do, as a test suite.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../language-model.ts';
import type { SentenceEncoder } from '../sentence-encoder.ts';
import type { FloatTensor } from '../tensors.ts';

/** An encoder and how exact it is. */
export interface SentenceEncoderUnderTest {
  readonly name: string;
  load(): Promise<SentenceEncoder>;
  /** Largest difference of a number between two ways of computing it. @default 1e-5 */
  readonly tolerance?: number | undefined;
}

const TEXTS: readonly string[] = Object.freeze([
  'Rain is expected in the afternoon.',
  '145.0',
  'The committee met twice, argued about the budget for an hour, and left everything as it was before.',
  'no',
  'Was kostet die Fahrkarte nach Zürich?',
  'Rain is expected in the afternoon.',
]);

/**
 * Declares the suite.
 *
 * @example
 * ```ts
 * declare const loadMine: () => Promise<SentenceEncoder>;
 * describeSentenceEncoder({ name: 'mine', load: loadMine });
 * ```
 */
export function describeSentenceEncoder(options: SentenceEncoderUnderTest): void {
  const { name, load, tolerance = 1e-5 } = options;

  describe(`${name} is a SentenceEncoder`, () => {
    let encoder: SentenceEncoder;
    let vectors: FloatTensor;
    beforeAll(async () => {
      encoder = await load();
      vectors = await encoder.encode(TEXTS);
    });
    afterAll(async () => {
      await encoder.dispose?.();
    });
    const vector = ({ data, shape }: FloatTensor, index: number): number[] =>
      Array.from(data.subarray(index * shape[1]!, (index + 1) * shape[1]!));
    const expectClose = (given: readonly number[], expected: readonly number[]): void => {
      expect(given.length).toBe(expected.length);
      for (const [at, value] of given.entries())
        expect(Math.abs(value - expected[at]!)).toBeLessThanOrEqual(tolerance);
    };

    it('has a name, and tells its dimensions after the first call', () => {
      expect(encoder.name.trim()).not.toBe('');
      expect(encoder.dimensions).toBeGreaterThan(0);
      expect(vectors.shape).toEqual([TEXTS.length, encoder.dimensions]);
      expect(vectors.data).toBeInstanceOf(Float32Array);
    });

    it('gives vectors of length 1', () => {
      for (const index of TEXTS.keys()) {
        const norm = Math.hypot(...vector(vectors, index));
        expect(Math.abs(norm - 1)).toBeLessThanOrEqual(1e-4);
      }
    });

    it('tells different texts apart and gives equal texts equal vectors', () => {
      expectClose(vector(vectors, 0), vector(vectors, 5));
      for (let other = 1; other < 5; other++) {
        const cosine = vector(vectors, 0).reduce((sum, x, at) => sum + x * vector(vectors, other)[at]!, 0);
        expect(cosine).toBeLessThan(1 - 1e-3);
      }
    });

    it('gives a text of a batch what it gives the text alone, in order, at any batch size', async () => {
      for (const [index, text] of TEXTS.entries()) {
        expectClose(vector(await encoder.encode([text]), 0), vector(vectors, index));
      }
      for (const batchSize of [1, 2, 100]) {
        const again = await encoder.encode(TEXTS, { batchSize });
        for (const index of TEXTS.keys()) expectClose(vector(again, index), vector(vectors, index));
      }
      const reversed = await encoder.encode(TEXTS.toReversed());
      for (const index of TEXTS.keys()) {
        expectClose(vector(reversed, TEXTS.length - 1 - index), vector(vectors, index));
      }
    });

    it('takes texts of any length, and none', async () => {
      const long = 'A sentence that goes on and on. '.repeat(2000);
      const { shape, data } = await encoder.encode(['', long]);
      expect(shape).toEqual([2, encoder.dimensions]);
      expect(data.every(Number.isFinite)).toBe(true);
      const none = await encoder.encode([]);
      expect([none.shape, none.data.length]).toEqual([[0, encoder.dimensions], 0]);
    });

    it('reports progress up to the last text', async () => {
      const seen: Progress[] = [];
      await encoder.encode(TEXTS, { batchSize: 2, onProgress: (progress) => seen.push(progress) });
      expect(seen.at(-1)).toMatchObject({ done: TEXTS.length, total: TEXTS.length });
      expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
    });

    it('stops when asked, and goes on working', async () => {
      const stopped = AbortSignal.abort(new Error('enough'));
      await expect(encoder.encode(TEXTS, { signal: stopped })).rejects.toThrow('enough');
      const controller = new AbortController();
      const work = encoder.encode(
        Array.from({ length: 40 }, (_, index) => `Number ${index} of this list of texts`),
        { batchSize: 1, signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) },
      );
      await expect(work).rejects.toThrow('enough');
      expectClose(vector(await encoder.encode([TEXTS[0]!]), 0), vector(vectors, 0));
    });

    it('refuses a batch size below 1', async () => {
      await expect(encoder.encode(TEXTS, { batchSize: 0 })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    });
  });
}
