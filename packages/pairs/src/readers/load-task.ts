/**
 * Loading a task, from the published files, from the hub, or from the samples of this package.
 *
 * @module
 */
import { createRandom, InvalidArgumentError, UnknownNameError } from '@austeer/core';
import type { HubAccess } from '../hub/hub-files.ts';
import { findLeakage } from '../leakage.ts';
import type { NegativeFinder } from '../nearest-number.ts';
import type { Task, TaskPair, TestItem } from '../task.ts';
import type { TaskDefinition, TaskVariant } from '../tasks/task-definition.ts';
import { taskDefinition } from '../tasks/task-names.ts';
import { compareWithTable6, PAIRS_LIMIT } from './table-six.ts';
import {
  type IdentifiedExample,
  type ReadSidesOptions,
  readHub,
  readPublished,
  readSamples,
  type TaskSides,
} from './task-sides.ts';
import { wrongAnswers } from './wrong-answers.ts';

const WORDINGS = ['official', 'chat'] as const;

/** Options of {@link loadTask}. */
export interface LoadTaskOptions {
  /**
   * Folder with the published files, for example `boolq/train.jsonl` and `boolq/dev.jsonl` in it.
   * @default the sample rows of this package
   */
  readonly data?: string | undefined;
  /** The hub's Parquet edition instead of a folder: `true`, or how the hub is reached. @default not asked */
  readonly hub?: true | HubAccess | undefined;
  /**
   * `official`: prompts word for word as the released code has them. `chat`: the same text as the message of a user, in
   * the model's own chat format. @default 'official'
   */
  readonly wording?: (typeof WORDINGS)[number] | undefined;
  /**
   * Which rows become pairs, where paper and released code differ (`detox`): `official`, harmless beginnings that went
   * on badly; `paper`, entries whose beginning is toxic itself. @default 'official'
   */
  readonly variant?: TaskVariant | undefined;
  /** Decides splits and ties between wrong answers; whole number in [0, 2³²). @default 0 */
  readonly seed?: number | undefined;
  /** Most pairs, taken from the start; ≥ 1. @default 1000, as released */
  readonly pairLimit?: number | undefined;
  /** Most test items, taken from the start; ≥ 1. @default all */
  readonly itemLimit?: number | undefined;
  /** Leave malformed rows out and count them in `source.notes`, instead of failing at the first. @default false */
  readonly skipBadRows?: boolean | undefined;
  /**
   * Wrong answers of the pairs. `nearest-number`: see {@link nearestNumberNegatives}, for tasks whose answers are
   * numbers. A function gets the right answers of all pair rows, before `pairLimit`; where it returns the right answer
   * itself, a blank takes its place, as released.
   * @default those that the rows tell; 'nearest-number' for `svamp` and `mawps`, whose rows tell none
   */
  readonly negatives?: 'nearest-number' | NegativeFinder | undefined;
  /** How the model writes a conversation; needed by the wording `chat` and by tasks of messages (`brevity`). */
  readonly chat?: ChatFormat | undefined;
}

/** A model's way of writing a conversation with one question. */
export interface ChatFormat {
  /** The whole prompt for a user's message, up to where the answer begins. */
  readonly prompt: (message: string) => string;
  /** Text of the token that ends an answer, for example `<|im_end|>`. */
  readonly end: string;
}

/**
 * Loads a task: contrastive pairs and test items with the released wording.
 *
 * With `data` or `hub`, pairs come from the training split and items from the test split; where the counts are not
 * those of Table 6, `source.table6` and `source.notes` say so. Otherwise the sample rows of this package are divided
 * by the seed; pairs then hold all classes equally often.
 *
 * @param name one of {@link TASK_NAMES}
 * @throws UnknownNameError for another task, wording or variant; InvalidArgumentError for an option out of range;
 *   FileMissingError when a file does not exist; FileFormatError that names file and line of a malformed row;
 *   SourceUnavailableError or HashMismatchError when the hub does not deliver.
 *
 * @example
 * ```ts
 * const task = await loadTask('boolq', { pairLimit: 100, itemLimit: 50 });
 * task.pairs[0]?.positive; // 'Yes' or 'No'
 * ```
 */
export async function loadTask(name: string, options: LoadTaskOptions = {}): Promise<Task> {
  const { seed = 0, pairLimit = PAIRS_LIMIT, itemLimit } = options;
  const definition = taskDefinition(name);
  const { wording, variant } = checkOptions(definition, options);
  const isChat = definition.isChat ?? wording === 'chat';
  const chat = chatOf(definition, isChat, options.chat);

  const sides = await readSides(
    { definition, variant, seed, skipBadRows: options.skipBadRows ?? false },
    options,
  );
  const { pairs: pairRows, dropped } = withoutLeaks(definition, sides);
  const negatives = await wrongAnswers({ definition, examples: pairRows, rule: options.negatives, seed });
  // Only where an answer's end is what is learnt does the token that ends it belong to it.
  const end = definition.isChat ? chat.end : '';
  const pairs = pairRows
    .map((row, index) => pairOf(row, negatives.answers[index]!, chat.prompt, end))
    .slice(0, pairLimit);
  const items = sides.items.map((row) => itemOf(row, chat.prompt)).slice(0, itemLimit);

  const isPublished = options.data !== undefined || options.hub !== undefined;
  const { differs } = sides;
  const table6 = isPublished
    ? compareWithTable6({ definition, pairs: pairRows.length, items: sides.items.length, differs })
    : undefined;
  const leaks = findLeakage(pairs, items).length;
  const { description, answerForms, answerKind, maxNewTokens, cutAfter } = definition;
  return {
    name,
    description,
    ...(answerForms === undefined ? {} : { answerForms }),
    answerKind,
    maxNewTokens,
    ...(cutAfter === undefined ? {} : { cutAfter }),
    pairs,
    items,
    source: {
      kind: isPublished ? 'published' : 'samples',
      files: sides.files,
      notes: [
        ...sides.notes,
        ...(isPublished ? definition.publishedNotes : []),
        ...(table6?.differences ?? []),
        ...(variant === 'official' ? [] : [`Pairs by the rule "${variant}", not the released one.`]),
        ...(wording === 'official' ? [] : ['Prompts are messages in the chat format of the model.']),
        ...(dropped === 0
          ? []
          : [`Pairs left out because a test item asks the same, as released: ${dropped}.`]),
        ...negatives.notes,
        ...(leaks === 0 ? [] : [`Questions that occur among the pairs and among the test items: ${leaks}.`]),
      ],
      ...(table6 === undefined ? {} : { table6 }),
    },
  };
}

function checkOptions(
  definition: TaskDefinition,
  options: LoadTaskOptions,
): { wording: (typeof WORDINGS)[number]; variant: TaskVariant } {
  const { wording = 'official', variant = 'official', seed = 0, data, hub } = options;
  if (!WORDINGS.includes(wording)) {
    throw new UnknownNameError({ kind: 'wording', given: wording, known: WORDINGS });
  }
  const { variants = ['official'] } = definition;
  if (!variants.includes(variant)) {
    throw new UnknownNameError({ kind: `variant of ${definition.name}`, given: variant, known: variants });
  }
  if (data !== undefined && hub !== undefined) {
    throw new InvalidArgumentError({ argument: 'data and hub', given: 'both', expected: 'one of them' });
  }
  createRandom(seed); // Refuses a seed out of range also where nothing is drawn.
  checkLimit('pairLimit', options.pairLimit);
  checkLimit('itemLimit', options.itemLimit);
  return { wording, variant };
}

function checkLimit(argument: string, given: number | undefined): void {
  if (given !== undefined && (!Number.isInteger(given) || given < 1)) {
    throw new InvalidArgumentError({ argument, given, expected: 'a whole number ≥ 1' });
  }
}

/** Prompts and answers as they stand. */
const PLAIN_TEXT: ChatFormat = { prompt: (message) => message, end: '' };

function chatOf({ name }: TaskDefinition, isChat: boolean, chat: ChatFormat | undefined): ChatFormat {
  if (!isChat) return PLAIN_TEXT;
  if (chat !== undefined) return chat;
  throw new InvalidArgumentError({
    argument: 'chat',
    given: undefined,
    expected: `the chat format of the model, which the prompts of ${name} need`,
  });
}

function readSides(read: ReadSidesOptions, { data, hub }: LoadTaskOptions): Promise<TaskSides> {
  if (data !== undefined) return readPublished(read, data);
  if (hub === undefined) return readSamples(read);
  const { name, hub: edition } = read.definition;
  if (edition === undefined) {
    throw new InvalidArgumentError({
      argument: 'hub',
      given: name,
      expected: 'a task that the hub has a data set of',
      advice: 'Leave it out to read the samples of this package',
    });
  }
  return readHub(read, edition, hub === true ? {} : hub);
}

function withoutLeaks(
  definition: TaskDefinition,
  { pairs, items }: TaskSides,
): { pairs: readonly IdentifiedExample[]; dropped: number } {
  if (definition.dropsLeakedPairs !== true) return { pairs, dropped: 0 };
  const tested = new Set(items.map(({ question }) => question));
  const kept = pairs.filter(({ question }) => !tested.has(question));
  return { pairs: kept, dropped: pairs.length - kept.length };
}

function pairOf(
  row: IdentifiedExample,
  negative: string,
  written: (message: string) => string,
  end: string,
): TaskPair {
  const { id, prompt, positivePrompt, question, answer, label } = row;
  return {
    id,
    question: written(prompt),
    // An empty prompt is none: the answer stands alone in a chat, too.
    ...(positivePrompt === undefined
      ? {}
      : { positiveQuestion: positivePrompt === '' ? '' : written(positivePrompt) }),
    rawQuestion: question,
    positive: `${answer}${end}`,
    negative,
    ...(label === undefined ? {} : { label }),
  };
}

function itemOf(row: IdentifiedExample, written: (message: string) => string): TestItem {
  const { id, prompt, itemPrompt = prompt, gold, question, label, instruction, reference } = row;
  return {
    id,
    prompt: written(itemPrompt),
    gold,
    question,
    ...(label === undefined ? {} : { label }),
    ...(instruction === undefined ? {} : { instruction }),
    ...(reference === undefined ? {} : { reference }),
  };
}
