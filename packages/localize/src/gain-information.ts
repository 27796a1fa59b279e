/**
 * How much a gain of each unit moves what the model says next, on text that nothing shall change for: the Fisher information
 * of the gain. A small gain g moves the next token's distribution by F·g²/2 nats of divergence.
 *
 * It is measured without labels: of two tokens y and y′ that the model itself would say next, drawn apart, the mean square of
 * ∂(log p(y) − log p(y′))/∂g is 2 F. Source of the information: Fisher (1925); of steps scaled by it: Amari, Neural Computation 10 (1998).
 *
 * @module
 */
import { InvalidArgumentError, type Site, type Unit } from '@austeer/core';
import type { DifferenceMoments } from './difference-moments.ts';
import { causalScores, type GradientClass } from './gradient-moments.ts';
import type { UnitScores } from './ranking.ts';

/**
 * Times the mean information of a site that is added to each unit's: an estimate near 0 makes no unit free, and no gain so
 * large that the first order says nothing of it.
 */
const DAMPING = 1;

/**
 * Fisher information of every unit's gain.
 *
 * @param information moments of ∂(log p(y) − log p(y′))/∂gain over draws of y and y′; draws of the same token twice count, with 0
 *
 * @example
 * ```ts
 * const ffn = { width: 1, mean: Float64Array.of(1), squares: Float64Array.of(4) };
 * gainInformation({ pairs: 4, layers: 1, sites: { ffn } }).sites.ffn?.values[0]; // 1
 * ```
 */
export function gainInformation(information: DifferenceMoments): UnitScores {
  const { pairs, layers, sites } = information;
  const measured = Object.entries(sites).map(([site, { width, mean, squares }]) => {
    const values = mean.map((value, unit) => (value ** 2 + squares[unit]! / pairs) / 2);
    return [site, { width, values }];
  });
  return { layers, sites: Object.fromEntries(measured) };
}

/**
 * The natural gradient: of all gains g that together move neutral text by the same Σ F·g²/2, those with the largest Σ s·g, which
 * is what they do to right answers to first order, are g = s / F. A unit is then worth s·g.
 *
 * @param classes gradients of right answers, see `causalScores`
 * @param information see {@link gainInformation}
 * @returns s / (F + the mean F of the site), up to one factor for all units the best gains; NaN where a unit was not measured
 * @throws InvalidArgumentError when the two were not measured at the same units.
 *
 * @example
 * ```ts
 * const of = (...mean: number[]) => ({ ffn: { width: 2, mean: Float64Array.from(mean), squares: new Float64Array(2) } });
 * const classes = [{ moments: { pairs: 1, layers: 1, sites: of(1, 1) } }];
 * naturalGains(classes, { pairs: 1, layers: 1, sites: of(0, 2) }).sites.ffn?.values; // Float64Array [1, 0.3333333333333333]
 * ```
 */
export function naturalGains(classes: readonly GradientClass[], information: DifferenceMoments): UnitScores {
  const { layers, sites } = causalScores(classes);
  const costs = gainInformation(information).sites;
  const gains = (Object.keys(sites) as Site[]).map((site) => {
    const { width, values } = sites[site]!;
    const cost = costs[site];
    if (cost === undefined || cost.width !== width || cost.values.length !== values.length) {
      throw new InvalidArgumentError({
        argument: `information of ${site}`,
        given: cost === undefined ? 'none' : `${cost.values.length} units`,
        expected: `${values.length} units, those of the gradients`,
      });
    }
    const damping = (DAMPING * cost.values.reduce((sum, value) => sum + value, 0)) / cost.values.length;
    return [
      site,
      { width, values: values.map((effect, unit) => effect / (cost.values[unit]! + damping || 1)) },
    ];
  });
  return { layers, sites: Object.fromEntries(gains) };
}

/**
 * Divergence of the next token on neutral text, in nats, that gains should cost together: Σ F·g²/2. The second order, units
 * taken apart: on SmolLM2 mostly between two thirds and twice what is measured, once a fifth (`docs/causal.md`).
 *
 * @param gains units and their gains, at most one each
 * @param information see {@link gainInformation}
 * @throws InvalidArgumentError for a unit that was not measured.
 *
 * @example
 * ```ts
 * const information = { pairs: 1, layers: 1, sites: { ffn: { width: 1, mean: Float64Array.of(2), squares: Float64Array.of(0) } } };
 * predictDivergence([{ site: 'ffn', layer: 0, index: 0, gain: 0.1 }], information); // 0.010000000000000002
 * ```
 */
export function predictDivergence(
  gains: readonly (Unit & { readonly gain: number })[],
  information: DifferenceMoments,
): number {
  const { sites } = gainInformation(information);
  let divergence = 0;
  for (const { site, layer, index, gain } of gains) {
    const measured = sites[site];
    const value =
      index < (measured?.width ?? 0) ? measured?.values[layer * measured.width + index] : undefined;
    if (value === undefined || Number.isNaN(value)) {
      throw new InvalidArgumentError({
        argument: 'gains',
        given: `unit ${index} of ${site} in layer ${layer}`,
        expected: `units whose information was measured (${Object.keys(sites).join(', ')})`,
      });
    }
    divergence += (value * gain ** 2) / 2;
  }
  return divergence;
}
