/**
 * What all sentence encoders do around the one thing that each does by itself.
 *
 * @module
 */
import { InvalidArgumentError, NonFiniteError } from './errors.ts';
import type { ModelCallOptions } from './language-model.ts';
import { type FloatTensor, floatTensor } from './tensors.ts';

/** How an encoder works through texts. */
export interface EncodeInBatchesOptions extends ModelCallOptions {
  readonly texts: readonly string[];
  readonly batchSize: number;
  /** Numbers in a vector; 0 where that is known only from the first reply. */
  readonly dimensions: number;
  /** Divides distinct texts into groups of at most `batchSize`; gives the index of each text in one group. */
  readonly group: (texts: readonly string[]) => readonly (readonly number[])[];
  /** Vectors of some texts, `[texts, dimensions]`, in their order and of any length but 0. */
  readonly encodeGroup: (texts: readonly string[]) => Promise<FloatTensor>;
}

/**
 * Encodes texts group by group: each different text once, vectors scaled to length 1 and put in the order asked for,
 * progress after every group, and a stop between groups. For implementations of `SentenceEncoder`.
 *
 * @returns `[texts, dimensions]`
 * @throws InvalidArgumentError for a batch size below 1, or an encoder that returns other vectors than were asked for;
 *   NonFiniteError for a vector that is not of numbers; the signal's reason when aborted.
 *
 * @example
 * ```ts
 * const vectors = await encodeInBatches({
 *   texts: ['wet', 'dry', 'wet'],
 *   batchSize: 8,
 *   dimensions: 2,
 *   group: (texts) => [[...texts.keys()]],
 *   encodeGroup: async (texts) => floatTensor(new Float32Array(texts.length * 2).fill(3), [texts.length, 2]),
 * });
 * vectors.shape; // [3, 2]
 * ```
 */
export async function encodeInBatches(options: EncodeInBatchesOptions): Promise<FloatTensor> {
  const { texts, batchSize, group, encodeGroup, signal, onProgress } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidArgumentError({
      argument: 'batchSize',
      given: batchSize,
      expected: 'a whole number ≥ 1',
    });
  }
  signal?.throwIfAborted();
  const occurrences = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    const known = occurrences.get(text);
    if (known === undefined) occurrences.set(text, [index]);
    else known.push(index);
  }
  const distinct = [...occurrences.keys()];
  let { dimensions } = options;
  let data = new Float32Array(texts.length * dimensions);
  let done = 0;
  for (const indexes of group(distinct)) {
    signal?.throwIfAborted();
    const batch = indexes.map((index) => distinct[index]!);
    const vectors = await encodeGroup(batch);
    if (dimensions === 0) {
      dimensions = vectors.shape[1] ?? 0;
      data = new Float32Array(texts.length * dimensions);
    }
    if (vectors.shape[0] !== batch.length || vectors.shape[1] !== dimensions || dimensions === 0) {
      throw new InvalidArgumentError({
        argument: 'vectors of the encoder',
        given: vectors.shape,
        expected: `the shape [${batch.length}, ${dimensions || 'dimensions'}]`,
      });
    }
    for (const [row, text] of batch.entries()) {
      const vector = unitVector(vectors.data.subarray(row * dimensions, (row + 1) * dimensions), text);
      const places = occurrences.get(text)!;
      for (const place of places) data.set(vector, place * dimensions);
      done += places.length;
    }
    onProgress?.({ stage: 'encode', done, total: texts.length });
  }
  return floatTensor(data, [texts.length, dimensions]);
}

function unitVector(vector: Float32Array, text: string): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const where = `the vector of ${JSON.stringify(text.slice(0, 40))}`;
  if (!Number.isFinite(squares)) throw new NonFiniteError({ where, given: squares });
  if (squares === 0) {
    throw new InvalidArgumentError({ argument: where, given: 'zero', expected: 'a vector with a direction' });
  }
  const scale = 1 / Math.sqrt(squares);
  return vector.map((value) => value * scale);
}
