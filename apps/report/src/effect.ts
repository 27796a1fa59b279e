/**
 * The numbers of a run's test as its figures and its first sentences use them. All of them are the log's.
 *
 * @module
 */
import type { Estimate, RunHeader } from '@austeer/experiments';
import { formatDifference, formatEstimate, formatInterval, formatP } from './format.ts';

/** One number measured under both conditions. */
export interface Measure {
  readonly key: string;
  readonly label: string;
  readonly vanilla: Estimate | null;
  readonly steered: Estimate | null;
  /** Steered minus vanilla. */
  readonly difference: (Estimate & { onlyFirst?: number; onlySecond?: number }) | null;
}

const MEASURES = [
  ['accuracy', 'accuracy'],
  ['twoWayAccuracy', 'two-way accuracy'],
  ['balancedAccuracy', 'balanced accuracy'],
  ['areaUnderCurve', 'AUROC'],
  ['validAnswers', 'valid answers'],
] as const;

/** Name of the share of right answers; of answers that shall end it is no accuracy. */
export function accuracyName({ task }: Pick<RunHeader, 'task'>): string {
  return task.answerKind === 'ending' ? 'ended by itself' : 'accuracy';
}

/** The measures that the run has. */
export function measuresOf(header: RunHeader): Measure[] {
  const { vanilla, steered, comparison } = header.test;
  return MEASURES.flatMap(([key, label]) => {
    const first = vanilla[key] ?? null;
    const second = steered?.[key] ?? null;
    if (first === null && second === null) return [];
    return [
      {
        key,
        label: key === 'accuracy' ? accuracyName(header) : label,
        vanilla: first,
        steered: second,
        difference: comparison?.[key] ?? null,
      },
    ];
  });
}

/** Differences with a p value above this are called none. */
const SIGNIFICANCE = 0.05;

/** What a difference shows, and no more. */
export function verdictOn(difference: Estimate): 'higher' | 'lower' | 'no difference shown' {
  const { value, low = value, high = value, pValue } = difference;
  if (pValue !== undefined) {
    if (pValue >= SIGNIFICANCE) return 'no difference shown';
    return value > 0 ? 'higher' : 'lower';
  }
  if (low > 0) return 'higher';
  return high < 0 ? 'lower' : 'no difference shown';
}

/** A difference in words: `+0.477 [0.423, 0.533], p < 0.0001`. */
export function describeDifference(difference: Estimate): string {
  const { value, low, high, pValue } = difference;
  const interval = low === undefined || high === undefined ? '' : ` ${formatInterval(low, high)}`;
  return `${formatDifference(value)}${interval}${pValue === undefined ? '' : `, ${formatP(pValue)}`}`;
}

/** A sentence that a reader of nothing else should have read, or none. */
export function caution(header: RunHeader): string | undefined {
  const { comparison } = header.test;
  if (comparison === undefined || verdictOn(comparison.accuracy) !== 'higher') return undefined;
  const ability = comparison.areaUnderCurve ?? comparison.balancedAccuracy;
  if (ability === undefined || verdictOn(ability) === 'higher') return undefined;
  return comparison.areaUnderCurve === undefined
    ? `More answers are right as written, yet balanced accuracy shows no gain (${formatEstimate(ability)}): the model answers in another form or with another preference, not better.`
    : `More answers are right as written, yet the area under the curve shows no gain (${describeDifference(ability)}): the model answers in another form or with another preference; that it knows more is not shown.`;
}
