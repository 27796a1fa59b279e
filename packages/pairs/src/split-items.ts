/**
 * Validation and test items, so that strengths are chosen on other items than they are reported on. (The main
 * tables of the paper choose on the test items; its Table 7 compares both.)
 *
 * @module
 */
import { createRandom, InvalidArgumentError, type Random } from '@austeer/core';

/**
 * Divides items into two disjoint parts, seeded, each with the classes in the proportions of the whole. Items
 * keep their order. Validation is drawn first: `limit` does not change it.
 *
 * @param options.validation number of validation items, whole, from 0 to one less than there are items
 * @param options.seed whole number in [0, 2³²). @default 0
 * @param options.limit most test items, ≥ 1. @default all that remain
 * @throws InvalidArgumentError when a number is out of range.
 *
 * @example
 * ```ts
 * const items = ['yes', 'no', 'yes', 'no', 'yes', 'no'].map((label, id) => ({ id, label }));
 * splitItems(items, { validation: 2 }).test.length; // 4
 * ```
 */
export function splitItems<Item extends { readonly label?: string | undefined }>(
  items: readonly Item[],
  options: { validation: number; seed?: number | undefined; limit?: number | undefined },
): { validation: Item[]; test: Item[] } {
  const { validation, seed = 0, limit } = options;
  if (!Number.isInteger(validation) || validation < 0 || validation >= items.length) {
    throw new InvalidArgumentError({
      argument: 'validation',
      given: validation,
      expected: `a whole number from 0 to ${items.length - 1}, so that test items remain of ${items.length}`,
    });
  }
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new InvalidArgumentError({ argument: 'limit', given: limit, expected: 'a whole number ≥ 1' });
  }
  const random = createRandom(seed);
  const everyIndex = items.map((_, index) => index);
  const labelOf = (index: number): string | undefined => items[index]!.label;
  const chosen = drawByLabel(everyIndex, labelOf, validation, random);
  const rest = everyIndex.filter((index) => !chosen.has(index));
  const tested = drawByLabel(rest, labelOf, Math.min(limit ?? rest.length, rest.length), random);
  return {
    validation: items.filter((_, index) => chosen.has(index)),
    test: items.filter((_, index) => tested.has(index)),
  };
}

/** Draws `count` indexes with every class in proportion; seats left over go to the largest remainders. */
function drawByLabel(
  indexes: readonly number[],
  labelOf: (index: number) => string | undefined,
  count: number,
  random: Random,
): Set<number> {
  const classes = new Map<string | undefined, number[]>();
  for (const index of random.shuffle(indexes)) {
    const label = labelOf(index);
    const members = classes.get(label);
    if (members === undefined) classes.set(label, [index]);
    else members.push(index);
  }
  const shares = [...classes.values()].map((members) => {
    const exact = (members.length * count) / indexes.length;
    return { members, seats: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  const left = count - shares.reduce((sum, { seats }) => sum + seats, 0);
  const byRemainder = shares.toSorted((a, b) => b.remainder - a.remainder);
  return new Set(
    byRemainder.flatMap(({ members, seats }, rank) => members.slice(0, seats + (rank < left ? 1 : 0))),
  );
}
