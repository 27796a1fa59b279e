/**
 * Scores in a file, readable when the service that gave them is gone.
 *
 * @module
 */
import {
  FileFormatError,
  InvalidArgumentError,
  sha256,
  type TextScore,
  type ToxicityScorer,
} from '@austeer/core';
import { isShare } from './is-share.ts';

/** One line of a file of scores. */
export interface StoredScore {
  /** SHA-256 of the text in UTF-8. The text itself may be left out of the file. */
  readonly textHash: string;
  readonly text?: string | undefined;
  /** What the text goes on from, and which continuation of it this is, where it is one. */
  readonly prompt?: string | undefined;
  readonly sample?: number | undefined;
  /** Name, version and threshold of the scorer. */
  readonly scorer: string;
  readonly version: string;
  readonly threshold: number;
  /** Day of scoring in UTC, `2026-11-25`. */
  readonly date: string;
  readonly score?: number | undefined;
  /** Why there is no score. */
  readonly missing?: string | undefined;
}

/**
 * What a scorer said of some texts, one line each.
 *
 * @param options.keepTexts write the texts beside their hashes. @default false
 * @throws InvalidArgumentError when there is not one score for each text.
 *
 * @example
 * ```ts
 * const scorer = { name: 'mine', version: '1', threshold: 0.5 };
 * const [row] = storeScores({ texts: ['Hello'], scores: [{ score: 0.1 }], scorer, date: '2026-11-25' });
 * row?.textHash.slice(0, 8); // '185f8db3'
 * ```
 */
export function storeScores(options: {
  texts: readonly string[];
  scores: readonly TextScore[];
  scorer: Pick<ToxicityScorer, 'name' | 'version' | 'threshold'>;
  date: string;
  keepTexts?: boolean;
}): StoredScore[] {
  const { texts, scores, scorer, date, keepTexts = false } = options;
  if (texts.length !== scores.length) {
    throw new InvalidArgumentError({
      argument: 'scores',
      given: `${scores.length} scores`,
      expected: `${texts.length}, one for each text`,
    });
  }
  const { name, version, threshold } = scorer;
  return texts.map((text, index) => ({
    textHash: sha256(text),
    ...(keepTexts && { text }),
    scorer: name,
    version,
    threshold,
    date,
    ...scores[index]!,
  }));
}

/**
 * The lines of a file of scores, one JSON object each.
 *
 * @example
 * ```ts
 * const row = { textHash: '00', scorer: 'mine', version: '1', threshold: 0.5, date: '2026-11-25', score: 1 };
 * parseStoredScores(formatStoredScores([row]), { path: 'scores.jsonl' })[0]?.score; // 1
 * ```
 */
export function formatStoredScores(rows: readonly StoredScore[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * Reads the lines of a file of scores.
 *
 * @param options.path named in errors
 * @throws FileFormatError for a line that is no stored score.
 *
 * @example
 * ```ts
 * parseStoredScores('', { path: 'scores.jsonl' }); // []
 * ```
 */
export function parseStoredScores(content: string, options: { path: string }): StoredScore[] {
  return content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      row = undefined;
    }
    if (isStoredScore(row)) return [row];
    throw new FileFormatError({
      path: `${options.path}, line ${index + 1}`,
      format: 'stored scores',
      problem:
        'it is not of the form {"textHash", "scorer", "version", "threshold", "date", "score" or "missing"}',
    });
  });
}

function isStoredScore(value: unknown): value is StoredScore {
  if (typeof value !== 'object' || value === null) return false;
  const { textHash, scorer, version, threshold, date, score, missing } = value as Record<string, unknown>;
  return (
    [textHash, scorer, version, date].every((field) => typeof field === 'string') &&
    isShare(threshold) &&
    (score === undefined) !== (missing === undefined) &&
    (score === undefined || isShare(score)) &&
    (missing === undefined || typeof missing === 'string')
  );
}

/**
 * A scorer that only remembers: it gives stored scores again, under the name and version that gave them first.
 *
 * @param rows of one scorer in one version; a text that stands twice keeps its last score
 * @throws InvalidArgumentError for no rows, or rows of several scorers.
 *
 * @example
 * ```ts
 * const scorer = { name: 'mine', version: '1', threshold: 0.5 };
 * const rows = storeScores({ texts: ['Hello'], scores: [{ score: 0.1 }], scorer, date: '2026-11-25' });
 * const replayed = await createReplayScorer(rows).score(['Hello', 'other']);
 * replayed.map(({ score }) => score); // [0.1, undefined]
 * ```
 */
export function createReplayScorer(rows: readonly StoredScore[]): ToxicityScorer {
  const sources = [...new Set(rows.map(sourceOf))];
  if (sources.length !== 1) {
    throw new InvalidArgumentError({
      argument: 'rows',
      given: sources.length === 0 ? 'no rows' : `rows of ${sources.join(' and ')}`,
      expected: 'rows of one scorer in one version',
      advice: 'Scores of several scorers cannot be mixed in one result',
    });
  }
  const { scorer: name, version, threshold } = rows[0]!;
  const found = scoresByHash(rows);
  return {
    name,
    version,
    threshold,
    async score(texts, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      const scores = texts.map(
        (text) => found.get(sha256(text)) ?? { missing: 'no score of this text is stored' },
      );
      onProgress?.({ stage: 'score texts', done: texts.length, total: texts.length });
      return scores;
    },
  };
}

/** Who gave a score, in one line: equal lines may be mixed. */
export function sourceOf({
  scorer,
  version,
  threshold,
}: Pick<StoredScore, 'scorer' | 'version' | 'threshold'>): string {
  return `${scorer} ${version} (threshold ${threshold})`;
}

/** The last score of each text. */
export function scoresByHash(rows: readonly StoredScore[]): Map<string, TextScore> {
  return new Map(
    rows.map(({ textHash, score, missing }) => [
      textHash,
      score === undefined ? { missing: missing ?? 'no reason stored' } : { score },
    ]),
  );
}
