import fc from 'fast-check';
import { expect, it } from 'vitest';
import { marginItem } from './margin-item.ts';

it('puts the texts together again', () => {
  const tokens = (minLength: number) => fc.array(fc.nat(3), { minLength, maxLength: 6 });
  fc.assert(
    fc.property(tokens(1), tokens(0), tokens(0), (prompt, right, wrong) => {
      const pair = {
        id: 'a',
        positive: [...prompt, 8, ...right],
        negative: [...prompt, 9, ...wrong],
        label: 'yes',
      };
      const item = marginItem(pair);
      expect(item.prompt).toEqual(prompt);
      expect([...item.prompt, ...item.right[0]!]).toEqual(pair.positive);
      expect([...item.prompt, ...item.wrong[0]!]).toEqual(pair.negative);
      expect(item.label).toBe('yes');
    }),
  );
});

it('refuses texts that are not one question with two answers', () => {
  const ask = (positive: number[], negative: number[]) => () => marginItem({ id: 'a', positive, negative });
  expect(ask([1, 2], [3, 2])).toThrow(/do not begin alike/);
  expect(ask([1, 2], [1, 2, 3])).toThrow(/a right text that the other begins with/);
  expect(ask([1, 2, 3], [1, 2])).toThrow(/a wrong text that the other begins with/);
});
