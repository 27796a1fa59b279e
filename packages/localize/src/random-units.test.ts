import { createRandom } from '@austeer/core';
import { expect, it } from 'vitest';
import { randomUnits } from './random-units.ts';

const shape = { layers: 3, widths: { attention: 4, ffn: 5 } };
const sites = ['attention', 'ffn'] as const;
const ALL = 3 * 4 + 3 * 5;

it('draws every unit once when all are asked for, each at its place', () => {
  const units = randomUnits(shape, { top: ALL, random: createRandom(4) });
  const expected = sites.flatMap((site) =>
    Array.from({ length: 3 }, (_, layer) =>
      Array.from({ length: shape.widths[site] }, (_, index) => `${site} ${layer} ${index}`),
    ).flat(),
  );
  expect(units.map(({ site, layer, index }) => `${site} ${layer} ${index}`).sort()).toEqual(expected.sort());
  expect(units.every(({ score }) => score === 1)).toBe(true);
});

it('is fair: over many draws every unit comes as often, with both signs as often', () => {
  const [draws, top] = [3000, 9];
  const seen = new Map<string, number>();
  let plus = 0;
  const random = createRandom(2);
  for (let draw = 0; draw < draws; draw++) {
    const units = randomUnits(shape, { sites, top, random });
    expect(new Set(units.map(({ site, layer, index }) => `${site} ${layer} ${index}`)).size).toBe(top);
    for (const { site, layer, index, sign } of units) {
      seen.set(`${site} ${layer} ${index}`, (seen.get(`${site} ${layer} ${index}`) ?? 0) + 1);
      if (sign === 1) plus++;
    }
  }
  // Binomial: 1,000 expected of each unit, deviation 26; 13,500 of each sign, deviation 82. Five deviations.
  expect(seen.size).toBe(ALL);
  for (const count of seen.values()) expect(Math.abs(count - (draws * top) / ALL)).toBeLessThan(130);
  expect(Math.abs(plus - (draws * top) / 2)).toBeLessThan(410);
});

it('gives the same for a seed, for ever', () => {
  const units = randomUnits(shape, { sites, top: 4, random: createRandom(7) });
  expect(
    units.map(({ site, layer, index, sign }) => `${site} ${layer} ${index} ${sign}`),
  ).toMatchInlineSnapshot(`
    [
      "attention 0 0 1",
      "ffn 0 0 1",
      "attention 0 3 1",
      "ffn 1 3 -1",
    ]
  `);
});

it('refuses more units than there are, none, and sites that the model lacks', () => {
  const random = createRandom(0);
  const expected = `a whole number from 1 to ${ALL}`;
  for (const top of [0, ALL + 1, 1.5]) {
    expect(() => randomUnits(shape, { sites, top, random })).toThrow(expected);
  }
  expect(() => randomUnits(shape, { sites: ['residual'], top: 1, random })).toThrow(
    'sites is "residual"; expected sites of the model (attention, ffn)',
  );
});
