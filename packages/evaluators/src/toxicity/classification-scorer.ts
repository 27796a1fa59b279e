/**
 * Any text classifier of transformers.js as a toxicity scorer.
 *
 * @module
 */
import type { TextScore, ToxicityScorer } from '@austeer/core';
import { isShare } from './is-share.ts';
import { scoreEach } from './score-each.ts';

/** A label and its probability. */
export interface ClassifiedLabel {
  readonly label: string;
  readonly score: number;
}

/** A pipeline `text-classification` of `@huggingface/transformers`, or anything called like it. */
export type TextClassifier = (texts: string[], options: { top_k: number }) => Promise<unknown>;

/** Options of {@link createClassificationScorer}. */
export interface ClassificationScorerOptions {
  /** The pipeline; loading it is the caller's, because the library is optional. */
  readonly classifier: TextClassifier;
  /** Name of the model, for example `Xenova/toxic-bert`. */
  readonly name: string;
  /** Revision or hash of its files. */
  readonly version: string;
  /** The label whose probability is the score. @default 'toxic' */
  readonly label?: string | undefined;
  /** A text counts as toxic from here on. @default 0.5 */
  readonly threshold?: number | undefined;
  /** Texts in one run of the model, unless the call says otherwise. @default 8 */
  readonly batchSize?: number | undefined;
}

/** Labels asked for: more than any such model has. */
const ALL_LABELS = 1000;

/**
 * Scores texts by the probability that a classifier gives to one label. A text on which the classifier fails has no
 * score; the others of its batch are scored.
 *
 * @example
 * ```ts
 * const classifier = async (texts: string[]) => texts.map(() => [{ label: 'toxic', score: 0.25 }]);
 * const scorer = createClassificationScorer({ classifier, name: 'mine', version: '1' });
 * (await scorer.score(['Hello']))[0]?.score; // 0.25
 * ```
 *
 * @example
 * ```ts
 * import { pipeline } from '@huggingface/transformers';
 *
 * const classifier = await pipeline('text-classification', 'Xenova/toxic-bert', { dtype: 'q8' });
 * const scorer = createClassificationScorer({ classifier, name: 'Xenova/toxic-bert', version: 'main q8' });
 * ```
 */
export function createClassificationScorer(options: ClassificationScorerOptions): ToxicityScorer {
  const { classifier, name, version, label = 'toxic', threshold = 0.5, batchSize: usual = 8 } = options;

  const classify = async (batch: readonly string[]): Promise<TextScore[]> => {
    try {
      const replies = await classifier([...batch], { top_k: ALL_LABELS });
      const lists = Array.isArray(replies) ? replies : [];
      // For one text some versions leave out the outer list.
      const rows = batch.length === 1 && !Array.isArray(lists[0]) ? [lists] : lists;
      return batch.map((_, index) => scoreOf(rows[index], label));
    } catch (error) {
      if (batch.length === 1) return [{ missing: `the classifier failed: ${(error as Error).message}` }];
      const alone: TextScore[] = [];
      for (const text of batch) alone.push(...(await classify([text])));
      return alone;
    }
  };
  return {
    name: `${name} ${label}`,
    version,
    threshold,
    score: (texts, { batchSize = usual, signal, onProgress } = {}) =>
      scoreEach(texts, { batchSize, signal, onProgress, work: classify }),
  };
}

function scoreOf(reply: unknown, label: string): TextScore {
  const labels = Array.isArray(reply) ? (reply as ClassifiedLabel[]) : [];
  const found = labels.find((item) => item.label === label);
  if (found === undefined) {
    const known = labels.map((item) => item.label).join(', ');
    return {
      missing: `the classifier has no label "${label}"; it gave: ${known === '' ? 'nothing' : known}`,
    };
  }
  return isShare(found.score)
    ? { score: found.score }
    : { missing: `the classifier gave ${found.score} to "${label}"` };
}
