/**
 * Summaries in lines that a person reads.
 *
 * @module
 */
import type { AnswerComparison, AnswerSummary } from './answer-summary.ts';
import type { Estimate } from './intervals.ts';

/** Differences with a p value above this are called none. */
const SIGNIFICANCE = 0.05;

/** What a share of right answers is called where it is no accuracy. */
export interface FormatOptions {
  /** For example `ended by itself`. @default 'accuracy' */
  readonly measure?: string | undefined;
}

/**
 * The first lines of a result: accuracy with its interval, and beside it what keeps accuracy honest.
 *
 * @returns two lines
 *
 * @example
 * ```ts
 * const record = { id: '1', gold: ' yes', label: 'yes', answer: ' yes', correct: true, valid: true };
 * formatSummary(summarizeAnswers([record]))[0]?.startsWith('accuracy 1.000'); // true
 * ```
 */
export function formatSummary(
  summary: AnswerSummary,
  { measure = 'accuracy' }: FormatOptions = {},
): [string, string] {
  const { items, scored, accuracy, twoWayAccuracy, balancedAccuracy, majorityBaseline, validAnswers } =
    summary;
  const first = [
    `${measure} ${formatEstimate(accuracy)}`,
    ...(twoWayAccuracy ? [`two-way ${formatEstimate(twoWayAccuracy)}`] : []),
    ...(balancedAccuracy ? [`balanced ${formatEstimate(balancedAccuracy)}`] : []),
    ...(summary.areaUnderCurve ? [`AUROC ${formatEstimate(summary.areaUnderCurve)}`] : []),
  ];
  const second = [
    ...(majorityBaseline === undefined ? [] : [`majority ${majorityBaseline.toFixed(3)}`]),
    `valid answers ${formatEstimate(validAnswers)}`,
    ...formatShares(summary),
    ...(summary.labelRecalls === undefined
      ? []
      : [
          `recall ${summary.labelRecalls.map(({ label, value }) => `${label} ${value.toFixed(3)}`).join(', ')}`,
        ]),
    ...(scored < items ? [`${items - scored} of ${items} items could not be scored`] : []),
  ];
  return [first.join(' · '), second.join(' · ')];
}

/**
 * What a comparison shows, and no more: a difference whose test does not exclude chance is called none.
 *
 * @returns one line for each number compared
 *
 * @example
 * ```ts
 * const record = { id: '1', gold: ' yes', label: 'yes', answer: ' yes', correct: true, valid: true };
 * formatComparison(compareAnswers([record], [record]))[0]; // 'accuracy: no difference shown, +0.000 [0.000, 0.000] (McNemar exact p = 1.00, 0 gained, 0 lost of 1)'
 * ```
 */
export function formatComparison(
  comparison: AnswerComparison,
  { measure = 'accuracy' }: FormatOptions = {},
): string[] {
  const { items, changedAnswers, accuracy, twoWayAccuracy, validAnswers, balancedAccuracy, areaUnderCurve } =
    comparison;
  const { labels = [] } = comparison;
  const tested = (name: string, difference: AnswerComparison['accuracy']): string => {
    const { pValue, onlyFirst, onlySecond, value } = difference;
    const verdict = pValue >= SIGNIFICANCE ? 'no difference shown' : value > 0 ? 'higher' : 'lower';
    return `${name}: ${verdict}, ${formatDifference(difference)} (McNemar exact p ${formatP(pValue)}, ${onlySecond} gained, ${onlyFirst} lost of ${items})`;
  };
  const interval = (name: string, difference: Estimate): string =>
    `${name}: ${verdictOf(difference)}, ${formatDifference(difference)}`;
  return [
    tested(measure, accuracy),
    ...(twoWayAccuracy ? [tested('two-way accuracy', twoWayAccuracy)] : []),
    ...(balancedAccuracy ? [interval('balanced accuracy', balancedAccuracy)] : []),
    ...(areaUnderCurve ? [interval('AUROC', areaUnderCurve)] : []),
    ...labels.flatMap(({ label, answered, recall }) => [
      tested(`answers of class "${label}"`, answered),
      ...(recall ? [interval(`recall of class "${label}"`, recall)] : []),
    ]),
    tested('valid answers', validAnswers),
    `changed answers: ${changedAnswers} of ${items}`,
  ];
}

/**
 * A number and its interval.
 *
 * @example
 * ```ts
 * formatEstimate({ value: 0.5, low: 0.25, high: 0.75 }); // '0.500 [0.250, 0.750]'
 * ```
 */
export function formatEstimate({ value, low, high }: Estimate): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** What the interval of a difference shows. */
export function verdictOf({ low, high }: Estimate): string {
  return low > 0 ? 'higher' : high < 0 ? 'lower' : 'no difference shown';
}

/** A difference with its sign and interval. */
export function formatDifference({ value, low, high }: Estimate): string {
  // Rounding must not leave a minus before a zero.
  const digits = (x: number): string => (Math.abs(x) < 5e-4 ? '0.000' : x.toFixed(3));
  return `${value < -5e-4 ? '' : '+'}${digits(value)} [${digits(low)}, ${digits(high)}]`;
}

/** A p value in as many digits as mean something. */
export function formatP(pValue: number): string {
  return pValue < 1e-4 ? '< 0.0001' : `= ${pValue < 0.01 ? pValue.toPrecision(2) : pValue.toFixed(2)}`;
}

/** Answers rarer than this are no pattern: of free texts nearly all differ. */
const LISTED_SHARE = 0.05;

function formatShares({ answerShares }: AnswerSummary): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const frequent = answerShares.filter(({ share }) => share >= LISTED_SHARE);
  if (frequent.length === 0) return [];
  const other = 1 - frequent.reduce((sum, { share }) => sum + share, 0);
  const listed = frequent.map(({ answer, share }) => {
    const shown = answer === '' ? '(empty)' : answer.replaceAll(/\s+/g, ' ').slice(0, 20);
    return `${shown} ${percent(share)}`;
  });
  return [`answers ${[...listed, ...(other > 5e-4 ? [`other ${percent(other)}`] : [])].join(', ')}`];
}
