/**
 * Loading a task, from the published files or from the samples of this package.
 *
 * @module
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AusteerError,
  createRandom,
  FileFormatError,
  FileMissingError,
  InvalidArgumentError,
  UnknownNameError,
} from '@austeer/core';
import { findLeakage } from '../leakage.ts';
import { BLANK_ANSWER, type NegativeFinder, nearestNumberNegatives } from '../nearest-number.ts';
import type { RowReaderOptions } from '../rows.ts';
import { splitSamples } from '../split-samples.ts';
import type { Task, TaskPair, TestItem } from '../task.ts';
import type { Example, TaskDefinition } from '../tasks/task-definition.ts';
import { taskDefinition } from '../tasks/task-names.ts';
import { readCopaXml } from './copa-xml.ts';
import { readJsonArray } from './json-array.ts';
import { readJsonLines } from './json-lines.ts';

/** Options of {@link loadTask}. */
export interface LoadTaskOptions {
  /**
   * Folder with the published files, for example `boolq/train.jsonl` and `boolq/dev.jsonl` in it.
   * @default the sample rows of this package
   */
  readonly data?: string | undefined;
  /** Wording of the prompts: the released code's. @default 'official' */
  readonly wording?: 'official' | undefined;
  /** Decides the split of samples and ties between wrong answers; whole number in [0, 2³²). @default 0 */
  readonly seed?: number | undefined;
  /** Most pairs, taken from the start as the released code takes its first 1,000; ≥ 1. @default all */
  readonly pairLimit?: number | undefined;
  /** Most test items, taken from the start; ≥ 1. @default all */
  readonly itemLimit?: number | undefined;
  /** Leave malformed rows out and count them in `source.notes`, instead of failing at the first. @default false */
  readonly skipBadRows?: boolean | undefined;
  /**
   * Wrong answers of tasks whose rows carry only the right one (`svamp`). `nearest-number`: see
   * {@link nearestNumberNegatives}. A function gets the right answers of all pair rows, before `pairLimit`;
   * where it returns the right answer itself, one space takes its place, as released.
   * @default 'nearest-number'
   */
  readonly negatives?: 'nearest-number' | NegativeFinder | undefined;
  /** How the model writes a conversation; needed by tasks whose prompts are messages (`brevity`). */
  readonly chat?: ChatFormat | undefined;
}

/** A model's way of writing a conversation with one question. */
export interface ChatFormat {
  /** The whole prompt for a user's message, up to where the answer begins. */
  readonly prompt: (message: string) => string;
  /** Text of the token that ends an answer, for example `<|im_end|>`. */
  readonly end: string;
}

/** One row with the id that pairs and items get from it. */
type IdentifiedExample = Example & { readonly id: string };

/** Both sides of a task before they are worded as pairs and items. */
interface Sides {
  readonly pairs: readonly IdentifiedExample[];
  readonly items: readonly IdentifiedExample[];
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Loads a task: contrastive pairs and test items with the released wording.
 *
 * With `data`, pairs come from the training file and items from the test file. Without it, the sample rows of
 * this package are divided by the seed; pairs then hold both classes equally often.
 *
 * @param name one of {@link TASK_NAMES}
 * @throws UnknownNameError for another task or wording; InvalidArgumentError for an option out of range;
 *   FileMissingError when a file, or a task's samples, do not exist; FileFormatError that names file and line
 *   of a malformed row.
 *
 * @example
 * ```ts
 * const task = await loadTask('boolq', { pairLimit: 100, itemLimit: 50 });
 * task.pairs[0]?.positive; // 'Yes' or 'No'
 * ```
 */
export async function loadTask(name: string, options: LoadTaskOptions = {}): Promise<Task> {
  const { data, wording = 'official', seed = 0, pairLimit, itemLimit, skipBadRows = false } = options;
  const definition = taskDefinition(name);
  if (wording !== 'official') {
    throw new UnknownNameError({ kind: 'wording', given: wording, known: ['official'] });
  }
  createRandom(seed); // Refuses a seed out of range also where nothing is drawn.
  checkLimit('pairLimit', pairLimit);
  checkLimit('itemLimit', itemLimit);
  if (definition.answerKind !== 'number' && options.negatives !== undefined) {
    throw new InvalidArgumentError({
      argument: 'negatives',
      given: String(options.negatives),
      expected: `undefined: the rows of ${name} tell their wrong answers`,
    });
  }

  const chat = definition.isChat ? options.chat : PLAIN_TEXT;
  if (chat === undefined) {
    throw new InvalidArgumentError({
      argument: 'chat',
      given: undefined,
      expected: `the chat format of the model, which the prompts of ${name} need`,
    });
  }

  const sides =
    data === undefined
      ? await readSamples(definition, seed, skipBadRows)
      : await readPublished(definition, data, skipBadRows);
  const negatives = await wrongAnswers(sides.pairs, options.negatives ?? 'nearest-number', seed);
  const pairs = sides.pairs
    .map(
      ({ id, prompt, question, answer, label }, index): TaskPair => ({
        id,
        question: chat.prompt(prompt),
        rawQuestion: question,
        positive: `${answer}${chat.end}`,
        negative: negatives.answers[index]!,
        ...(label === undefined ? {} : { label }),
      }),
    )
    .slice(0, pairLimit);
  const items = sides.items
    .map(
      ({ id, prompt, question, gold, label }): TestItem => ({
        id,
        prompt: chat.prompt(prompt),
        gold,
        question,
        ...(label === undefined ? {} : { label }),
      }),
    )
    .slice(0, itemLimit);
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
      kind: data === undefined ? 'samples' : 'published',
      files: sides.files,
      notes: [
        ...sides.notes,
        ...negatives.notes,
        ...(leaks === 0 ? [] : [`Questions that occur among the pairs and among the test items: ${leaks}.`]),
      ],
    },
  };
}

/** Prompts and answers as they stand. */
const PLAIN_TEXT: ChatFormat = { prompt: (message) => message, end: '' };

async function readSamples(definition: TaskDefinition, seed: number, skipBadRows: boolean): Promise<Sides> {
  const { name, sampleFile } = definition;
  // The same two steps lead from src/readers and from dist/readers to the package's data.
  const folder = fileURLToPath(new URL('../../data/', import.meta.url));
  if (sampleFile === undefined) {
    throw new FileMissingError({
      path: join(folder, name),
      what: `Samples of the task "${name}"`,
      advice: `This package has none: name a folder that holds ${definition.itemFiles[0]} with the option data (on the command line: --data)`,
    });
  }
  const { examples, notes } = await readExamples(definition, folder, sampleFile, skipBadRows);
  const { pairs, items, unused } = splitSamples(examples, seed);
  return {
    pairs,
    items,
    files: [sampleFile],
    notes: [
      `Original sample rows of this package, not the published data set: ${pairs.length} for pairs, ${items.length} for test items, divided with seed ${seed}.`,
      ...(unused === 0 ? [] : [`Rows unused, so that pairs hold every class equally often: ${unused}.`]),
      ...notes,
    ],
  };
}

async function readPublished(
  definition: TaskDefinition,
  folder: string,
  skipBadRows: boolean,
): Promise<Sides> {
  const pairFile = await firstExisting(folder, definition.pairFiles);
  const itemFile = await firstExisting(folder, definition.itemFiles);
  const pairs = await readExamples(definition, folder, pairFile, skipBadRows);
  const items = await readExamples(definition, folder, itemFile, skipBadRows);
  return {
    pairs: pairs.examples,
    items: items.examples,
    files: [pairFile, itemFile],
    notes: [
      ...(pairFile === definition.releasedPairFile
        ? []
        : [`Pairs come from ${pairFile}; the released code reads ${definition.releasedPairFile}.`]),
      ...definition.publishedNotes,
      ...pairs.notes,
      ...items.notes,
    ],
  };
}

async function readExamples(
  definition: TaskDefinition,
  folder: string,
  file: string,
  skipBadRows: boolean,
): Promise<{ examples: IdentifiedExample[]; notes: string[] }> {
  const path = join(folder, file);
  const skipped: AusteerError[] = [];
  const options: RowReaderOptions<Example> = {
    parse: (value, place) => definition.parseRow(value, place),
    skipBadRows,
    onBadRow: (error) => skipped.push(error),
  };
  const examples: IdentifiedExample[] = [];
  for await (const { line, value } of rowReaders[definition.format](path, options)) {
    examples.push({ ...value, id: `${file}:${line}` });
  }
  if (examples.length === 0) {
    throw new FileFormatError({
      path,
      format: 'data',
      problem: `it has no usable row (malformed rows left out: ${skipped.length})`,
      cause: skipped[0],
    });
  }
  return {
    examples,
    notes: skipped.length === 0 ? [] : [`Malformed rows of ${file} left out: ${skipped.length}.`],
  };
}

const rowReaders = {
  'json-lines': readJsonLines<Example>,
  'json-array': readJsonArray<Example>,
  'copa-xml': readCopaXml<Example>,
} as const;

/** The wrong answer of each pair, and what to note about them. */
async function wrongAnswers(
  examples: readonly IdentifiedExample[],
  negatives: 'nearest-number' | NegativeFinder,
  seed: number,
): Promise<{ answers: readonly string[]; notes: readonly string[] }> {
  const own = examples.flatMap(({ wrongAnswer }) => wrongAnswer ?? []);
  if (own.length === examples.length) return { answers: own, notes: [] };
  const right = examples.map(({ answer }) => answer);
  const found =
    negatives === 'nearest-number' ? nearestNumberNegatives(right, { seed }) : await negatives([...right]);
  if (found.length !== right.length || found.some((answer) => typeof answer !== 'string')) {
    throw new InvalidArgumentError({
      argument: 'negatives',
      given: `a function that returned ${found.length} answers`,
      expected: `${right.length} texts, one per right answer`,
    });
  }
  const answers = found.map((answer, index) => (answer === right[index] ? BLANK_ANSWER : answer));
  const blank = answers.filter((answer) => answer === BLANK_ANSWER).length;
  const rule =
    negatives === 'nearest-number'
      ? `nearest-number: the nearest different answer among the pair rows, ties by seed ${seed} (the paper takes the most similar answer by all-MiniLM-L6-v2)`
      : `function ${negatives.name || 'without a name'}`;
  return {
    answers,
    notes: [
      `Wrong answers: ${rule}.`,
      ...(blank === 0 ? [] : [`Wrong answers left blank, as no different answer was found: ${blank}.`]),
    ],
  };
}

async function firstExisting(folder: string, files: readonly string[]): Promise<string> {
  for (const file of files) {
    try {
      await access(join(folder, file));
      return file;
    } catch {
      // The next name is tried; the error below names all of them.
    }
  }
  throw new FileMissingError({
    path: join(folder, files[0]!),
    what: 'Data file',
    advice: `The folder given as data must hold ${files.join(' or ')}`,
  });
}

function checkLimit(argument: string, given: number | undefined): void {
  if (given !== undefined && (!Number.isInteger(given) || given < 1)) {
    throw new InvalidArgumentError({ argument, given, expected: 'a whole number ≥ 1' });
  }
}
