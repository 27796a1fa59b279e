/**
 * What a task hands over: contrastive pairs to localize on, test items to evaluate on, and where both came
 * from.
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';

/**
 * How an answer is judged: `label` by its class, `number` by its value, `ending` by whether it comes to an end,
 * `continuation` by a toxicity scorer that reads it alone, `response` by a judge that compares two of them.
 */
export type AnswerKind = 'label' | 'number' | 'ending' | 'continuation' | 'response';

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
  /**
   * Right answer as the released code holds it, for example ` yes`; it is trimmed and lower-cased to compare. Empty
   * where answers are not compared with one (`ending`, `continuation`, `response`).
   */
  readonly gold: string;
  /** Class of the right answer, for example `yes`. */
  readonly label?: string | undefined;
  /** Question text of the row without instructions and wording. */
  readonly question: string;
  /** What a judge is told was asked; tasks of `response`. */
  readonly instruction?: string | undefined;
  /** A good response of the data set, where it has one; tasks of `response`. */
  readonly reference?: string | undefined;
}

/** Where a task's data came from, for run logs and reports. */
export interface TaskSource {
  /** `published`: the data set's own files; `samples`: original sample rows that ship with this package. */
  readonly kind: 'published' | 'samples';
  /** Files read, relative to the data folder; of the hub `owner/name@commit/file`. */
  readonly files: readonly string[];
  /** What a reader of the results has to know: subsets, left-out rows, leakage, the rule of the wrong answers. */
  readonly notes: readonly string[];
  /** Table 6 of the paper against what was found; for the paper's tasks on published data. */
  readonly table6?: Table6Comparison | undefined;
}

/** Counts of Table 6 and of this run. Every difference is also a note of the source. */
export interface Table6Comparison {
  readonly paper: { readonly pairs: number; readonly items: number };
  /** Usable rows of each side before any limit of the caller; pairs up to the 1,000 that the released code takes. */
  readonly found: { readonly pairs: number; readonly items: number };
  /** One sentence for each difference; empty when there is none. */
  readonly differences: readonly string[];
  /** How the files read differ from those of the paper, where that is known; rows may differ where counts do not. */
  readonly reason?: string | undefined;
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
