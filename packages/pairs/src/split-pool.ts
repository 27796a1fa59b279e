/**
 * Drawing test items from one pool of rows.
 *
 * @module
 */
import { createRandom } from '@austeer/core';

/**
 * Draws test items from a pool whose own division is not known. Rows of one group stay together, so that no test item
 * is a pair with other numbers; groups that would exceed `items` are passed over, so the number is met wherever groups
 * of a fitting size are left. Both sides keep the order of the pool. The same seed gives the same split.
 */
export function splitPool<Row extends { readonly group: string }>(
  rows: readonly Row[],
  { items, seed }: { items: number; seed: number },
): { pairs: Row[]; items: Row[] } {
  const groups = new Map<string, number>();
  for (const { group } of rows) groups.set(group, (groups.get(group) ?? 0) + 1);
  const chosen = new Set<string>();
  let left = items;
  for (const [group, size] of createRandom(seed).shuffle([...groups])) {
    if (size > left) continue;
    chosen.add(group);
    left -= size;
  }
  return {
    pairs: rows.filter(({ group }) => !chosen.has(group)),
    items: rows.filter(({ group }) => chosen.has(group)),
  };
}
