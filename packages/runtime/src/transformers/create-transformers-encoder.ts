/**
 * A feature-extraction pipeline of transformers.js as a sentence encoder.
 *
 * @module
 */
import { encodeInBatches, floatTensor, InvalidArgumentError, type SentenceEncoder } from '@austeer/core';

/** What is used of a feature-extraction pipeline of transformers.js. */
export type FeatureExtractor = (
  texts: string[],
  options: { pooling: 'mean' | 'cls'; normalize: true },
) => Promise<{ readonly data: unknown; readonly dims: readonly number[] }>;

/** Options of {@link createTransformersEncoder}. */
export interface TransformersEncoderOptions {
  /** Made by `pipeline('feature-extraction', …)`. It stays the caller's: `dispose` leaves it alone. */
  readonly pipeline: FeatureExtractor;
  /** Model, revision and dtype: vectors of two encoders with one name may share a cache. */
  readonly name: string;
  /** How token vectors become one: as the model was trained. @default 'mean' */
  readonly pooling?: 'mean' | 'cls' | undefined;
  /** Texts in one run, ≥ 1. @default 16 */
  readonly batchSize?: number | undefined;
}

/**
 * Makes a sentence encoder of any feature-extraction model of transformers.js. Texts of like length run together;
 * what is too long for the model is cut by its tokenizer.
 *
 * @throws InvalidArgumentError (from `encode`) when the pipeline does not return one vector for each text.
 *
 * @example
 * ```ts
 * import { pipeline } from '@huggingface/transformers';
 *
 * const extractor = await pipeline('feature-extraction', 'Xenova/all-MiniLM-L6-v2', { dtype: 'fp32' });
 * const encoder = createTransformersEncoder({ pipeline: extractor, name: 'Xenova/all-MiniLM-L6-v2 fp32' });
 * ```
 */
export function createTransformersEncoder(options: TransformersEncoderOptions): SentenceEncoder {
  const { pipeline, name, pooling = 'mean', batchSize: usual = 16 } = options;
  let dimensions = 0;
  return {
    name,
    get dimensions() {
      return dimensions;
    },
    async encode(texts, { batchSize = usual, ...call } = {}) {
      const vectors = await encodeInBatches({
        ...call,
        texts,
        batchSize,
        dimensions,
        group: (distinct) => groupByLength(distinct, batchSize),
        encodeGroup: async (group) => {
          const { data, dims } = await pipeline([...group], { pooling, normalize: true });
          if (!(data instanceof Float32Array) || dims.length !== 2) {
            throw new InvalidArgumentError({
              argument: 'the output of the pipeline',
              given: dims,
              expected: 'float32 of the shape [texts, dimensions]; is it a feature-extraction pipeline?',
            });
          }
          return floatTensor(data, dims);
        },
      });
      if (texts.length > 0) dimensions = vectors.shape[1]!;
      return vectors;
    },
  };
}

/** Characters stand in for tokens, which only the pipeline knows. */
function groupByLength(texts: readonly string[], batchSize: number): number[][] {
  const order = [...texts.keys()].sort((a, b) => texts[b]!.length - texts[a]!.length || a - b);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, group) =>
    order.slice(group * batchSize, (group + 1) * batchSize),
  );
}
