/**
 * Units chosen at random: the control of AUSteer's Table 3.
 *
 * @module
 */
import { InvalidArgumentError, type ModelShape, type Random, SITES, type Site } from '@austeer/core';
import type { ScoredUnit } from './ranking.ts';

/**
 * Different units, every one of the sites' equally likely, each with a random sign and the score 1.
 *
 * @param options.sites sites drawn from. @default all that the shape has
 * @param options.top units drawn, ≥ 1
 * @param options.random seeded source of draws
 * @throws InvalidArgumentError when a site is unknown to the shape, or has fewer units than asked for.
 *
 * @example
 * ```ts
 * const units = randomUnits({ layers: 2, widths: { ffn: 4 } }, { top: 8, random: createRandom(1) });
 * new Set(units.map(({ layer, index }) => layer * 4 + index)).size; // 8
 * ```
 */
export function randomUnits(
  shape: ModelShape,
  options: { top: number; random: Random; sites?: readonly Site[] | undefined },
): ScoredUnit[] {
  const { top, random } = options;
  const offered = SITES.filter((site) => shape.widths[site] !== undefined);
  const sites = options.sites ?? offered;
  const unknown = sites.find((site) => !offered.includes(site));
  if (unknown !== undefined) {
    throw new InvalidArgumentError({
      argument: 'sites',
      given: unknown,
      expected: `sites of the model (${offered.join(', ')})`,
    });
  }
  const sizes = sites.map((site) => shape.layers * shape.widths[site]!);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (!Number.isInteger(top) || top < 1 || top > all) {
    throw new InvalidArgumentError({
      argument: 'top',
      given: top,
      expected: `a whole number from 1 to ${all}`,
    });
  }
  // Floyd's way (1987): as many draws as units, whatever there is to draw from.
  const drawn = new Set<number>();
  for (let last = all - top; last < all; last++) {
    const number = random.integer(last + 1);
    drawn.add(drawn.has(number) ? last : number);
  }
  return [...drawn].map((number) => {
    let [at, rest] = [0, number];
    while (rest >= sizes[at]!) rest -= sizes[at++]!;
    const site = sites[at]!;
    const width = shape.widths[site]!;
    const sign = random.integer(2) === 0 ? -1 : 1;
    return { site, layer: Math.floor(rest / width), index: rest % width, score: 1, sign };
  });
}
