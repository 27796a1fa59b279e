/**
 * Activations as they travel between packages: plain values, one row or pair at a time.
 *
 * @module
 */
import type { Site } from './sites.ts';
import type { FloatTensor } from './tensors.ts';

/** Activations by site. Last token: `[layers, width]`; every token: `[tokens, layers, width]`. */
export type SiteActivations = Readonly<Partial<Record<Site, FloatTensor>>>;

/** Activations of one text. */
export interface RowActivations {
  /** Position of the text among those asked for, from 0. */
  readonly row: number;
  readonly activations: SiteActivations;
}

/** Last-token activations of the right and the wrong text of one pair, `[layers, width]` per site. */
export interface PairActivations {
  readonly id: string;
  /** Class of the right answer, where the task has classes. */
  readonly label?: string | undefined;
  readonly positive: SiteActivations;
  readonly negative: SiteActivations;
}

/**
 * Where pairs of activations come from: a model, files, or a team's own framework. Counting needs one
 * pair in memory at a time, so this is a stream.
 */
export type ActivationSource = AsyncIterable<PairActivations> | Iterable<PairActivations>;
