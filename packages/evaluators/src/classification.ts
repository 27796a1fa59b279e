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
  const order = scores
    .map((score, index) => ({ score, positive: positive[index]! }))
    .sort((a, b) => a.score - b.score);
  const positives = order.filter((item) => item.positive).length;
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]!.score === order[start]!.score) end++;
    // Tied items share the mean of their ranks.
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) if (order[at]!.positive) rankSum += rank;
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
