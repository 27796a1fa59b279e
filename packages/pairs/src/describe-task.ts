/**
 * What a task is before its data are read.
 *
 * @module
 */
import { hasEdition } from './readers/task-sides.ts';
import type { AnswerKind } from './task.ts';
import type { HubEdition, TaskVariant } from './tasks/task-definition.ts';
import { taskDefinition } from './tasks/task-names.ts';

/** A task in words and numbers. A plain JSON-safe value. */
export interface TaskDescription {
  readonly name: string;
  readonly description: string;
  readonly answerKind: AnswerKind;
  /** New tokens that are generated for an item. */
  readonly maxNewTokens: number;
  /** The prompt, word for word, with the names of its parts in braces. Figure 9 of the paper shows two of them. */
  readonly template: string;
  /** The same for test items, where it differs. */
  readonly itemTemplate?: string | undefined;
  readonly variants: readonly TaskVariant[];
  /** Counts of Table 6; absent for a task that is not the paper's. */
  readonly paperCounts?: { readonly pairs: number; readonly items: number } | undefined;
  /** Sets of files that {@link loadTask} looks for in a data folder, best first. */
  readonly editions: readonly { readonly pairs: readonly string[]; readonly items: readonly string[] }[];
  readonly hub?: HubEdition | undefined;
}

/**
 * Describes a task.
 *
 * @throws UnknownNameError for an unknown task.
 *
 * @example
 * ```ts
 * describeTask('svamp').template.endsWith('{body} {question}\nAnswer:'); // true
 * ```
 */
export function describeTask(name: string): TaskDescription {
  const definition = taskDefinition(name);
  const { description, answerKind, maxNewTokens, template, itemTemplate, paperCounts, hub } = definition;
  return {
    name,
    description,
    answerKind,
    maxNewTokens,
    template,
    ...(itemTemplate === undefined ? {} : { itemTemplate }),
    variants: definition.variants ?? ['official'],
    ...(paperCounts === undefined ? {} : { paperCounts }),
    editions: definition.editions.map(({ pairs, items }) => ({ pairs, items })),
    ...(hub === undefined ? {} : { hub }),
  };
}

/**
 * Whether a folder holds the published files of a task, in any edition.
 *
 * @throws UnknownNameError for an unknown task.
 *
 * @example
 * ```ts
 * await hasTaskData('boolq', '/data'); // true where /data/boolq/train.jsonl and /data/boolq/dev.jsonl exist
 * ```
 */
export async function hasTaskData(name: string, folder: string): Promise<boolean> {
  return hasEdition(taskDefinition(name), folder);
}
