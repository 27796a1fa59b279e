/**
 * Class by class: what is recognised, and what is merely said.
 *
 * @module
 */
import { type Estimate, wilsonInterval } from './intervals.ts';
import { type PairedDifference, pairedDifference } from './paired-difference.ts';

/** An item whose classes are known. */
export interface ClassifiedItem {
  /** Class of the right answer. */
  readonly label: string;
  /** Class that was answered. */
  readonly prediction: string;
}

/** How much of one class was answered with it. */
export interface LabelRecall extends Estimate {
  readonly label: string;
  /** Items of the class. */
  readonly items: number;
}

/** How one class fares in two conditions, second minus first. */
export interface LabelDifference {
  readonly label: string;
  /** How often the class is answered, right or wrong: the bias. */
  readonly answered: PairedDifference;
  /** How much of the class is recognised; absent where no item is of it. */
  readonly recall?: PairedDifference | undefined;
}

/**
 * Recall of each class that occurs, in the order of the alphabet.
 *
 * @example
 * ```ts
 * labelRecalls([{ label: 'yes', prediction: 'yes' }, { label: 'no', prediction: 'yes' }]).map(({ value }) => value); // [0, 1]
 * ```
 */
export function labelRecalls(items: readonly ClassifiedItem[]): LabelRecall[] {
  return labelsOf(items, ({ label }) => [label]).map((name) => {
    const own = items.filter(({ label }) => label === name);
    const successes = own.filter(({ prediction }) => prediction === name).length;
    return { label: name, items: own.length, ...wilsonInterval({ successes, trials: own.length }) };
  });
}

/**
 * What changed for each class that is asked for or answered.
 *
 * @param second the same items in the same order
 *
 * @example
 * ```ts
 * const first = [{ label: 'no', prediction: 'no' }];
 * labelDifferences(first, [{ label: 'no', prediction: 'yes' }]).map(({ answered }) => answered.value); // [-1, 1]
 * ```
 */
export function labelDifferences(
  first: readonly ClassifiedItem[],
  second: readonly ClassifiedItem[],
  seed = 0,
): LabelDifference[] {
  const both = [...first, ...second];
  return labelsOf(both, ({ label, prediction }) => [label, prediction]).map((name) => {
    const says = ({ prediction }: ClassifiedItem): boolean => prediction === name;
    const own = [...first.keys()].filter((index) => first[index]!.label === name);
    return {
      label: name,
      answered: pairedDifference(first.map(says), second.map(says), seed),
      ...(own.length > 0 && {
        recall: pairedDifference(
          own.map((index) => says(first[index]!)),
          own.map((index) => says(second[index]!)),
          seed,
        ),
      }),
    };
  });
}

function labelsOf(
  items: readonly ClassifiedItem[],
  of: (item: ClassifiedItem) => readonly string[],
): string[] {
  return [...new Set(items.flatMap(of))].sort();
}
