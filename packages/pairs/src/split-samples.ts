/**
 * Dividing one file of rows into pairs and test items.
 *
 * @module
 */
import { createRandom } from '@austeer/core';

/** What the split looks at. */
interface Splittable {
  readonly group: string;
  readonly label?: string | undefined;
}

/**
 * Divides rows into pairs and test items, about half each. Rows of one group stay together, so that no test
 * item shares its passage or its twin sentence with a pair. Pairs hold every class equally often, classes
 * taking turns, so that every prefix is balanced too; rows that would tip the balance stay unused. The same
 * seed gives the same split.
 */
export function splitSamples<Row extends Splittable>(
  rows: readonly Row[],
  seed: number,
): { pairs: Row[]; items: Row[]; unused: number } {
  const random = createRandom(seed);
  const groups = new Map<string, Row[]>();
  for (const row of random.shuffle(rows)) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  const labels = [...new Set(rows.map((row) => row.label))].sort();
  const byLabel = new Map(labels.map((label) => [label, [] as Row[]]));
  const items: Row[] = [];
  let paired = 0;
  for (const group of groups.values()) {
    const counts = labels.map((label) => byLabel.get(label)!.length);
    const added = labels.map((label) => group.filter((row) => row.label === label).length);
    const withGroup = counts.map((count, index) => count + added[index]!);
    // Each group goes where sizes and classes stay more even.
    const asPairs = Math.abs(paired + group.length - items.length) + spread(withGroup);
    const asItems = Math.abs(paired - items.length - group.length) + spread(counts);
    if (asPairs <= asItems) {
      for (const row of group) byLabel.get(row.label)!.push(row);
      paired += group.length;
    } else {
      items.push(...group);
    }
  }
  const each = Math.min(...[...byLabel.values()].map((rowsOfLabel) => rowsOfLabel.length));
  const pairs = Array.from({ length: each }, (_, turn) => labels.map((label) => byLabel.get(label)![turn]!));
  return { pairs: pairs.flat(), items, unused: paired - each * labels.length };
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}
