/**
 * What the calls of a model share.
 *
 * @module
 */
import type { ModelIdentity, Tokenizer } from '@austeer/core';
import type { Decoder } from './engine/decoder.ts';
import type { Differentiator } from './engine/differentiator.ts';
import type { DecodingPurpose } from './steering-purpose.ts';

/** A loaded model as its calls see it. */
export interface ModelContext {
  readonly decoder: Decoder;
  /** Absent where the graph is somebody else's, or of integers. */
  readonly differentiator: Differentiator | undefined;
  readonly identity: ModelIdentity;
  readonly tokenizer: Tokenizer | undefined;
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly padding: 'left' | 'right';
  /** Whether it computes on the processor, where a single row is hardly dearer than a row of a batch. */
  readonly isProcessor: boolean;
  readonly decodingPurpose: DecodingPurpose;
  /** Runs one batch at a time: a new batch ends the one before. Rejects once the model is disposed. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** Rows that run together when a call does not say. */
export const DEFAULT_BATCH_SIZE = 8;
