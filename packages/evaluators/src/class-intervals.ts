/**
 * How well classes are told apart, with intervals: of one condition, or of a second one less a first on the same items.
 *
 * @module
 */
import type { ClassifiedItem } from './class-bias.ts';
import { type DrawnArea, drawnArea } from './classification.ts';
import type { Estimate } from './intervals.ts';
import { bcaInterval, groupedBcaInterval } from './statistics/bca-interval.ts';
import type { AnswerMargin } from './two-way.ts';

/** Options of both numbers. */
export interface ClassIntervalOptions<Item> {
  readonly seed: number;
  /** The same items in the first condition, which is taken off. @default none */
  readonly against?: readonly Item[] | undefined;
}

/**
 * Balanced accuracy, see `classRecall`, with its BCa interval. Items differ by their class and by whether each condition
 * is right on them; nothing else is drawn.
 *
 * @param items at least one
 *
 * @example
 * ```ts
 * const items = [{ label: 'yes', prediction: 'yes' }, { label: 'no', prediction: 'yes' }];
 * balancedAccuracy(items, { seed: 0 })?.value; // 0.5
 * ```
 */
export function balancedAccuracy(
  items: readonly ClassifiedItem[],
  { seed, against }: ClassIntervalOptions<ClassifiedItem>,
): Estimate | undefined {
  const classes = [...new Set(items.map(({ label }) => label))].sort();
  const placeOf = new Map(classes.map((name, index) => [name, index]));
  // Four groups a class: right or wrong in the first condition, and in the second.
  const sizes = new Array<number>(4 * classes.length).fill(0);
  for (const [index, { label, prediction }] of items.entries()) {
    const before = against !== undefined && against[index]!.prediction === label;
    sizes[4 * placeOf.get(label)! + 2 * Number(before) + Number(prediction === label)]!++;
  }
  return groupedBcaInterval({
    sizes,
    seed,
    statistic: (counts) => {
      let [sum, drawn] = [0, 0];
      for (let start = 0; start < counts.length; start += 4) {
        const [neither, second, first, both] = counts.slice(start, start + 4) as [
          number,
          number,
          number,
          number,
        ];
        const own = neither + second + first + both;
        if (own === 0) continue;
        drawn++;
        sum += (second - first + (against === undefined ? both : 0)) / own;
      }
      return drawn === 0 ? undefined : sum / drawn;
    },
  });
}

/** An item with the class of its right answer, and how far the model leans. */
export interface LeaningItem {
  readonly label: string;
  /** Items without one are left out. */
  readonly margin?: AnswerMargin | undefined;
}

/**
 * Area under the curve of the margins, with its BCa interval.
 *
 * @param items at least one
 * @returns `undefined` where a class or all margins are missing
 *
 * @example
 * ```ts
 * const item = (label: string, value: number) => ({ label, margin: { towards: 'yes', value } });
 * areaOfMargins([item('yes', 2), item('no', -1)], { seed: 0 })?.value; // 1
 * ```
 */
export function areaOfMargins(
  items: readonly LeaningItem[],
  { seed, against }: ClassIntervalOptions<LeaningItem>,
): Estimate | undefined {
  const [second, first] = [areaOf(items), against && areaOf(against)];
  const difference = (b: number | undefined, a: number | undefined): number | undefined =>
    b === undefined || a === undefined ? undefined : b - a;
  const counts = new Uint32Array(items.length);
  return bcaInterval({
    rows: items.length,
    seed,
    statistic: (rows) => {
      counts.fill(0);
      for (const row of rows) counts[row]!++;
      return difference(second.of(counts), first === undefined ? 0 : first.of(counts));
    },
    leaveOneOut: () => {
      const before = first?.leaveOneOut();
      return second
        .leaveOneOut()
        .map((area, item) => difference(area, before === undefined ? 0 : before[item]));
    },
  });
}

function areaOf(items: readonly LeaningItem[]): DrawnArea {
  return drawnArea(
    items.map(({ margin }) => margin?.value),
    items.map(({ label, margin }) => label === margin?.towards),
  );
}
