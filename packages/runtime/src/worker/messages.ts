/**
 * What a model in a worker thread and its caller say to each other.
 *
 * @module
 */
import type { ModelIdentity, Progress } from '@austeer/core';
import type { LoadModelOptions, ModelDetails } from '../load-model.ts';

/** Calls with one answer, and calls that stream. */
export type Method = 'generate' | 'score' | 'capture' | 'capturePairs' | 'logProbabilities' | 'gainGradients';

/** Options that can be sent; functions and signals stay on their side. */
export type SentLoadOptions = Omit<LoadModelOptions, 'fetch' | 'signal' | 'onProgress'>;

/** From the caller. A stream gives one item for each `next`, so that nothing piles up. */
export type Request =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: Method;
      readonly input: unknown;
      readonly options: object;
      readonly wantsTokens: boolean;
    }
  | { readonly kind: 'next' | 'end' | 'abort'; readonly id: number }
  | { readonly kind: 'dispose' };

/** From the worker. */
export type Reply =
  | {
      readonly kind: 'loaded';
      readonly identity: ModelIdentity;
      readonly headSize: number | undefined;
      readonly contextLength: number;
      readonly details: ModelDetails;
    }
  | { readonly kind: 'loading'; readonly progress: Progress }
  | { readonly kind: 'failed'; readonly error: SentError }
  | { readonly kind: 'result' | 'item'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'error'; readonly id: number; readonly error: SentError }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | {
      readonly kind: 'token';
      readonly id: number;
      readonly event: { readonly row: number; readonly token: number; readonly text: string };
    }
  | { readonly kind: 'disposed' };

/** An error as plain values: structured clones keep neither class nor fields. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}
