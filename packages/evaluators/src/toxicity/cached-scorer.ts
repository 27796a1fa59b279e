/**
 * Asking a scorer for nothing twice.
 *
 * @module
 */
import { type ModelCallOptions, sha256, type TextScore, type ToxicityScorer } from '@austeer/core';
import { type StoredScore, scoresByHash, sourceOf, storeScores } from './stored-scores.ts';

/** New texts asked for at a time. */
const PIECE = 64;

/**
 * A scorer that asks another one only for texts that have no stored score: work that was interrupted goes on where it
 * stopped, and a text that stands several times is asked for once. A stored reason for a missing score is no score:
 * such a text is asked for again.
 *
 * @param options.stored rows of earlier work; those of other scorers or versions are left aside
 * @param options.onScore called with each new row, for keeping
 * @param options.date day of new rows in UTC. @default today
 *
 * @example
 * ```ts
 * let asked = 0;
 * const slow: ToxicityScorer = {
 *   name: 'slow',
 *   version: '1',
 *   threshold: 0.5,
 *   score: async (texts) => texts.map(() => ({ score: asked++ })),
 * };
 * await createCachedScorer({ scorer: slow }).score(['same', 'same']);
 * asked; // 1
 * ```
 */
export function createCachedScorer(options: {
  scorer: ToxicityScorer;
  stored?: readonly StoredScore[];
  onScore?: (row: StoredScore) => void;
  date?: string;
}): ToxicityScorer {
  const { scorer, stored = [], onScore, date = new Date().toISOString().slice(0, 10) } = options;
  const { name, version, threshold } = scorer;
  const own = sourceOf({ scorer: name, version, threshold });
  const found = scoresByHash(stored.filter((row) => row.missing === undefined && sourceOf(row) === own));

  const score = async (
    texts: readonly string[],
    { batchSize, signal, onProgress }: ModelCallOptions = {},
  ): Promise<TextScore[]> => {
    signal?.throwIfAborted();
    const hashes = texts.map((text) => sha256(text));
    const wanted = new Map(texts.map((text, index) => [hashes[index]!, text]));
    for (const hash of found.keys()) wanted.delete(hash);
    const fresh = new Map<string, TextScore>();
    const entries = [...wanted];
    // Handed over in pieces, so that what was paid for is kept when a later piece fails.
    for (let start = 0; start < entries.length; start += PIECE) {
      const piece = entries.slice(start, start + PIECE);
      const scores = await scorer.score(
        piece.map(([, text]) => text),
        { batchSize, signal },
      );
      const rows = storeScores({ texts: piece.map(([, text]) => text), scores, scorer, date });
      for (const [index, row] of rows.entries()) {
        fresh.set(row.textHash, scores[index]!);
        if (scores[index]!.missing === undefined) found.set(row.textHash, scores[index]!);
        onScore?.(row);
      }
      onProgress?.({
        stage: 'score texts',
        done: texts.length - Math.max(1, entries.length - start - piece.length),
        total: texts.length,
      });
    }
    onProgress?.({ stage: 'score texts', done: texts.length, total: texts.length });
    return hashes.map((hash) => found.get(hash) ?? fresh.get(hash)!);
  };
  return { name, version, threshold, score };
}
