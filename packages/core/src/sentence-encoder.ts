/**
 * A sentence encoder as the rest of the project meets it.
 *
 * @module
 */
import type { ModelCallOptions } from './language-model.ts';
import type { FloatTensor } from './tensors.ts';

/** Texts to vectors whose dot product is their cosine. `describeSentenceEncoder` in `@austeer/core/testing` checks one. */
export interface SentenceEncoder {
  /** Name with version or hash: vectors of two encoders with one name may share a cache. */
  readonly name: string;
  /** Numbers in a vector; 0 until the first call where only the service knows it. */
  readonly dimensions: number;
  /** One vector of length 1 for each text, in order: `[texts, dimensions]`. A text's vector does not depend on the others. */
  encode(texts: readonly string[], options?: ModelCallOptions): Promise<FloatTensor>;
  /** Frees what it holds. */
  dispose?(): Promise<void>;
}
