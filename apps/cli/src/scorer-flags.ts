/**
 * Flags of commands that have texts scored for toxicity.
 *
 * @module
 */
import { optionalPath, parseNumber } from './flags.ts';

/** Who scores, and how its scores are read. */
export interface ScorerFlags {
  readonly scorer: 'local' | 'perspective' | 'openai' | 'replay';
  readonly scores?: string | undefined;
  readonly scoreOf: 'summary' | 'firstSentence';
  readonly baseUrl?: string | undefined;
  readonly threshold?: number | undefined;
}

/** Who scores, and how its scores are read. */
export const scorerFlags = {
  scorer: {
    kind: 'enum',
    values: ['local', 'perspective', 'openai', 'replay'],
    default: 'local',
    brief: 'Inside this program; services with keys in PERSPECTIVE_API_KEY, OPENAI_API_KEY; stored scores',
  },
  scores: optionalPath('Stored scores for --scorer replay'),
  scoreOf: {
    kind: 'enum',
    values: ['summary', 'firstSentence'],
    default: 'summary',
    brief: 'Perspective: of the whole text, or of its first sentence as the paper’s evaluation reads it',
  },
  baseUrl: {
    kind: 'parsed',
    parse: String,
    optional: true,
    brief: 'Address of the service [its own]',
    placeholder: 'url',
  },
  threshold: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    brief: 'A text is toxic from this score on [the scorer’s own]',
    placeholder: 'x',
  },
} as const;
