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
