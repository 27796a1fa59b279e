/**
 * The task that a command's flags name.
 *
 * @module
 */
import type { Tokenizer } from '@austeer/core';
import type { Task } from '@austeer/pairs';
import type { AusteerContext } from './context.ts';
import type { TaskFlags } from './flags.ts';
import { type EncoderFlags, withTaskNegatives } from './load-negatives.ts';
import { hubAccess, loadTaskFor } from './load-task.ts';

/** The task with shorter or longer answers than its own, which its notes then say. */
export function withAnswerLimit(task: Task, maxNewTokens: number | undefined): Task {
  if (maxNewTokens === undefined || maxNewTokens === task.maxNewTokens) return task;
  const note = `Answers end after ${maxNewTokens} tokens; the task’s own limit is ${task.maxNewTokens}.`;
  return { ...task, maxNewTokens, source: { ...task.source, notes: [...task.source.notes, note] } };
}

/** Loads the task, with the wrong answers that the flags ask for. */
export function taskOfFlags(
  context: AusteerContext,
  tokenizer: Tokenizer | undefined,
  flags: TaskFlags & EncoderFlags & { readonly seed: number },
  options: { name: string; pairLimit: number | undefined; skipBadRows?: boolean | undefined },
): Promise<Task> {
  const { data, wording, variant, seed } = flags;
  const { name, ...rest } = options;
  return withTaskNegatives(context, flags, (negatives) =>
    loadTaskFor(tokenizer, name, {
      data,
      wording,
      variant,
      negatives,
      seed,
      hub: hubAccess(context, flags),
      ...rest,
    }),
  );
}
