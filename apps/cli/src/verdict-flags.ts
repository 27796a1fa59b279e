/**
 * Flags of commands that answer a task's items: who judges answers that are not right or wrong by themselves, and how long
 * they may get.
 *
 * @module
 */
import { optionalCount } from './flags.ts';
import type { JudgesFlags } from './judges-of-flags.ts';
import { scorerFlags } from './scorer-flags.ts';

/** Who judges, and how long answers may get. */
export interface VerdictFlags extends Omit<JudgesFlags, 'cache'> {
  readonly maxNewTokens?: number | undefined;
}

/** Who judges, and how long answers may get. */
export const verdictFlags = {
  ...scorerFlags,
  judge: {
    kind: 'parsed',
    parse: String,
    optional: true,
    brief: 'bpo: local (the model itself), or openai:NAME with the key in OPENAI_API_KEY',
    placeholder: 'judge',
  },
  maxNewTokens: optionalCount('Most tokens of an answer that is generated [the task’s own]'),
} as const;
