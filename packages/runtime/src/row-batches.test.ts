import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupRows } from './row-batches.ts';

it('puts every row into one group, of like length, within the limits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (lengths, size) => {
        const groups = groupRows(lengths, size);
        expect(groups.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
        for (const group of groups) {
          expect(group.length).toBeLessThanOrEqual(size);
          const longest = Math.max(...group.map((row) => lengths[row]!));
          expect(group.length === 1 || group.length * longest <= 2048).toBe(true);
        }
        // Sorted as a whole: no group holds a row that is longer than one of the group before.
        const sorted = groups.flat().map((row) => lengths[row]!);
        expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
      },
    ),
  );
});
