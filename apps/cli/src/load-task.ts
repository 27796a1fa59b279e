/**
 * A task for a loaded model.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import type { Tokenizer } from '@austeer/core';
import { type ChatFormat, type LoadTaskOptions, loadTask, type Task } from '@austeer/pairs';

/** Where the published data lies in the project's own workplace; elsewhere the sample rows are used. */
const USUAL_DATA = '../shared/datasets';

/**
 * Loads a task from a folder, from the usual place where that has it, or from the samples.
 *
 * @param options.samples never look in the usual place
 */
export async function loadTaskFor(
  tokenizer: Tokenizer | undefined,
  name: string,
  { samples = false, ...options }: Omit<LoadTaskOptions, 'chat'> & { samples?: boolean },
): Promise<Task> {
  const usual = !samples && existsSync(`${USUAL_DATA}/${name}`) ? USUAL_DATA : undefined;
  const data = options.data ?? usual;
  return loadTask(name, { ...options, data, chat: tokenizer && chatFormat(tokenizer) });
}

function chatFormat(tokenizer: Tokenizer): ChatFormat | undefined {
  const [end] = tokenizer.endTokens;
  if (end === undefined) return undefined;
  return {
    prompt: (content) => tokenizer.applyChatTemplate([{ role: 'user', content }]),
    end: tokenizer.decode([end], { keepSpecialTokens: true }),
  };
}
