import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSamples } from './split-samples.ts';

const row = fc.record({
  group: fc.integer({ min: 0, max: 25 }).map(String),
  label: fc.constantFrom('yes', 'no'),
});
const rowsOf = fc.array(row, { minLength: 1, maxLength: 80 });
const countLabels = (rows: readonly { label: string }[]): number[] =>
  ['yes', 'no'].map((label) => rows.filter((each) => each.label === label).length);

describe('splitSamples', () => {
  it('gives each row once at most, keeps groups together, and balances pairs', () => {
    fc.assert(
      fc.property(rowsOf, fc.nat(), (rows, seed) => {
        const { pairs, items, unused } = splitSamples(rows, seed);
        expect(new Set([...pairs, ...items]).size).toBe(pairs.length + items.length);
        expect(pairs.length + items.length + unused).toBe(rows.length);
        const pairGroups = new Set(pairs.map(({ group }) => group));
        expect(items.some(({ group }) => pairGroups.has(group))).toBe(false);
        if (new Set(rows.map(({ label }) => label)).size === 2) {
          const [yes, no] = countLabels(pairs);
          expect(yes).toBe(no);
        }
      }),
    );
  });

  it('is decided by the seed and leaves its input alone', () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({ group: `${index}`, label: 'yes' }));
    const before = structuredClone(rows);
    expect(splitSamples(rows, 3)).toEqual(splitSamples(rows, 3));
    expect(splitSamples(rows, 3)).not.toEqual(splitSamples(rows, 4));
    expect(rows).toEqual(before);
  });

  it('divides balanced rows into halves whose every prefix of pairs is balanced', () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({
      group: `${index}`,
      label: index % 2 === 0 ? 'yes' : 'no',
    }));
    const { pairs, items } = splitSamples(rows, 0);
    expect(pairs.length).toBeGreaterThanOrEqual(48);
    expect(items.length).toBeGreaterThanOrEqual(48);
    for (let end = 1; end <= pairs.length; end++) {
      const [yes, no] = countLabels(pairs.slice(0, end));
      expect(Math.abs(yes! - no!)).toBeLessThanOrEqual(1);
    }
  });

  it('balances pairs of unbalanced rows', () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({
      group: `${index}`,
      label: index % 5 === 0 ? 'no' : 'yes',
    }));
    const { pairs, items } = splitSamples(rows, 0);
    expect(pairs.length).toBeGreaterThan(0);
    expect(items.length).toBeGreaterThan(0);
    const [yes, no] = countLabels(pairs);
    expect(yes).toBe(no);
  });
});
