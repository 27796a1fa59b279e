import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPool } from './split-pool.ts';

describe('splitPool', () => {
  it('meets the number where groups allow it, keeps groups together and the order of the pool', () => {
    const group = fc.integer({ min: 0, max: 30 }).map(String);
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 1, maxLength: 80 }),
        fc.nat(40),
        fc.nat(9),
        (groups, items, seed) => {
          const rows = groups.map((name, id) => ({ id, group: name }));
          const split = splitPool(rows, { items, seed });
          expect([...split.pairs, ...split.items].toSorted((a, b) => a.id - b.id)).toEqual(rows);
          expect(split.items.length).toBeLessThanOrEqual(items);
          const tested = new Set(split.items.map((row) => row.group));
          expect(split.pairs.every((row) => !tested.has(row.group))).toBe(true);
          for (const side of [split.pairs, split.items]) {
            expect(side.map(({ id }) => id)).toEqual(side.map(({ id }) => id).toSorted((a, b) => a - b));
          }
          const sizes = groups.filter((name) => !tested.has(name));
          const smallest = Math.min(...sizes.map((name) => groups.filter((other) => other === name).length));
          if (split.items.length < items) expect(smallest).toBeGreaterThan(items - split.items.length);
          expect(splitPool(rows, { items, seed })).toEqual(split);
        },
      ),
    );
  });
});
