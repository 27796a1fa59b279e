/**
 * Who judges a task's answers, by a command's flags.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Judge } from '@austeer/core';
import { defaultCacheDirectory } from '@austeer/core/node';
import { type RememberingJudge, rememberReplies } from '@austeer/evaluators';
import { replyFiles } from '@austeer/evaluators/node';
import { type AnswerJudges, type CellModel, verdictOf } from '@austeer/experiments';
import type { Task } from '@austeer/pairs';
import type { AusteerContext } from './context.ts';
import { judgeOf } from './experiment-context.ts';
import { usageError } from './flags.ts';
import { keepScores } from './keep-scores.ts';
import type { ScorerFlags } from './scorer-flags.ts';
import { readScores, scorerOfFlags } from './scorer-of-flags.ts';

/** Who judges answers that are not right or wrong by themselves. */
export interface JudgesFlags extends ScorerFlags {
  readonly judge?: string | undefined;
  readonly cache?: string | undefined;
}

/** Replies of judges are kept for all commands: none is paid for twice. */
export function rememberJudge(judge: Judge, { cache }: Pick<JudgesFlags, 'cache'>): RememberingJudge {
  return rememberReplies(judge, {
    store: replyFiles(join(cache ?? defaultCacheDirectory(), 'judge-replies')),
  });
}

/**
 * The scorer or judge that the task needs; nobody where its answers are right or wrong by themselves.
 *
 * @param options.scores file that keeps scores as they come
 */
export async function judgesOfFlags(
  context: AusteerContext,
  flags: JudgesFlags,
  options: { task: Pick<Task, 'name' | 'answerKind'>; model: CellModel; scores?: string | undefined },
): Promise<AnswerJudges> {
  const { task, model, scores: path } = options;
  const verdict = verdictOf(task);
  if (verdict === 'scorer') {
    const stored = path !== undefined && existsSync(path) ? await readScores(path) : [];
    return { toxicity: keepScores(await scorerOfFlags(context, flags), { stored, path }) };
  }
  if (verdict === undefined) return {};
  const judge = judgeOf(context, flags.judge, flags.baseUrl)?.(model);
  if (judge === undefined) {
    const expected =
      `a judge of the responses of ${task.name}: --judge local (the model itself), or --judge openai:NAME with the key in ` +
      'OPENAI_API_KEY and, for a server of your own, --base-url';
    throw usageError('--judge', flags.judge, expected);
  }
  return { judge: rememberJudge(judge, flags) };
}
