/**
 * Choosing how many units and how strongly, on validation items only.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError, type Site } from '@austeer/core';
import type { AnswerSummary, Estimate } from '@austeer/evaluators';
import type { MethodSetting } from '@austeer/steering';

/** One setting of a method, in the words of logs and the command line. */
export interface SteeringCell {
  /** Absent where the method has no choice of sites. */
  readonly site?: Site | undefined;
  /** Units, heads, …: the method's budget; absent where it has none. */
  readonly k?: number | undefined;
  /** Strength α. */
  readonly alpha: number;
  /** Where the method works on one layer, and the setting names it. */
  readonly layer?: number | undefined;
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
}): (SteeringCell & { readonly site: Site; readonly k: number })[] {
  const { sites, budgets, strengths } = options;
  for (const [what, list] of Object.entries(options)) {
    if (list.length === 0) throw new EmptyInputError({ what: `The grid’s ${what}` });
  }
  return sites.flatMap((site) => budgets.flatMap((k) => strengths.map((alpha) => ({ site, k, alpha }))));
}

/**
 * A method's setting as a cell, without what the setting leaves out.
 *
 * @example
 * ```ts
 * cellOf({ budget: 16, strength: 5 }); // { k: 16, alpha: 5 }
 * ```
 */
export function cellOf({ site, budget, strength, layer }: MethodSetting): SteeringCell {
  return {
    ...(site !== undefined && { site }),
    ...(layer !== undefined && { layer }),
    ...(budget !== undefined && { k: budget }),
    alpha: strength,
  };
}

/**
 * A cell as the setting of a method.
 *
 * @example
 * ```ts
 * settingOf({ site: 'ffn', k: 16, alpha: 5 }); // { site: 'ffn', budget: 16, strength: 5 }
 * ```
 */
export function settingOf({ site, k, alpha, layer }: SteeringCell): MethodSetting {
  return {
    ...(site !== undefined && { site }),
    ...(layer !== undefined && { layer }),
    ...(k !== undefined && { budget: k }),
    strength: alpha,
  };
}

/**
 * A cell in words.
 *
 * @example
 * ```ts
 * describeCell({ site: 'ffn', k: 16, alpha: 5 }); // 'ffn k 16 α 5'
 * ```
 */
export function describeCell({ site, layer, k, alpha }: SteeringCell): string {
  return [
    ...(site === undefined ? [] : [site]),
    ...(layer === undefined ? [] : [`layer ${layer}`]),
    ...(k === undefined ? [] : [`k ${k}`]),
    `α ${alpha}`,
  ].join(' ');
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
      (best.cell.k ?? 0) - (next.cell.k ?? 0) ||
      Math.abs(best.cell.alpha) - Math.abs(next.cell.alpha);
    return difference > 0 ? next : best;
  }).cell;
}
