/**
 * What a task hands over: contrastive pairs to localize on, test items to evaluate on, and where both came
 * from.
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';

/** How an answer is judged: `label` by its class, `number` by its value, `ending` by whether it comes to an end. */
export type AnswerKind = 'label' | 'number' | 'ending';

/** A pair of a task. `question` is the whole prompt; `rawQuestion` is what the data set asks. */
export interface TaskPair extends ContrastivePair {
  /** Question text of the row without instructions and wording, for {@link findLeakage}. */
  readonly rawQuestion: string;
}

/** One question of the test set. */
export interface TestItem {
  /** File and line (of arrays and XML: row, from 1) that it came from, for example `boolq/dev.jsonl:3`. */
  readonly id: string;
  /** Text that the model continues. */
  readonly prompt: string;
  /** Right answer as the released code holds it, for example ` yes`; it is trimmed and lower-cased to compare. */
  readonly gold: string;
  /** Class of the right answer, for example `yes`. */
  readonly label?: string | undefined;
  /** Question text of the row without instructions and wording. */
  readonly question: string;
}

/** Where a task's data came from, for run logs and reports. */
export interface TaskSource {
  /** `published`: the data set's own files; `samples`: original sample rows that ship with this package. */
  readonly kind: 'published' | 'samples';
  /** Files read, relative to the data folder. */
  readonly files: readonly string[];
  /** What a reader of the results has to know: subsets, left-out rows, the rule of the wrong answers. */
  readonly notes: readonly string[];
}

/** A task, loaded. A plain JSON-safe value. */
export interface Task {
  readonly name: string;
  /** One sentence: what is asked and what is answered. */
  readonly description: string;
  /** Written forms of each class, where answers are classes: the candidates of two-way scoring. */
  readonly answerForms?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly answerKind: AnswerKind;
  /** New tokens to generate per item. */
  readonly maxNewTokens: number;
  /** Word after which an answer is cut, with the one that follows it, before its number is read, as released. */
  readonly cutAfter?: string | undefined;
  readonly pairs: readonly TaskPair[];
  readonly items: readonly TestItem[];
  readonly source: TaskSource;
}
