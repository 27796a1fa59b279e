/**
 * The most similar text of a pool, exactly: every text is compared with every other, block by block.
 *
 * @module
 */
import { InvalidArgumentError, type Progress, type SentenceEncoder } from '@austeer/core';

/** Options of {@link mostSimilar}. */
export interface MostSimilarOptions {
  readonly encoder: SentenceEncoder;
  /** Texts to find a neighbour for. Their vectors are held: 1.5 KB each with MiniLM. */
  readonly texts: readonly string[];
  /** Texts to choose among. Their vectors are held one block at a time. */
  readonly pool: readonly string[];
  /** Pairs that must not be neighbours. Asked only where a candidate would win. @default equal texts */
  readonly excludes?: ((text: string, candidate: string) => boolean) | undefined;
  /** Texts of the pool held at once, ≥ 1. @default 2048 */
  readonly blockSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Stage `encode` counts different texts, `compare` those of the pool. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The neighbour of a text. */
export interface SimilarText {
  /** Place in the pool; −1 where everything is excluded. */
  readonly index: number;
  /** Cosine of the two vectors, NaN where there is no neighbour. */
  readonly similarity: number;
}

/**
 * Finds for each text the text of the pool with the highest cosine. Exact; ties go to the lowest index. Each different
 * text is encoded once. Sums are taken in double precision in one order, so equal vectors always tie.
 *
 * @returns one neighbour per text, in order
 * @throws InvalidArgumentError for a block size below 1; errors of the encoder; the signal's reason when aborted.
 *
 * @example
 * ```ts
 * declare const encoder: SentenceEncoder;
 * const pool = ['a mug of coffee', 'the tax office', 'a cup of tea'];
 * const [nearest] = await mostSimilar({ encoder, texts: ['a cup of tea'], pool });
 * pool[nearest!.index]; // the mug, most likely
 * ```
 */
export async function mostSimilar(options: MostSimilarOptions): Promise<SimilarText[]> {
  const { encoder, pool, excludes = (a, b) => a === b, blockSize = 2048, signal, onProgress } = options;
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new InvalidArgumentError({
      argument: 'blockSize',
      given: blockSize,
      expected: 'a whole number ≥ 1',
    });
  }
  signal?.throwIfAborted();
  const texts = [...new Set(options.texts)];
  if (texts.length === 0) return [];
  const places = new Map(texts.map((text, place) => [text, place]));
  const toEncode = texts.length + new Set(pool.filter((text) => !places.has(text))).size;
  let encoded = 0;
  const encode = async (batch: readonly string[]): Promise<Float32Array> => {
    const { data } = await encoder.encode(batch, {
      signal,
      onProgress: ({ done }) => onProgress?.({ stage: 'encode', done: encoded + done, total: toEncode }),
    });
    encoded += batch.length;
    return data;
  };
  const vectors = await encode(texts);
  const dimensions = vectors.length / texts.length;
  const best = { index: new Int32Array(texts.length).fill(-1), similarity: new Float64Array(texts.length) };
  best.similarity.fill(Number.NEGATIVE_INFINITY);

  for (let start = 0; start < pool.length; start += blockSize) {
    const block = pool.slice(start, start + blockSize);
    const others = [...new Set(block.filter((text) => !places.has(text)))];
    const otherPlaces = new Map(others.map((text, place) => [text, place]));
    const otherVectors = others.length === 0 ? new Float32Array() : await encode(others);
    const candidates = new Float32Array(block.length * dimensions);
    for (const [row, text] of block.entries()) {
      const [source, place] = places.has(text)
        ? [vectors, places.get(text)!]
        : [otherVectors, otherPlaces.get(text)!];
      candidates.set(source.subarray(place * dimensions, (place + 1) * dimensions), row * dimensions);
    }
    for (const [query, text] of texts.entries()) {
      const vector = vectors.subarray(query * dimensions, (query + 1) * dimensions);
      for (const [row, candidate] of block.entries()) {
        const similarity = dot(vector, candidates, row * dimensions);
        if (similarity > best.similarity[query]! && !excludes(text, candidate)) {
          best.similarity[query] = similarity;
          best.index[query] = start + row;
        }
      }
      // Comparing is plain JavaScript: let timers and signals through now and then.
      if (query % 512 === 511) await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
    onProgress?.({ stage: 'compare', done: start + block.length, total: pool.length });
  }
  return options.texts.map((text) => {
    const place = places.get(text)!;
    const index = best.index[place]!;
    return { index, similarity: index < 0 ? Number.NaN : best.similarity[place]! };
  });
}

/** Four sums side by side keep the processor's pipeline full; the order of additions is always the same. */
function dot(a: Float32Array, b: Float32Array, offset: number): number {
  const { length } = a;
  const whole = length - (length % 4);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    first += a[i]! * b[offset + i]!;
    second += a[i + 1]! * b[offset + i + 1]!;
    third += a[i + 2]! * b[offset + i + 2]!;
    fourth += a[i + 3]! * b[offset + i + 3]!;
  }
  for (let i = whole; i < length; i++) first += a[i]! * b[offset + i]!;
  return first + second + (third + fourth);
}
