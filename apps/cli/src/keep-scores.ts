/**
 * Toxicity scores that are kept as they come: a service that gives one a second is not asked twice.
 *
 * @module
 */
import type { ToxicityScorer } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import { createCachedScorer, formatStoredScores, type StoredScore } from '@austeer/evaluators';

/** New scores after which the file is written again. */
const KEPT_EVERY = 64;

/** A scorer that remembers, and what it remembers. */
export interface KeepingScorer extends ToxicityScorer {
  /** Stored and new rows. */
  rows(): StoredScore[];
}

/** The scorer with a file of its scores; without a path it remembers for the length of the command. */
export function keepScores(
  scorer: ToxicityScorer,
  { stored, path }: { stored: readonly StoredScore[]; path: string | undefined },
): KeepingScorer {
  const fresh: StoredScore[] = [];
  let writing: Promise<void> = Promise.resolve();
  const keep = (): void => {
    const content = formatStoredScores([...stored, ...fresh]);
    writing = writing.then(() => (path === undefined ? undefined : writeFileAtomic(path, content)));
  };
  const cached = createCachedScorer({
    scorer,
    stored,
    onScore: (row) => {
      fresh.push(row);
      if (fresh.length % KEPT_EVERY === 0) keep();
    },
  });
  return {
    ...cached,
    rows: () => [...stored, ...fresh],
    score: async (texts, options) => {
      try {
        return await cached.score(texts, options);
      } catch (error) {
        // What was scored before it stopped was paid for.
        if (fresh.length > 0) keep();
        throw error;
      } finally {
        await writing;
      }
    },
  };
}
