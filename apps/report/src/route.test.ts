import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatRoute, parseRoute } from './route.ts';

it('places and what is shown there come back from their address', () => {
  fc.assert(
    fc.property(
      fc.string().filter((id) => !/[\ud800-\udfff]/.test(id)),
      fc.dictionary(fc.constantFrom('show', 'search', 'sample'), fc.string({ minLength: 1 }), {
        noNullPrototype: true,
      }),
      (id, settings) => {
        expect(parseRoute(formatRoute({ id, settings }))).toEqual({ id, settings });
      },
    ),
  );
});

it('addresses are short and readable', () => {
  expect(formatRoute({ id: 'boolq.samples', settings: { show: 'gained', search: '' } })).toBe(
    '#boolq.samples?show=gained',
  );
  expect(formatRoute({ id: 'figure.fig2', settings: {} })).toBe('#figure.fig2');
});

it('an address that somebody broke leads somewhere', () => {
  expect(parseRoute('#%E0%A4%A')).toEqual({ id: '%E0%A4%A', settings: {} });
  expect(parseRoute('')).toEqual({ id: '', settings: {} });
});
