/**
 * What sets one task apart from another: its files, its rows, its prompt. Loading is the same for all.
 *
 * @module
 */
import type { RowPlace } from '../rows.ts';
import type { AnswerKind } from '../task.ts';

/** One row of a data set, turned into prompt and answers. */
export interface Example {
  readonly prompt: string;
  /** Prompt of the test item where it is not that of the pair. */
  readonly itemPrompt?: string | undefined;
  /** Prompt before the right answer of the pair where it is not that of the wrong one. */
  readonly positivePrompt?: string | undefined;
  /** What the row asks, without instructions; equal texts in pairs and test items are leakage. */
  readonly question: string;
  /** Rows of one group (one passage, twin sentences) tell on each other and stay on one side of a split. */
  readonly group: string;
  /** Right answer of the pair. */
  readonly answer: string;
  /** Wrong answer of the pair; absent where it is found among the other rows. */
  readonly wrongAnswer?: string | undefined;
  /** Right answer of the test item; empty where answers are not compared with one. */
  readonly gold: string;
  readonly label?: string | undefined;
  /** Side that the row itself belongs to; absent where the file or a split decides. */
  readonly side?: 'pair' | 'item' | undefined;
  /** See {@link TestItem.instruction}, {@link TestItem.reference}. */
  readonly instruction?: string | undefined;
  readonly reference?: string | undefined;
}

/** Files that belong together, relative to the data folder. */
export interface Edition {
  /** Files of the pairs, read one after the other. */
  readonly pairs: readonly string[];
  readonly items: readonly string[];
  /** Test items to draw where both sides are one pool of rows. */
  readonly testRows?: number | undefined;
  /** How it differs from what the paper used; absent where it does not. */
  readonly differs?: string | undefined;
}

/** The Parquet edition that the Hugging Face hub makes of a data set, branch `refs/convert/parquet`. */
export interface HubEdition {
  /** `owner/name`. */
  readonly repository: string;
  /** Folder of each side, `configuration/split`. */
  readonly pairs: string;
  readonly items: string;
}

/** Which rows become pairs, where paper and released code say different things. */
export type TaskVariant = 'official' | 'paper';

/** A task before its data is read. */
export interface TaskDefinition {
  readonly name: string;
  readonly description: string;
  readonly answerKind: AnswerKind;
  readonly answerForms?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly maxNewTokens: number;
  /** See {@link Task.cutAfter}. */
  readonly cutAfter?: string | undefined;
  /** Prompts are messages of a user: they need the model's chat template, and right answers its end of turn. */
  readonly isChat?: true | undefined;
  /** Editions to look for, best first; the first whose files all exist is read. */
  readonly editions: readonly Edition[];
  readonly hub?: HubEdition | undefined;
  /** Pairs and test items of Table 6; absent for tasks that are not the paper's. */
  readonly paperCounts?: { readonly pairs: number; readonly items: number } | undefined;
  /** Remarks that hold for published files. */
  readonly publishedNotes: readonly string[];
  /** @default only 'official' */
  readonly variants?: readonly TaskVariant[] | undefined;
  /** Wrong answer where no different one exists. @default one space */
  readonly blankAnswer?: string | undefined;
  /** Pairs whose question is a test item's are left out, as released. */
  readonly dropsLeakedPairs?: true | undefined;
  /** Sample file of this package, relative to its data folder. */
  readonly sampleFile: string;
  /** The prompt with the names of its parts in braces. */
  readonly template: string;
  /** The same for test items, where it differs. */
  readonly itemTemplate?: string | undefined;
  /** A row as an example; `undefined` when the row is on neither side. */
  parseRow(value: unknown, place: RowPlace, variant: TaskVariant): Example | undefined;
}

/** Written forms of the answers A and B: with and without the space that many tokenizers join to a word. */
export const TWO_OPTION_FORMS: Readonly<Record<string, readonly string[]>> = Object.freeze({
  A: ['A', ' A', 'a', ' a'],
  B: ['B', ' B', 'b', ' b'],
});

/** The letter of the right option and the other letter. */
export interface OptionAnswer {
  readonly right: 'A' | 'B';
  readonly wrong: 'A' | 'B';
}

/** Option numbers as WinoGrande and the XML of COPA write them. */
export const OPTION_ANSWERS: ReadonlyMap<unknown, OptionAnswer> = new Map([
  ['1', { right: 'A', wrong: 'B' }],
  ['2', { right: 'B', wrong: 'A' }],
]);
