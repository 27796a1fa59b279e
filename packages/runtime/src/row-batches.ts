/**
 * Which rows run together: rows of like length, so that little is computed on padding.
 *
 * @module
 */

/** Padded tokens in one run. Larger runs need more memory and are slower: what they compute leaves the processor's caches. */
const TOKENS_PER_RUN = 512;

/**
 * Groups rows by length.
 *
 * @param lengths tokens of each row
 * @param batchSize most rows in a group
 * @param tokensPerRun most padded tokens in a group; a longer row runs alone
 * @returns groups of row numbers; every row is in exactly one
 *
 * @example
 * ```ts
 * groupRows([3, 90, 4], 2); // [[1, 2], [0]]
 * ```
 */
export function groupRows(
  lengths: readonly number[],
  batchSize: number,
  tokensPerRun: number = TOKENS_PER_RUN,
): number[][] {
  // Longest first: a lack of memory shows at once, not at the end.
  const order = lengths.map((_, row) => row).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const groups: number[][] = [];
  let group: number[] = [];
  for (const row of order) {
    const width = lengths[group[0] ?? row]!;
    if (group.length > 0 && (group.length >= batchSize || (group.length + 1) * width > tokensPerRun)) {
      groups.push(group);
      group = [];
    }
    group.push(row);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
