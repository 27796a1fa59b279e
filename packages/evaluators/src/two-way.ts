/**
 * Which of a few answers a model leans to, whatever form it would write it in.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError } from '@austeer/core';

/** Natural-log probability of one class minus that of the other: above 0 leans towards it. */
export interface AnswerMargin {
  readonly towards: string;
  readonly value: number;
}

/** What the probabilities of the answers' forms say. */
export interface FormPrediction {
  /** The class with the largest probability summed over its forms; ties go to the first class. */
  readonly prediction: string;
  /** Natural-log probability of each class: log-sum-exp over its forms. */
  readonly logProbabilities: Readonly<Record<string, number>>;
  /** Two classes only: the margin towards the first. */
  readonly margin?: AnswerMargin | undefined;
}

/**
 * Compares classes by the summed probability of their written forms (`yes`, ` yes`, `Yes`, ` Yes` against `no`, …).
 *
 * @param options.forms class of each candidate, in the order in which they were scored
 * @param options.logProbabilities natural-log probability of each candidate
 * @throws InvalidArgumentError when the two lists differ in length.
 * @throws EmptyInputError without candidates.
 *
 * @example
 * ```ts
 * const forms = ['yes', 'yes', 'no'];
 * predictByForms({ forms, logProbabilities: [-2, -3, -1] }).prediction; // 'no'
 * ```
 */
export function predictByForms(options: {
  forms: readonly string[];
  logProbabilities: readonly number[];
}): FormPrediction {
  const { forms, logProbabilities } = options;
  if (forms.length === 0) throw new EmptyInputError({ what: 'Forms of the answers' });
  if (forms.length !== logProbabilities.length) {
    throw new InvalidArgumentError({
      argument: 'logProbabilities',
      given: `${logProbabilities.length} numbers`,
      expected: `${forms.length}, one for each form`,
    });
  }
  const classes = [...new Set(forms)];
  const sums = classes.map((name) => logSumExp(logProbabilities.filter((_, index) => forms[index] === name)));
  const best = sums.reduce((top, sum, index) => (sum > sums[top]! ? index : top), 0);
  return {
    prediction: classes[best]!,
    logProbabilities: Object.fromEntries(classes.map((name, index) => [name, sums[index]!])),
    ...(classes.length === 2 ? { margin: { towards: classes[0]!, value: sums[0]! - sums[1]! } } : {}),
  };
}

function logSumExp(values: readonly number[]): number {
  const highest = Math.max(...values);
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
