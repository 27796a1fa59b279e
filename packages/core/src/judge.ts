/**
 * A judge of two answers as evaluators meet it.
 *
 * @module
 */
import type { ModelCallOptions } from './language-model.ts';

/** Two answers to the same instruction, in the order in which the judge reads them. */
export interface JudgeQuestion {
  readonly id: string;
  readonly instruction: string;
  readonly first: string;
  readonly second: string;
}

/** What a judge said, or why nothing could be had of it. */
export type JudgeReply = (
  | { readonly verdict: 'first' | 'second' | 'tie'; readonly missing?: undefined }
  | { readonly verdict?: undefined; readonly missing: string }
) & {
  /** What the judge wrote, for people to read. */
  readonly text?: string | undefined;
  /** Tokens that were paid for, also where nothing came of it. */
  readonly tokens?: { readonly prompt: number; readonly completion: number } | undefined;
};

/** Compares answers. `describeJudge` in `@austeer/core/testing` checks one. */
export interface Judge {
  readonly name: string;
  /** Model, prompt and settings: replies of equal versions may share a cache. */
  readonly version: string;
  /** One reply for each question, in order. Rejects only when stopped or misused. */
  compare(questions: readonly JudgeQuestion[], options?: ModelCallOptions): Promise<JudgeReply[]>;
}
