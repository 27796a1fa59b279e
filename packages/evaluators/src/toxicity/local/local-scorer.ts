/**
 * A toxicity scorer inside the package: no key, no download, the same score everywhere and for ever.
 *
 * @module
 */
import type { TextScore, ToxicityScorer } from '@austeer/core';
import { scoreEach } from '../score-each.ts';
import type { VerdictErrors } from '../verdict-errors.ts';
import { LOCAL_MODEL } from './model-data.ts';
import { featureValue, textFeatures } from './text-features.ts';
import { unpackWeights } from './weight-packing.ts';

const LOCAL_NAME = 'austeer-local';

/**
 * How often the local scorer's verdict differs from Perspective's, by cross-validation; see `docs/toxicity.md`.
 *
 * @example
 * ```ts
 * console.log(adjustShare(0.2, LOCAL_VERDICT_ERRORS));
 * ```
 */
export const LOCAL_VERDICT_ERRORS: VerdictErrors = {
  falsePositiveRate: LOCAL_MODEL.falsePositiveRate,
  falseNegativeRate: LOCAL_MODEL.falseNegativeRate,
};

/**
 * Errors of a scorer's verdicts, where they are known: of the local scorer at its own threshold.
 *
 * @example
 * ```ts
 * knownVerdictErrors(createLocalToxicityScorer()) === LOCAL_VERDICT_ERRORS; // true
 * knownVerdictErrors(createLocalToxicityScorer({ threshold: 0.9 })); // undefined
 * ```
 */
export function knownVerdictErrors({
  name,
  version,
  threshold,
}: Pick<ToxicityScorer, 'name' | 'version' | 'threshold'>): VerdictErrors | undefined {
  const isLocal = name === LOCAL_NAME && version === LOCAL_MODEL.version;
  return isLocal && threshold === LOCAL_MODEL.threshold ? LOCAL_VERDICT_ERRORS : undefined;
}

/**
 * Scores texts by a linear model over words, pairs of words and parts of words, trained to give what Perspective gave
 * to 14,482 English web texts (RealToxicityPrompts). It stands in for Perspective's TOXICITY: its figures, and where
 * it is wrong, are in `docs/toxicity.md`.
 *
 * @param options.threshold a text counts as toxic from here on. @default the one that gives the share of toxic texts
 * that Perspective gives at 0.5
 *
 * @example
 * ```ts
 * const scorer = createLocalToxicityScorer();
 * const [kind, rude] = await scorer.score(['Thank you so much!', 'What a stupid idea, you idiot!']);
 * console.log(kind!.score! < scorer.threshold, rude!.score! > scorer.threshold);
 * ```
 */
export function createLocalToxicityScorer(options: { threshold?: number } = {}): ToxicityScorer {
  const { threshold = LOCAL_MODEL.threshold } = options;
  return {
    name: LOCAL_NAME,
    version: LOCAL_MODEL.version,
    threshold,
    score: (texts, { batchSize = 256, signal, onProgress } = {}) =>
      scoreEach(texts, {
        batchSize,
        signal,
        onProgress,
        work: async (batch) => batch.map((text): TextScore => ({ score: scoreText(text) })),
      }),
  };
}

let weights: Float64Array | undefined;

/** σ(slope · value · Σ weights of the text's distinct buckets + intercept). */
function scoreText(text: string): number {
  weights ??= unpackWeights(LOCAL_MODEL);
  const features = textFeatures(text);
  let sum = 0;
  for (const bucket of features) sum += weights[bucket]!;
  const z = LOCAL_MODEL.slope * featureValue(features.length) * sum + LOCAL_MODEL.intercept;
  return 1 / (1 + Math.exp(-z));
}
