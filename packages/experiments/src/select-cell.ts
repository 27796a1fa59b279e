/**
 * Choosing how many units and how strongly, on validation items only.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError, type Site } from '@austeer/core';
import type { AnswerSummary, Estimate } from '@austeer/evaluators';

/** One setting of the method. */
export interface SteeringCell {
  readonly site: Site;
  /** Units. */
  readonly k: number;
  /** Strength α. */
  readonly alpha: number;
}

/** A setting and what it gave on the validation items. */
export interface EvaluatedCell extends SteeringCell {
  readonly summary: AnswerSummary;
}

/**
 * Which number decides. `accuracy` is the paper's; on two-way tasks it rewards a bias to the frequent answer,
 * which `balancedAccuracy` and `areaUnderCurve` do not.
 */
export type SelectionCriterion = 'accuracy' | 'twoWayAccuracy' | 'balancedAccuracy' | 'areaUnderCurve';

/**
 * Criteria by name.
 *
 * @example
 * ```ts
 * SELECTION_CRITERIA[0]; // 'accuracy'
 * ```
 */
export const SELECTION_CRITERIA: readonly SelectionCriterion[] = Object.freeze([
  'accuracy',
  'twoWayAccuracy',
  'balancedAccuracy',
  'areaUnderCurve',
] as const);

/**
 * All settings of a grid: sites × budgets × strengths.
 *
 * @throws EmptyInputError when one of the lists is empty.
 *
 * @example
 * ```ts
 * gridCells({ sites: ['ffn'], budgets: [16, 64], strengths: [5] }).length; // 2
 * ```
 */
export function gridCells(options: {
  sites: readonly Site[];
  budgets: readonly number[];
  strengths: readonly number[];
}): SteeringCell[] {
  const { sites, budgets, strengths } = options;
  for (const [what, list] of Object.entries(options)) {
    if (list.length === 0) throw new EmptyInputError({ what: `The grid’s ${what}` });
  }
  return sites.flatMap((site) => budgets.flatMap((k) => strengths.map((alpha) => ({ site, k, alpha }))));
}

/**
 * The best setting. Ties go to fewer units, then to the weaker strength: steering less.
 *
 * @throws EmptyInputError without settings.
 * @throws InvalidArgumentError when the criterion has no value for these answers.
 *
 * @example
 * ```ts
 * const estimate = (value: number) => ({ value, low: value, high: value });
 * const cell = (k: number, value: number): EvaluatedCell => ({
 *   site: 'ffn', k, alpha: 5,
 *   summary: { items: 1, scored: 1, accuracy: estimate(value), validAnswers: estimate(1), answerShares: [], otherAnswers: 0 },
 * });
 * selectCell([cell(64, 0.5), cell(16, 0.5), cell(4, 0.2)], 'accuracy').k; // 16
 * ```
 */
export function selectCell(cells: readonly EvaluatedCell[], criterion: SelectionCriterion): EvaluatedCell {
  if (cells.length === 0) throw new EmptyInputError({ what: 'Settings to choose from' });
  const criterionOf = ({ summary }: EvaluatedCell): number => {
    const estimate: Estimate | undefined = summary[criterion];
    if (estimate === undefined) {
      throw new InvalidArgumentError({
        argument: 'criterion',
        given: criterion,
        expected: 'accuracy, the only criterion that answers without classes have',
      });
    }
    return estimate.value;
  };
  const candidates = cells.map((cell) => ({ cell, value: criterionOf(cell) }));
  return candidates.reduce((best, next) => {
    const difference =
      next.value - best.value ||
      best.cell.k - next.cell.k ||
      Math.abs(best.cell.alpha) - Math.abs(next.cell.alpha);
    return difference > 0 ? next : best;
  }).cell;
}
