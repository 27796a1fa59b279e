import { InvalidArgumentError } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitItems } from './split-items.ts';

const labelled = (labels: readonly (string | undefined)[]) => labels.map((label, id) => ({ id, label }));

describe('splitItems', () => {
  it('is disjoint, of the sizes asked for, in order, and stratified', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', undefined), { minLength: 2, maxLength: 60 }),
        fc.nat(),
        fc.nat(),
        fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
        (labels, draw, seed, limit) => {
          const items = labelled(labels);
          const count = draw % items.length;
          const { validation, test } = splitItems(items, { validation: count, seed, limit });
          const rest = items.length - count;
          expect(validation.length).toBe(count);
          expect(test.length).toBe(Math.min(limit ?? rest, rest));
          const ids = [...validation, ...test].map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          for (const part of [validation, test]) {
            expect(part.map(({ id }) => id)).toEqual(part.map(({ id }) => id).toSorted((a, b) => a - b));
          }
          for (const label of new Set(labels)) {
            const whole = labels.filter((other) => other === label).length;
            const drawn = validation.filter((item) => item.label === label).length;
            expect(Math.abs(drawn - (whole * count) / items.length)).toBeLessThan(1);
          }
        },
      ),
    );
  });

  it('draws the same validation items whatever the limit, and others for another seed', () => {
    const items = labelled(Array.from({ length: 50 }, (_, index) => (index % 3 === 0 ? 'no' : 'yes')));
    const whole = splitItems(items, { validation: 20, seed: 1 });
    expect(splitItems(items, { validation: 20, seed: 1, limit: 5 }).validation).toEqual(whole.validation);
    expect(splitItems(items, { validation: 20, seed: 2 }).validation).not.toEqual(whole.validation);
    expect(whole.validation.filter(({ label }) => label === 'no').length).toBe(7);
  });

  it.each([
    { validation: -1 },
    { validation: 3 },
    { validation: 1.5 },
    { validation: 1, limit: 0 },
    { validation: 1, seed: -1 },
  ])('refuses %j for three items', (options) => {
    expect(() => splitItems(labelled(['a', 'b', 'a']), options)).toThrow(InvalidArgumentError);
  });
});
