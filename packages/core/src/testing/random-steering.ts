/**
 * Steering of every unit at once, for tests: whatever is wrong with an edit, it shows.
 *
 * @module
 */
import { sha256 } from '../hashing.ts';
import { createRandom } from '../random.ts';
import { type ModelShape, type Site, siteWidth } from '../sites.ts';
import type { SiteSteering, SteeringValues } from '../steering-values.ts';

/**
 * Random gain and bias for every unit of some sites.
 *
 * @param options.spread standard deviation of the gains; biases have a tenth of it. @default 0.3
 *
 * @example
 * ```ts
 * randomSteering({ shape: { layers: 2, widths: { ffn: 4 } }, sites: ['ffn'], seed: 1 }).layers; // 2
 * ```
 */
export function randomSteering(options: {
  shape: ModelShape;
  sites: readonly Site[];
  seed: number;
  spread?: number;
}): SteeringValues {
  const { shape, sites, seed, spread = 0.3 } = options;
  const random = createRandom(seed);
  const values: Partial<Record<Site, SiteSteering>> = {};
  for (const site of sites) {
    const length = shape.layers * siteWidth(shape, site);
    values[site] = {
      gain: Float32Array.from({ length }, () => spread * random.normal()),
      bias: Float32Array.from({ length }, () => 0.1 * spread * random.normal()),
    };
  }
  return {
    layers: shape.layers,
    sites: values,
    fingerprint: sha256(`random ${seed} ${spread} ${sites.join()}`),
  };
}
