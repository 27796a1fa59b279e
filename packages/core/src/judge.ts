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
  /** What a service said where it failed, for people to read. */
  readonly detail?: string | undefined;
  /** Tokens that were paid for, also where nothing came of it. */
  readonly tokens?: { readonly prompt: number; readonly completion: number } | undefined;
};

/** Options of {@link Judge.compare}. */
export interface JudgeCallOptions extends ModelCallOptions {
  /**
   * Called once for each question as soon as its reply is there, in any order. The judge waits for what it returns
   * before it goes on, so that a reply can be kept before the next one is paid for.
   */
  readonly onReply?: ((event: { index: number; reply: JudgeReply }) => void | Promise<void>) | undefined;
}

/** Compares answers. `describeJudge` in `@austeer/core/testing` checks one. */
export interface Judge {
  readonly name: string;
  /** Model, prompt and settings: replies of equal versions may share a cache. */
  readonly version: string;
  /** One reply for each question, in order. Rejects only when stopped or misused. */
  compare(questions: readonly JudgeQuestion[], options?: JudgeCallOptions): Promise<JudgeReply[]>;
}
