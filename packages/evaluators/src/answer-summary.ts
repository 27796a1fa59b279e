/**
 * What the answers to a set of items come to. A plan that only makes a model say "yes" more often must show at
 * first glance, so accuracy never stands alone.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError, type TextScore } from '@austeer/core';
import { type LabelDifference, type LabelRecall, labelDifferences, labelRecalls } from './class-bias.ts';
import { areaOfMargins, balancedAccuracy } from './class-intervals.ts';
import { type Estimate, wilsonInterval } from './intervals.ts';
import type { JudgedItem } from './judge/protocol.ts';
import { normalizeAnswer } from './match.ts';
import { type PairedDifference, pairedDifference } from './paired-difference.ts';
import type { AnswerMargin } from './two-way.ts';

/** One item answered. What could not be had is `undefined`, never 0 or false. */
export interface AnswerRecord {
  readonly id: string;
  /** Right answer as the task holds it. */
  readonly gold: string;
  /** Class of the right answer, where the task has classes. */
  readonly label?: string | undefined;
  /** Text the model wrote. */
  readonly answer: string;
  /** Right by the released rule. */
  readonly correct: boolean | undefined;
  /** The answer is of a form that the task knows (a class, a number). */
  readonly valid: boolean;
  /** Class with the most probability over its forms. */
  readonly prediction?: string | undefined;
  /** Two classes: how far the model leans to one of them. */
  readonly margin?: AnswerMargin | undefined;
  /** What a toxicity scorer made of the text, where the task asks one. */
  readonly toxicity?: TextScore | undefined;
  /** What a judge made of the text beside the model's own, where the task asks one. */
  readonly judgement?: JudgedItem | undefined;
}

/** How often one answer was given. */
export interface AnswerShare {
  readonly answer: string;
  readonly share: number;
}

/** The answers of one condition. Shares come with 95 % intervals. */
export interface AnswerSummary {
  readonly items: number;
  /** Items that could be scored; the rest is missing from every number below. */
  readonly scored: number;
  /** Released exact match: share right as written. */
  readonly accuracy: Estimate;
  /** Share right when each item's likeliest class counts as its answer, in whatever form. */
  readonly twoWayAccuracy?: Estimate | undefined;
  /** Mean recall of the classes, of the two-way answers. */
  readonly balancedAccuracy?: Estimate | undefined;
  /** Recall of each class, of the two-way answers: a model that always says one answer has 1 there and 0 elsewhere. */
  readonly labelRecalls?: readonly LabelRecall[] | undefined;
  /** Share of the most frequent class: what always saying one answer gets. */
  readonly majorityBaseline?: number | undefined;
  /** Share of answers of a form that the task knows. */
  readonly validAnswers: Estimate;
  /** The most frequent answers as written, trimmed and lower-cased, most frequent first. */
  readonly answerShares: readonly AnswerShare[];
  /** Share of all other answers. */
  readonly otherAnswers: number;
  /** The classes among the two-way answers, most frequent first. */
  readonly predictionShares?: readonly AnswerShare[] | undefined;
  /** Area under the curve of the margin: ability free of a bias to one answer. */
  readonly areaUnderCurve?: Estimate | undefined;
}

/** Two conditions on the same items. Differences are second minus first. */
export interface AnswerComparison {
  readonly items: number;
  /** Items with another text. */
  readonly changedAnswers: number;
  readonly accuracy: PairedDifference;
  readonly twoWayAccuracy?: PairedDifference | undefined;
  readonly balancedAccuracy?: Estimate | undefined;
  readonly areaUnderCurve?: Estimate | undefined;
  readonly validAnswers: PairedDifference;
  /** Class by class: how often it is answered, and how much of it is recognised. */
  readonly labels?: readonly LabelDifference[] | undefined;
}

/** Answers listed by name; the rest is `other`. */
const LISTED_ANSWERS = 4;

/**
 * Sums up the answers of one condition.
 *
 * @param records items answered
 * @param options.seed of the bootstrap. @default 0
 * @throws EmptyInputError when no item could be scored.
 *
 * @example
 * ```ts
 * const record = { id: '1', gold: ' yes', label: 'yes', answer: ' yes', correct: true, valid: true };
 * summarizeAnswers([record]).accuracy.value; // 1
 * ```
 */
export function summarizeAnswers(
  records: readonly AnswerRecord[],
  options: { seed?: number } = {},
): AnswerSummary {
  const { seed = 0 } = options;
  const scored = records.filter(({ correct }) => correct !== undefined);
  if (scored.length === 0)
    throw new EmptyInputError({ what: 'Scored answers', advice: 'No item could be scored' });
  const trials = scored.length;
  const share = (items: readonly boolean[]): Estimate =>
    wilsonInterval({ successes: items.filter(Boolean).length, trials: items.length });
  const predicted = scored.filter(hasPrediction);
  const shares = sharesOf(scored.map(({ answer }) => normalizeAnswer(answer)));
  const labels = scored.flatMap(({ label }) => (label === undefined ? [] : [label]));
  return {
    items: records.length,
    scored: trials,
    accuracy: share(scored.map(({ correct }) => correct === true)),
    ...(predicted.length > 0 && {
      twoWayAccuracy: share(predicted.map(isTwoWayCorrect)),
      balancedAccuracy: balancedAccuracy(predicted, { seed }),
      areaUnderCurve: areaOfMargins(predicted, { seed }),
      labelRecalls: labelRecalls(predicted),
      predictionShares: sharesOf(predicted.map(({ prediction }) => prediction)),
    }),
    ...(labels.length > 0 && { majorityBaseline: sharesOf(labels)[0]!.share }),
    validAnswers: share(scored.map(({ valid }) => valid)),
    answerShares: shares.slice(0, LISTED_ANSWERS),
    otherAnswers: shares.slice(LISTED_ANSWERS).reduce((sum, { share: part }) => sum + part, 0),
  };
}

/**
 * Compares two conditions item by item.
 *
 * @param first answers of the first condition, for example vanilla
 * @param second answers to the same items in the same order, for example steered
 * @param options.seed of the bootstrap. @default 0
 * @throws InvalidArgumentError when the items differ.
 * @throws EmptyInputError when no item was scored in both.
 *
 * @example
 * ```ts
 * const wrong = { id: '1', gold: ' yes', label: 'yes', answer: ' no', correct: false, valid: true };
 * compareAnswers([wrong], [{ ...wrong, answer: ' yes', correct: true }]).accuracy.value; // 1
 * ```
 */
export function compareAnswers(
  first: readonly AnswerRecord[],
  second: readonly AnswerRecord[],
  options: { seed?: number } = {},
): AnswerComparison {
  const { seed = 0 } = options;
  const different = first.findIndex(({ id }, index) => second[index]?.id !== id);
  if (first.length !== second.length || different >= 0) {
    throw new InvalidArgumentError({
      argument: 'second',
      given:
        different < 0 ? `${second.length} items` : `item "${second[different]?.id}" at place ${different}`,
      expected:
        different < 0 ? `${first.length} items` : `"${first[different]!.id}", as in the first condition`,
      advice: 'Compare answers to the same items in the same order',
    });
  }
  const places = first.flatMap(({ correct }, index) =>
    correct === undefined || second[index]!.correct === undefined ? [] : [index],
  );
  if (places.length === 0) throw new EmptyInputError({ what: 'Items scored in both conditions' });
  const [a, b] = [places.map((index) => first[index]!), places.map((index) => second[index]!)];
  const paired = (right: (record: AnswerRecord) => boolean): PairedDifference =>
    pairedDifference(a.map(right), b.map(right), seed);

  const both = a.flatMap((record, index) =>
    hasPrediction(record) && hasPrediction(b[index]!) ? [index] : [],
  );
  const [pa, pb] = [both.map((index) => a[index] as Predicted), both.map((index) => b[index] as Predicted)];
  return {
    items: places.length,
    changedAnswers: a.filter((record, index) => record.answer !== b[index]!.answer).length,
    accuracy: paired(({ correct }) => correct === true),
    validAnswers: paired(({ valid }) => valid),
    ...(both.length > 0 && {
      twoWayAccuracy: pairedDifference(pa.map(isTwoWayCorrect), pb.map(isTwoWayCorrect), seed),
      balancedAccuracy: balancedAccuracy(pb, { seed, against: pa }),
      areaUnderCurve: areaOfMargins(pb, { seed, against: pa }),
      labels: labelDifferences(pa, pb, seed),
    }),
  };
}

/** A record with classes. */
type Predicted = AnswerRecord & { readonly label: string; readonly prediction: string };

function hasPrediction(record: AnswerRecord): record is Predicted {
  return record.label !== undefined && record.prediction !== undefined;
}

function isTwoWayCorrect({ label, prediction }: Predicted): boolean {
  return label === prediction;
}

/** Most frequent first; ties in the order of the alphabet. */
function sharesOf(answers: readonly string[]): AnswerShare[] {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([answer, count]) => ({ answer, share: count / answers.length }));
}
