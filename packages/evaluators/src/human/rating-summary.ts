/**
 * What people's ratings come to, with the codes lifted.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError } from '@austeer/core';
import { bootstrapInterval, type Estimate } from '../intervals.ts';
import { krippendorffAlpha } from './krippendorff.ts';
import { RATING_SCALES, type RatingKey, type RatingScale } from './rating-sheets.ts';
import type { Rating } from './sheet-files.ts';

/** Ratings of all raters. Intervals are 95 %, bootstrap over items, raters kept together. */
export interface RatingSummary {
  readonly items: number;
  /** Those whose sheets came back. */
  readonly raters: readonly RaterCount[];
  /** Raters whose sheets did not. */
  readonly absentRaters: readonly string[];
  readonly scales: Readonly<Record<RatingScale, ScaleSummary>>;
}

/** How much one rater filled in. */
export interface RaterCount {
  readonly rater: string;
  /** Ratings given and left empty, over all answers and scales. */
  readonly given: number;
  readonly missing: number;
}

/** One scale, from 1 to 5. */
export interface ScaleSummary {
  readonly conditions: readonly ConditionRatings[];
  /** Other conditions minus the first. */
  readonly differences: readonly RatingDifference[];
  /** Krippendorff's α over answers; absent where it has no value. */
  readonly agreement: { readonly ordinal?: Estimate | undefined; readonly interval?: Estimate | undefined };
}

/** What one condition got. */
export interface ConditionRatings {
  readonly condition: string;
  /** Mean over items of the mean over raters; absent without ratings. */
  readonly mean?: Estimate | undefined;
  readonly given: number;
  readonly missing: number;
}

/** A difference of two conditions. */
export interface RatingDifference {
  readonly condition: string;
  readonly baseline: string;
  /** Mean over items of the mean difference over raters who rated both answers. */
  readonly mean?: Estimate | undefined;
  /** Items that somebody rated both answers of. */
  readonly items: number;
}

/**
 * Unblinds ratings and counts them. A rating that was left empty is missing and counted, never a number.
 *
 * @param options.ratings of all sheets that came back
 * @param options.seed of the bootstrap. @default 0
 * @throws EmptyInputError without ratings, InvalidArgumentError for a code or rater that the key does not have, and an
 *   answer that one rater rated twice.
 *
 * @example
 * ```ts
 * const items = [{ id: '1', instruction: 'Greet me.', answers: { vanilla: 'No.', steered: 'Hello!' } }];
 * const { sheets, key } = createRatingSheets({ items, raters: 1 });
 * const ratings = sheets[0]!.rows.map(({ code, answer }) => ({
 *   rater: '1',
 *   code,
 *   scores: { quality: answer === 'Hello!' ? 5 : 2 },
 * }));
 * summarizeRatings({ ratings, key }).scales.quality.differences[0]?.mean?.value; // 3
 * ```
 */
export function summarizeRatings(options: {
  ratings: readonly Rating[];
  key: RatingKey;
  seed?: number | undefined;
}): RatingSummary {
  const { ratings, key, seed = 0 } = options;
  if (ratings.length === 0) throw new EmptyInputError({ what: 'Ratings' });
  const given = indexRatings(ratings, key);
  const present = key.raters.filter((rater) => ratings.some((rating) => rating.rater === rater));
  const items = [...new Set(key.entries.map(({ item }) => item))];
  const codeOf = new Map(key.entries.map(({ code, item, condition }) => [`${condition}\u0000${item}`, code]));
  /** What each rater gave the answer of a condition to an item. */
  const rowOf = (scale: RatingScale, condition: string, item: string): (number | undefined)[] =>
    present.map((rater) => given.get(`${rater}\u0000${codeOf.get(`${condition}\u0000${item}`)}`)?.[scale]);

  const summarizeScale = (scale: RatingScale): ScaleSummary => {
    const tables = new Map(
      key.conditions.map((condition) => [condition, items.map((item) => rowOf(scale, condition, item))]),
    );
    const [baseline, ...others] = key.conditions as [string, ...string[]];
    const cells = [...tables.values()].flat();
    const agreement = (level: 'ordinal' | 'interval'): Estimate | undefined =>
      bootstrapInterval({
        rows: cells.length,
        statistic: (rows) => krippendorffAlpha({ ratings: rows.map((row) => cells[row]!), level }),
        seed,
      });
    return {
      conditions: key.conditions.map((condition) => {
        const rows = tables.get(condition)!;
        const count = rows.flat().filter((value) => value !== undefined).length;
        return {
          condition,
          mean: meanOfItems(rows, seed).mean,
          given: count,
          missing: rows.length * present.length - count,
        };
      }),
      differences: others.map((condition) => {
        const rows = tables.get(condition)!.map((row, item) =>
          row.map((value, rater) => {
            const other = tables.get(baseline)![item]![rater];
            return value === undefined || other === undefined ? undefined : value - other;
          }),
        );
        return { condition, baseline, ...meanOfItems(rows, seed) };
      }),
      agreement: { ordinal: agreement('ordinal'), interval: agreement('interval') },
    };
  };

  const asked = key.entries.length * RATING_SCALES.length;
  return {
    items: items.length,
    raters: present.map((rater) => {
      const own = key.entries.map(({ code }) => Object.keys(given.get(`${rater}\u0000${code}`) ?? {}).length);
      const count = own.reduce((sum, scores) => sum + scores, 0);
      return { rater, given: count, missing: asked - count };
    }),
    absentRaters: key.raters.filter((rater) => !present.includes(rater)),
    scales: { quality: summarizeScale('quality'), alignment: summarizeScale('alignment') },
  };
}

/** Scores by rater and code. */
function indexRatings(ratings: readonly Rating[], key: RatingKey): Map<string, Rating['scores']> {
  const codes = new Set(key.entries.map(({ code }) => code));
  const index = new Map<string, Rating['scores']>();
  for (const { rater, code, scores } of ratings) {
    const refuse = (given: string, expected: string, advice: string): InvalidArgumentError =>
      new InvalidArgumentError({ argument: 'ratings', given, expected, advice });
    if (!codes.has(code))
      throw refuse(code, 'a code of the key', 'Use the key that was made with these sheets');
    if (!key.raters.includes(rater))
      throw refuse(rater, `a rater of the key: ${key.raters.join(', ')}`, 'Check the column "rater"');
    const place = `${rater}\u0000${code}`;
    if (index.has(place)) throw refuse(`rater ${rater}, ${code}`, 'each answer once', 'Give each sheet once');
    index.set(place, scores);
  }
  return index;
}

function meanOfItems(
  rows: readonly (readonly (number | undefined)[])[],
  seed: number,
): { mean: Estimate | undefined; items: number } {
  const means = rows
    .map((row) => row.filter((value) => value !== undefined))
    .filter(({ length }) => length > 0)
    .map(mean);
  if (means.length === 0) return { mean: undefined, items: 0 };
  const statistic = (drawn: readonly number[]): number => mean(drawn.map((row) => means[row]!));
  return { mean: bootstrapInterval({ rows: means.length, statistic, seed }), items: means.length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
