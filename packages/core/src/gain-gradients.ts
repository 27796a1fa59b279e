/**
 * What scaling each unit would do to the margin of right answers, to first order.
 *
 * @module
 */
import type { ModelCallOptions, TokenSequence } from './language-model.ts';
import type { Site } from './sites.ts';
import type { SteeringValues } from './steering-values.ts';
import type { FloatTensor } from './tensors.ts';

/**
 * A prompt with right and wrong answers. The margin is log-sum-exp over the log-probabilities of the right answers minus
 * that of the wrong ones; `perToken` divides each log-probability by the answer's length first, for free answers.
 */
export interface MarginItem {
  readonly id: string;
  readonly prompt: TokenSequence;
  readonly right: readonly TokenSequence[];
  readonly wrong: readonly TokenSequence[];
  /** Class of the right answer, for class-balanced means. */
  readonly label?: string | undefined;
}

/** The margin of one item and its derivative by the gain of every unit (all positions), at gain 0 unless steering is given. */
export interface ItemGradients {
  readonly id: string;
  readonly label?: string | undefined;
  readonly margin: number;
  /** ∂margin/∂gain, `[layers, width]` per site; NaN for a unit that the source did not measure. */
  readonly gradients: Readonly<Partial<Record<Site, FloatTensor>>>;
}

/** Options of {@link GainGradientSource.gainGradients}. */
export interface GainGradientOptions extends ModelCallOptions {
  readonly sites: readonly Site[];
  /** @default false */
  readonly perToken?: boolean | undefined;
  /**
   * Where the derivative is taken: at these gains instead of 0. Alike at every token, so without `tokenStrength`.
   * @default none, the model as it is
   */
  readonly steering?: SteeringValues | undefined;
}

/** A model that can be differentiated. */
export interface GainGradientSource {
  /** One result for each item, in order, streamed. */
  gainGradients(items: Iterable<MarginItem>, options: GainGradientOptions): AsyncIterable<ItemGradients>;
}
