import { floatTensor, type PairActivations } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { checkFinite, checkMergeable, createPairCheck, noPairs } from './pair-check.ts';

const tensor = (...shape: number[]) =>
  floatTensor(new Float32Array(shape.reduce((size, length) => size * length, 1)), shape);
const pair = (
  positive: PairActivations['positive'],
  negative: PairActivations['negative'] = positive,
): PairActivations => ({ id: 'one', positive, negative });

describe('createPairCheck', () => {
  it('looks at the sites asked for, in one order, and lets others be', () => {
    const check = createPairCheck(['residual', 'attention']);
    expect(check.sites).toEqual(['attention', 'residual']);
    const tables = { attention: tensor(2, 6), residual: tensor(2, 3) };
    check(pair(tables));
    check(pair({ ...tables, ffn: tensor(7) }));
    expect(() => createPairCheck([])).toThrow(
      'Sites: none given; expected at least one. Name at least one, for example ffn.',
    );
  });

  it.each<[string, PairActivations, string]>([
    [
      'a missing side',
      pair({ ffn: tensor(2, 3) }, {}),
      'negative ffn of pair "one" is "missing"; expected [2, 3].',
    ],
    ['nothing', pair({}), 'positive ffn of pair "one" is "missing"; expected [layers, width].'],
    [
      'one dimension',
      pair({ ffn: tensor(6) }),
      'positive ffn of pair "one" is "[6] with 6 numbers"; expected [layers, width].',
    ],
    [
      'three dimensions',
      pair({ ffn: tensor(1, 2, 3) }),
      'positive ffn of pair "one" is "[1, 2, 3] with 6 numbers"; expected [layers, width].',
    ],
    [
      'sides that differ',
      pair({ ffn: tensor(2, 3) }, { ffn: tensor(2, 4) }),
      'negative ffn of pair "one" is "[2, 4] with 8 numbers"; expected [2, 3].',
    ],
    [
      'fewer numbers than the shape has',
      pair({ ffn: { shape: [2, 3], data: new Float32Array(5) } }),
      'positive ffn of pair "one" is "[2, 3] with 5 numbers"; expected [2, 3].',
    ],
  ])('refuses %s', (_, given, message) => {
    expect(() => createPairCheck(['ffn'])(given)).toThrow(message);
  });

  it('holds every pair to the shapes of the first that passed', () => {
    const check = createPairCheck(['ffn']);
    expect(() => check(pair({ ffn: tensor(6) }))).toThrow('expected [layers, width]');
    check(pair({ ffn: tensor(2, 3) }));
    expect(() => check(pair({ ffn: tensor(3, 2) }))).toThrow('is "[3, 2] with 6 numbers"; expected [2, 3]');
    check(pair({ ffn: tensor(2, 3) }));
  });

  it('wants as many layers at every site', () => {
    const uneven = pair({ attention: tensor(2, 3), ffn: tensor(3, 3) });
    expect(() => createPairCheck(['attention', 'ffn'])(uneven)).toThrow('positive ffn of pair "one"');
  });
});

describe('checkFinite', () => {
  it('says side, site, layer, index and what to do', () => {
    const data = Float32Array.of(0, 0, 0, 0, 0, Number.NaN);
    const good = { ffn: tensor(2, 3) };
    const bad = { ffn: { shape: [2, 3], data } };
    checkFinite(pair(good), ['ffn']);
    checkFinite(pair({ ...good, attention: bad.ffn }), ['ffn']);
    expect(() => checkFinite(pair(good, bad), ['ffn'])).toThrow(
      'negative ffn of pair "one", layer 1, index 2, is NaN; expected a finite number. ' +
        'Find the text that produces it; half-precision models overflow on long inputs.',
    );
    data[0] = Number.POSITIVE_INFINITY;
    expect(() => checkFinite(pair(bad, good), ['ffn'])).toThrow(
      'positive ffn of pair "one", layer 0, index 0',
    );
  });
});

describe('checkMergeable', () => {
  const table = (layers: number, sites: Record<string, { width: number }>) => ({ layers, sites });
  it('takes tables of the same sites, whatever their order', () => {
    const sites = { attention: { width: 2 }, ffn: { width: 3 } };
    checkMergeable('tables', []);
    checkMergeable('tables', [table(1, sites), table(1, { ffn: { width: 3 }, attention: { width: 2 } })]);
  });

  it.each([
    ['layers', table(2, { ffn: { width: 3 } }), 'ffn 2 × 3'],
    ['a width', table(1, { ffn: { width: 4 } }), 'ffn 1 × 4'],
    ['sites', table(1, { attention: { width: 3 }, ffn: { width: 3 } }), 'attention 1 × 3, ffn 1 × 3'],
  ])('refuses others of %s', (_, other, given) => {
    const first = table(1, { ffn: { width: 3 } });
    expect(() => checkMergeable('tables', [first, first, other])).toThrow(
      `tables is "${given}"; expected ffn 1 × 3, as the first has. ` +
        'Merge what was measured of one model at the same sites only.',
    );
  });
});

it('noPairs says what to give', () => {
  expect(noPairs().message).toBe(
    'Pairs: none given; expected at least one. Give at least one pair of activations.',
  );
});
