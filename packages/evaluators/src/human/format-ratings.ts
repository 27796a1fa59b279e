/**
 * Ratings in lines that a person reads.
 *
 * @module
 */
import { formatEstimate } from '../format-summary.ts';
import type { Estimate } from '../intervals.ts';
import { RATING_SCALES } from './rating-sheets.ts';
import type { RatingSummary } from './rating-summary.ts';

/**
 * For each scale the conditions, their differences and how far raters agree; then who left what empty.
 *
 * @example
 * ```ts
 * declare const summary: RatingSummary;
 * console.log(formatRatings(summary).join('\n'));
 * ```
 */
export function formatRatings(summary: RatingSummary): string[] {
  const { items, raters, absentRaters, scales } = summary;
  const gaps = raters.filter(({ missing }) => missing > 0);
  return [
    `${items} items, ${raters.length} raters`,
    ...RATING_SCALES.flatMap(({ name }) => {
      const { conditions, differences, agreement } = scales[name];
      const means = conditions.map(({ condition, mean }) => `${condition} ${show(mean)}`);
      return [
        `${name}: ${means.join(' · ')}`,
        ...differences.map(
          ({ condition, baseline, mean, items }) =>
            `  ${condition} minus ${baseline} ${show(mean)}: ${verdict(mean, items)} (${items} items)`,
        ),
        `  Krippendorff's α: ordinal ${show(agreement.ordinal)}, interval ${show(agreement.interval)}`,
      ];
    }),
    ...gaps.map(({ rater, given, missing }) => `rater ${rater} left ${missing} of ${given + missing} empty`),
    ...(absentRaters.length > 0 ? [`no sheet of rater ${absentRaters.join(', ')}`] : []),
  ];
}

function show(estimate: Estimate | undefined): string {
  return estimate === undefined ? 'none' : formatEstimate(estimate);
}

/** Fewer items often all lie on one side by chance, and drawing from them again shows no other. */
const FEWEST_ITEMS = 6;

function verdict(estimate: Estimate | undefined, items: number): string {
  if (estimate === undefined) return 'nothing to compare';
  if (items < FEWEST_ITEMS) return 'too few items to tell';
  return estimate.low > 0 ? 'higher' : estimate.high < 0 ? 'lower' : 'no difference shown';
}
