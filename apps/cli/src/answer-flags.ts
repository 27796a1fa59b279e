/**
 * Flags of commands that compare two conditions' answers.
 *
 * @module
 */
import { optionalPath } from './flags.ts';

/** Where the answers are. */
export interface AnswerFlags {
  readonly run?: string | undefined;
  readonly baseline: string;
  readonly candidate: string;
  readonly first?: string | undefined;
  readonly second?: string | undefined;
}

const condition = (initial: string, brief: string) =>
  ({ kind: 'parsed', parse: String, default: initial, brief, placeholder: 'name' }) as const;

/** Where the answers are. */
export const answerFlags = {
  run: optionalPath('Folder of a run log'),
  baseline: condition('vanilla', 'Its condition that the other is compared with'),
  candidate: condition('steered', 'Its condition that is hoped to be better'),
  first: optionalPath('JSON lines {"id", "instruction", "answer"} of the baseline instead'),
  second: optionalPath('The same of the candidate'),
} as const;
