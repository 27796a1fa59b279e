import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainNumber, prefixToInfix, tidyEquation } from './equations.ts';

describe('prefixToInfix', () => {
  it.each([
    ['- 8 2', '8 - 2'],
    ['- + 3 9 10', '3 + 9 - 10'],
    ['- 9 - 4 1', '9 - (4 - 1)'],
    ['* 8 + 2 2', '8 * (2 + 2)'],
    ['/ + 9 7 8', '(9 + 7) / 8'],
    ['/ 8 * 4 2', '8 / (4 * 2)'],
    ['+ 1 + 2 3', '1 + 2 + 3'],
    ['5', '5'],
  ])('writes %s as %s', (prefix, infix) => {
    expect(prefixToInfix(prefix)).toBe(infix);
  });

  it.each(['', '+', '+ 1', '+ 1 2 3', '1 2', '^ 1 2', '+ x 1'])('finds no equation in "%s"', (text) => {
    expect(prefixToInfix(text)).toBeUndefined();
  });

  it('keeps the value of every equation', () => {
    type Tree = number | { operator: string; left: Tree; right: Tree };
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.integer({ min: 1, max: 9 }),
        fc.record({ operator: fc.constantFrom('+', '-', '*', '/'), left: tie('tree'), right: tie('tree') }),
      ),
    }));
    const prefix = (node: Tree): string =>
      typeof node === 'number' ? String(node) : `${node.operator} ${prefix(node.left)} ${prefix(node.right)}`;
    const value = (node: Tree): number => {
      if (typeof node === 'number') return node;
      const [left, right] = [value(node.left), value(node.right)];
      if (node.operator === '+') return left + right;
      if (node.operator === '-') return left - right;
      return node.operator === '*' ? left * right : left / right;
    };
    fc.assert(
      fc.property(tree, (node) => {
        const infix = prefixToInfix(prefix(node))!;
        expect(infix).toMatch(/^[\d+\-*/() ]+$/);
        const computed = Number(new Function(`return ${infix}`)());
        // Sums in another order round otherwise.
        expect(computed).toSatisfy(
          (number: number) =>
            Object.is(number, value(node)) ||
            Math.abs(number - value(node)) <= 1e-9 * Math.abs(number) ||
            Math.abs(number) + Math.abs(value(node)) < 1e-12,
        );
      }),
    );
  });
});

describe('other ways of writing', () => {
  it('leaves brackets that are needed', () => {
    expect(tidyEquation('((22.0-14.0)/4.0)')).toBe('(22 - 14) / 4');
    expect(tidyEquation('(1+2)*(3+4)')).toBe('(1 + 2) * (3 + 4)');
    expect(tidyEquation('45 + 23')).toBe('45 + 23');
    expect(tidyEquation('1.05*2.10')).toBe('1.05 * 2.10');
  });
  it('drops empty fractions only', () => {
    expect(['504.0', '0.5', '10', '-3.00', '2.50'].map(plainNumber)).toEqual([
      '504',
      '0.5',
      '10',
      '-3',
      '2.50',
    ]);
  });
});
