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
  /** What the row asks, without instructions; equal texts in pairs and test items are leakage. */
  readonly question: string;
  /** Rows of one group (one passage, twin sentences) tell on each other and stay on one side of a split. */
  readonly group: string;
  /** Right answer of the pair. */
  readonly answer: string;
  /** Wrong answer of the pair; absent where it is found among the other rows. */
  readonly wrongAnswer?: string | undefined;
  /** Right answer of the test item. */
  readonly gold: string;
  readonly label?: string | undefined;
}

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
  readonly format: 'json-lines' | 'json-array' | 'copa-xml';
  /** File names to look for, best first, relative to the data folder; the first that exists is read. */
  readonly pairFiles: readonly string[];
  readonly itemFiles: readonly string[];
  /** The one of `pairFiles` that the released code reads, or holds the same rows. */
  readonly releasedPairFile: string;
  /** Remarks that hold for the published files. */
  readonly publishedNotes: readonly string[];
  /** Sample file of this package, relative to its data folder; absent where there is none. */
  readonly sampleFile?: string | undefined;
  parseRow(value: unknown, place: RowPlace): Example;
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

/** Option numbers as WinoGrande and COPA write them. */
export const OPTION_ANSWERS: ReadonlyMap<unknown, OptionAnswer> = new Map([
  ['1', { right: 'A', wrong: 'B' }],
  ['2', { right: 'B', wrong: 'A' }],
]);
