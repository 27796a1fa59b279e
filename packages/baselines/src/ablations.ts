/**
 * AUSteer with one part exchanged: the ablations of its Table 3 and Appendices J and K, and controls that a claim about
 * units has to beat.
 *
 * @module
 */
import { createRandom } from '@austeer/core';
import type { RankedUnit } from '@austeer/localize';
import type { MethodSetting, SteeringMethod } from '@austeer/steering';
import { AUSTEER_GRID } from './austeer.ts';
import { createUnitMethod, gainOf, type RankedSite, type UnitMethod, type UnitRules } from './unit-method.ts';

/**
 * Random localization (Table 3): k units drawn from all that have a score, each scaled by its own sign · score as
 * AUSteer would. Several seeds of `fit` give several draws; a larger budget adds to a smaller one's units.
 *
 * @example
 * ```ts
 * createRandomLocalization().name; // 'austeer/random-localization'
 * ```
 */
export function createRandomLocalization(options: UnitRules = {}): UnitMethod {
  return createUnitMethod(
    {
      name: 'austeer/random-localization',
      grid: AUSTEER_GRID,
      choose: (site, budget, random) => random.shuffle(site.ranking()).slice(0, budget),
    },
    options,
  );
}

/**
 * Localization by mean activation difference (Table 3), as SADI's score; scaled as AUSteer scales.
 *
 * @example
 * ```ts
 * createDifferenceLocalization().name; // 'austeer/activation-difference'
 * ```
 */
export function createDifferenceLocalization(options: Omit<UnitRules, 'ranking'> = {}): UnitMethod {
  return createUnitMethod(
    { name: 'austeer/activation-difference', grid: AUSTEER_GRID },
    { ...options, ranking: 'difference' },
  );
}

/**
 * Fixed vector (Table 3): AUSteer's units moved by α times their mean difference, whatever their activation is.
 *
 * @example
 * ```ts
 * createFixedVector().name; // 'austeer/fixed-vector'
 * ```
 */
export function createFixedVector(options: UnitRules = {}): UnitMethod {
  return createUnitMethod(
    {
      name: 'austeer/fixed-vector',
      grid: AUSTEER_GRID,
      edit: (unit, site) => ({ gain: 0, bias: site.meanOf(unit) }),
    },
    options,
  );
}

/**
 * Fixed strength (Table 3): AUSteer's units scaled by γ = α · sign, the same for all scores.
 *
 * @example
 * ```ts
 * createFixedStrength().name; // 'austeer/fixed-strength'
 * ```
 */
export function createFixedStrength(options: UnitRules = {}): UnitMethod {
  return createUnitMethod(
    {
      name: 'austeer/fixed-strength',
      grid: AUSTEER_GRID,
      edit: ({ sign }) => ({ gain: sign, bias: 0 }),
    },
    options,
  );
}

/**
 * All units of a site (Appendix J): every unit with a score, scaled as AUSteer scales. Has no budget.
 *
 * @example
 * ```ts
 * createAllUnits().budgetOf; // undefined
 * ```
 */
export function createAllUnits(options: UnitRules = {}): UnitMethod {
  const grid = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].map((strength) => ({ strength }));
  return createUnitMethod({ name: 'austeer/all-units', hasBudget: false, grid }, options);
}

/** Budgets of Table 12. */
const BROADER = [200, 500, 1000, 3000, 5000, 10_000];

/**
 * Broader budgets (Table 12): AUSteer with 200 to 10,000 units.
 *
 * @example
 * ```ts
 * createBroaderBudgets({ sites: ['ffn'] }).grid[0]; // { budget: 200, strength: 2, site: 'ffn' }
 * ```
 */
export function createBroaderBudgets(options: UnitRules = {}): UnitMethod {
  const strengths = [...new Set(AUSTEER_GRID.map(({ strength }) => strength))];
  const grid = BROADER.flatMap((budget) => strengths.map((strength) => ({ budget, strength })));
  return createUnitMethod({ name: 'austeer/broader-budgets', grid }, options);
}

/** Shares of the units that Appendix K suppresses, and factors .05 to .99 as strength 1 − factor. */
const SUPPRESSED = [0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.995, 0.9995];
const FACTORS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * Suppression (Appendix K): the least important units are multiplied by a factor below 1. `strength` is 1 − factor, so
 * that 0 does nothing; `budget` is how many, or a share below 1 of the site's units. Least important are those that an
 * AUSteer with all other units would leave out: without a score first, then from the end of the ranking.
 *
 * @example
 * ```ts
 * createSuppression({ sites: ['ffn'] }).grid[0]; // { budget: 0.1, strength: 0.95, site: 'ffn' }
 * ```
 */
export function createSuppression(options: UnitRules = {}): UnitMethod {
  const grid = SUPPRESSED.flatMap((budget) =>
    FACTORS.map((factor): MethodSetting => ({ budget, strength: Number((1 - factor).toFixed(2)) })),
  );
  return createUnitMethod(
    {
      name: 'austeer/suppression',
      grid,
      choose: (site, budget) => leastImportant(site, budget),
      edit: () => ({ gain: -1, bias: 0 }),
    },
    options,
  );
}

/**
 * Random direction: AUSteer's units and sizes, each with the sign of a coin. What it does is not owed to the direction.
 *
 * @example
 * ```ts
 * createRandomDirection().name; // 'austeer/random-direction'
 * ```
 */
export function createRandomDirection(options: UnitRules = {}): UnitMethod {
  return createUnitMethod(
    {
      name: 'austeer/random-direction',
      grid: AUSTEER_GRID,
      edit: (unit, _site, random) => {
        const { gain } = gainOf(unit);
        return { gain: random.integer(2) === 0 ? gain : -gain, bias: 0 };
      },
    },
    options,
  );
}

/**
 * Any method fitted on pairs of which a coin has exchanged right and wrong: what it still does, it does without
 * knowing the answer. The coin is the seed's and the pair's id's, so the order of the pairs does not matter.
 *
 * @example
 * ```ts
 * import { createAusteerMethod } from '@austeer/baselines';
 * withShuffledLabels(createAusteerMethod()).name; // 'austeer/shuffled-labels'
 * ```
 */
export function withShuffledLabels(method: SteeringMethod): SteeringMethod {
  const name = `${method.name}/shuffled-labels`;
  return {
    ...method,
    name,
    async fit(options) {
      const random = createRandom(options.seed ?? 0);
      const byId = [...options.pairs].sort((a, b) => (a.id < b.id ? -1 : 1));
      const exchanged = new Set(byId.filter(() => random.integer(2) === 0));
      const pairs = options.pairs.map((pair) =>
        exchanged.has(pair) ? { ...pair, positive: pair.negative, negative: pair.positive } : pair,
      );
      const fitted = await method.fit({ ...options, pairs });
      return {
        ...fitted,
        name,
        facts: { ...fitted.facts, method: name, exchanged: exchanged.size },
        plan: (setting) => {
          const plan = fitted.plan(setting);
          return { ...plan, provenance: { ...plan.provenance, method: name } };
        },
      };
    },
  };
}

/** Units from the least important on; those without a score come first. */
function leastImportant({ site, layers, width, ranking }: RankedSite, budget: number): RankedUnit[] {
  const ranked = ranking();
  const scored = new Set(ranked.map(({ layer, index }) => layer * width + index));
  const others = Array.from({ length: layers * width }, (_, unit) => unit).filter(
    (unit) => !scored.has(unit),
  );
  const silent = others.map(
    (unit): RankedUnit => ({
      site,
      layer: Math.floor(unit / width),
      index: unit % width,
      score: 0,
      sign: 1,
      promoted: 0,
      suppressed: 0,
    }),
  );
  return [...ranked, ...silent].reverse().slice(0, budget);
}
