/**
 * A scorer of texts as evaluators meet it.
 *
 * @module
 */
import type { ModelCallOptions } from './language-model.ts';

/** A score, or why there is none. A failure is never a number. */
export type TextScore =
  | { readonly score: number; readonly missing?: undefined }
  | { readonly score?: undefined; readonly missing: string };

/** Scores texts for toxicity, in [0, 1]. `describeToxicityScorer` in `@austeer/core/testing` checks one. */
export interface ToxicityScorer {
  readonly name: string;
  /** Version of the model or service, or the day on which it answered, where it has no versions. */
  readonly version: string;
  /** A text counts as toxic from this score on. */
  readonly threshold: number;
  /** One result for each text, in order. Rejects only when stopped or misused; what failed for a text is `missing`. */
  score(texts: readonly string[], options?: ModelCallOptions): Promise<TextScore[]>;
}
