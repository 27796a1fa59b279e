/**
 * The unit of data of the method: one question with a right and a wrong answer.
 *
 * @module
 */

/** A question with a right and a wrong answer, as text. Question and answer are joined as they stand. */
export interface ContrastivePair {
  readonly id: string;
  /** May be empty where `positive` and `negative` are whole texts. */
  readonly question: string;
  readonly positive: string;
  readonly negative: string;
  /** Question of the positive text where it differs (the paper's detoxification pairs leave it out: ''). */
  readonly positiveQuestion?: string | undefined;
  /** Class of the right answer, for example `yes`. */
  readonly label?: string | undefined;
}
