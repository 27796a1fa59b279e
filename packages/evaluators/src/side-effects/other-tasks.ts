/**
 * What steering for one task did to others.
 *
 * @module
 */
import type { AnswerComparison } from '../answer-summary.ts';
import { formatDifference, formatEstimate, formatP } from '../format-summary.ts';
import type { Estimate } from '../intervals.ts';
import type { PairedDifference } from '../paired-difference.ts';
import { adjustPValues } from '../statistics/adjust-p-values.ts';

/** Accuracy of both conditions. */
export interface ConditionAccuracies {
  readonly vanilla: Estimate;
  readonly steered: Estimate;
}

/** One task under steering that was made for another. */
export interface OtherTask {
  readonly task: string;
  readonly items: number;
  /** Accuracy of both conditions, where it was given. */
  readonly accuracies?: ConditionAccuracies | undefined;
  /** Difference of accuracy, steered minus vanilla. */
  readonly accuracy: PairedDifference;
  /** p value of the difference, adjusted for the number of tasks looked at (Holm). */
  readonly adjustedPValue: number;
  readonly verdict: 'higher' | 'lower' | 'no difference shown';
}

/** What one plan did to tasks that it was not made for. */
export interface OtherTasks {
  readonly steeredFor: string;
  /** In the order given. */
  readonly tasks: readonly OtherTask[];
}

/** Adjusted p values from here on show no difference. */
const SIGNIFICANCE = 0.05;

/**
 * Accuracy of other tasks under steering made for one. "No difference shown" is no proof of none: look at how far the
 * interval reaches.
 *
 * @param options.steeredFor task that the plan was made for
 * @param options.comparisons vanilla against steered, by task; the task itself is left out
 * @param options.accuracies of both conditions by task, to stand beside the differences. @default none
 *
 * @example
 * ```ts
 * const wrong = { id: '1', gold: 'a', answer: 'b', correct: false, valid: true };
 * const right = { ...wrong, answer: 'a', correct: true };
 * const { tasks } = compareOtherTasks({ steeredFor: 'boolq', comparisons: { copa: compareAnswers([right], [wrong]) } });
 * tasks[0]?.verdict; // 'no difference shown'
 * ```
 */
export function compareOtherTasks(options: {
  steeredFor: string;
  comparisons: Readonly<Record<string, AnswerComparison>>;
  accuracies?: Readonly<Record<string, ConditionAccuracies>> | undefined;
}): OtherTasks {
  const { steeredFor, comparisons, accuracies } = options;
  const others = Object.entries(comparisons).filter(([task]) => task !== steeredFor);
  const adjusted = adjustPValues(
    others.map(([, { accuracy }]) => accuracy.pValue),
    'holm',
  );
  return {
    steeredFor,
    tasks: others.map(([task, { items, accuracy }], index) => {
      const adjustedPValue = adjusted[index]!;
      const direction = accuracy.value > 0 ? 'higher' : 'lower';
      return {
        task,
        items,
        ...(accuracies?.[task] && { accuracies: accuracies[task] }),
        accuracy,
        adjustedPValue,
        verdict: adjustedPValue < SIGNIFICANCE ? direction : 'no difference shown',
      };
    }),
  };
}

/**
 * One line for each task.
 *
 * @example
 * ```ts
 * formatOtherTasks({ steeredFor: 'boolq', tasks: [] }); // ['steered for boolq:']
 * ```
 */
export function formatOtherTasks({ steeredFor, tasks }: OtherTasks): string[] {
  return [
    `steered for ${steeredFor}:`,
    ...tasks.map(
      ({ task, items, accuracies, accuracy, adjustedPValue, verdict }) =>
        `  ${task}: ${accuracies ? `accuracy ${formatEstimate(accuracies.vanilla)} → ${formatEstimate(accuracies.steered)}: ` : ''}${verdict}, ${formatDifference(accuracy)} (p ${formatP(adjustedPValue)} by Holm over ${tasks.length}, ${accuracy.onlySecond} gained, ${accuracy.onlyFirst} lost of ${items})`,
    ),
  ];
}
