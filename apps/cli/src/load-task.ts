/**
 * A task for a loaded model.
 *
 * @module
 */
import type { Tokenizer } from '@austeer/core';
import {
  type ChatFormat,
  type HubAccess,
  hasTaskData,
  type LoadTaskOptions,
  loadTask,
  type Task,
} from '@austeer/pairs';
import type { AusteerContext } from './context.ts';

/** Where the published data lies in the project's own workplace; elsewhere the sample rows are used. */
const USUAL_DATA = '../shared/datasets';

/** What `--data` takes beside folders; a folder of such a name is `./hub`. */
const HUB = 'hub';
const SAMPLES = 'samples';

/** Options of {@link loadTaskFor}. */
export interface LoadTaskForOptions extends Omit<LoadTaskOptions, 'hub'> {
  /** Take the sample rows where no folder is given, also where the usual place has the data. @default false */
  readonly samples?: boolean | undefined;
  /** How the hub is reached where `data` is `hub`. */
  readonly hub?: HubAccess | undefined;
}

/** Loads a task from the hub, from a folder, from the usual place where that has it, or from the samples. */
export async function loadTaskFor(
  tokenizer: Tokenizer | undefined,
  name: string,
  { samples = false, data, hub = {}, ...options }: LoadTaskForOptions,
): Promise<Task> {
  const shared = { ...options, chat: options.chat ?? (tokenizer && chatFormat(tokenizer)) };
  if (data === HUB) return loadTask(name, { ...shared, hub });
  if (data === SAMPLES || (samples && data === undefined)) return loadTask(name, shared);
  return loadTask(name, { ...shared, data: data ?? (await usualData(name)) });
}

/** The hub as the flags of a command and its terminal have it. */
export function hubAccess(
  { signal, terminal }: AusteerContext,
  flags: { readonly cache?: string | undefined; readonly offline: boolean },
): HubAccess {
  const { cache: cacheDirectory, offline } = flags;
  // Without the flag the environment decides.
  return { signal, onProgress: terminal.progress, cacheDirectory, ...(offline ? { offline } : {}) };
}

async function usualData(name: string): Promise<string | undefined> {
  return (await hasTaskData(name, USUAL_DATA)) ? USUAL_DATA : undefined;
}

function chatFormat(tokenizer: Tokenizer): ChatFormat | undefined {
  const [end] = tokenizer.endTokens;
  if (end === undefined) return undefined;
  return {
    prompt: (content) => tokenizer.applyChatTemplate([{ role: 'user', content }]),
    end: tokenizer.decode([end], { keepSpecialTokens: true }),
  };
}
