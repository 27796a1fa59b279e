/**
 * How well classes are told apart, free of how often each is said.
 *
 * @module
 */

/** Recall of each class and their mean. */
export interface ClassRecall {
  /** Mean of the recalls of all classes that occur; `undefined` when none does. */
  readonly balancedAccuracy: number | undefined;
  /** Share of the items of each class that were answered with it. */
  readonly recall: Readonly<Record<string, number>>;
}

/**
 * Balanced accuracy: every class counts the same, however often it is right or said. Always saying one of two
 * answers gives 0.5.
 *
 * @param items class of the right answer, and whether the answer given was right
 *
 * @example
 * ```ts
 * classRecall([{ label: 'yes', correct: true }, { label: 'yes', correct: true }, { label: 'no', correct: false }]).balancedAccuracy; // 0.5
 * ```
 */
export function classRecall(
  items: readonly { readonly label: string; readonly correct: boolean }[],
): ClassRecall {
  const classes = [...new Set(items.map(({ label }) => label))].sort();
  const recall = Object.fromEntries(
    classes.map((name) => {
      const own = items.filter(({ label }) => label === name);
      return [name, own.filter(({ correct }) => correct).length / own.length];
    }),
  );
  const values = Object.values(recall);
  const balancedAccuracy =
    values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  return { balancedAccuracy, recall };
}

/**
 * Area under the receiver operating characteristic: the chance that a random positive item has a higher score
 * than a random negative one, ties counting half. It measures ability free of any bias to one answer. Source:
 * Mann and Whitney (1947).
 *
 * @param scores of all items
 * @param positive whether each item is positive
 * @returns `undefined` when one of the two kinds is missing
 *
 * @example
 * ```ts
 * areaUnderCurve([3, 1, 2], [true, false, true]); // 1
 * ```
 */
export function areaUnderCurve(scores: readonly number[], positive: readonly boolean[]): number | undefined {
  return drawnArea(scores, positive).of(scores.map(() => 1));
}

/** The area under the curve of items that are drawn several times or not at all; they are sorted once. */
export interface DrawnArea {
  /** @param counts how often each item was drawn */
  of(counts: ArrayLike<number>): number | undefined;
  /** The area with each item left out, in the order of the items. */
  leaveOneOut(): (number | undefined)[];
}

/**
 * Prepares {@link areaUnderCurve} for drawing. Items without a score are in no draw.
 *
 * @example
 * ```ts
 * drawnArea([3, 1, 2], [true, false, true]).of([0, 2, 5]); // 1
 * ```
 */
export function drawnArea(scores: readonly (number | undefined)[], positive: readonly boolean[]): DrawnArea {
  const sorted = [...scores.keys()]
    .filter((item) => scores[item] !== undefined)
    .sort((a, b) => scores[a]! - scores[b]!);
  // Typed arrays: thousands of draws go through them.
  const order = Int32Array.from(sorted);
  const isUp = Uint8Array.from(sorted, (item) => Number(positive[item]));
  /** Places in the order after which another score begins. */
  const ends = Int32Array.from(
    sorted.flatMap((item, place) => (scores[item] === scores[sorted[place + 1]!] ? [] : [place + 1])),
  );
  const sums = (counts: ArrayLike<number>) => {
    let [wins, positives, negatives, place] = [0, 0, 0, 0];
    for (const end of ends) {
      let [up, down] = [0, 0];
      for (; place < end; place++) {
        const count = counts[order[place]!]!;
        up += count * isUp[place]!;
        down += count;
      }
      down -= up;
      // Each positive item beats the negative ones below it, and half of those level with it.
      wins += up * (negatives + down / 2);
      positives += up;
      negatives += down;
    }
    return { wins, positives, negatives };
  };
  const areaOf = (wins: number, positives: number, negatives: number): number | undefined =>
    positives === 0 || negatives === 0 ? undefined : wins / (positives * negatives);
  return {
    of: (counts) => {
      const { wins, positives, negatives } = sums(counts);
      return areaOf(wins, positives, negatives);
    },
    leaveOneOut: () => {
      const { wins, positives, negatives } = sums(scores.map(() => 1));
      const left = scores.map(() => areaOf(wins, positives, negatives));
      let [positivesBelow, negativesBelow] = [0, 0];
      for (const [tie, end] of ends.entries()) {
        const items = sorted.slice(ends[tie - 1] ?? 0, end);
        const up = items.filter((item) => positive[item]).length;
        const down = items.length - up;
        for (const item of items) {
          const own = positive[item] ? negativesBelow + down / 2 : positives - positivesBelow - up + up / 2;
          left[item] = positive[item]
            ? areaOf(wins - own, positives - 1, negatives)
            : areaOf(wins - own, positives, negatives - 1);
        }
        positivesBelow += up;
        negativesBelow += down;
      }
      return left;
    },
  };
}
