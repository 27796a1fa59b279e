/**
 * What is compared: rankings that choose k units of one site, and the baselines. Each is a plan with one strength to set.
 *
 * @module
 */
import { createMethod, measurePairGradients } from '../../../packages/baselines/dist/index.js';
import { createRandom } from '../../../packages/core/dist/index.js';
import { causalScores, measurePairs, randomUnits, rankPairs } from '../../../packages/localize/dist/index.js';
import { compilePlan, createPlan } from '../../../packages/steering/dist/index.js';

/** @typedef {import('../../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('../../../packages/core/dist/index.js').TokenPair} TokenPair */
/** @typedef {import('../../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/** @typedef {import('../../../packages/localize/dist/index.js').ScoredUnit} ScoredUnit */
/** @typedef {'attention' | 'ffn'} Site */
/** @typedef {{ plan: (strength: number) => SteeringValues, guess: number, numbers: number }} Condition `numbers`: how many activations it changes */

/** Rankings of units, all steered with gain ± strength, except `causal-thrifty`, whose units have strengths of their own. */
export const RANKINGS = ['causal', 'causal-thrifty', 'official', 'balanced', 'effect-size', 'random'];
/** Baselines with their budget where they have one: 100 units, or the two heads of 64 numbers that come nearest. */
export const BASELINES = { 'sadi/hidden': 100, sadi: 2, iti: 2, caa: undefined };

/** Times the mean information is added to every unit's, so that an estimate near 0 makes no unit free. */
const DAMPING = 1;

/**
 * Every ranking of one sample of pairs. Plain facts, to be kept in a file.
 *
 * @param {{ model: LoadedModel, pairs: TokenPair[], answerForms: Record<string, number[][]> | undefined, site: Site, k: number, seed: number, information: Float64Array }} given
 * @returns {Promise<Record<string, ScoredUnit[]>>}
 */
export async function rankUnitsOf({ model, pairs, answerForms, site, k, seed, information }) {
  const one = { sites: [site], top: k };
  const statistics = await measurePairs(model.capturePairs(pairs, { sites: [site] }), { sites: [site] });
  const { classes } = await measurePairGradients({ model, pairs, sites: [site], answerForms });
  const measured = { ...statistics, gradients: classes };
  /** @param {import('../../../packages/localize/dist/index.js').Ranking} ranking */
  const rank = (ranking) => alike(rankPairs(measured, { ...one, ranking }));
  const effects = causalScores(classes).sites[site]?.values ?? new Float64Array();
  return {
    causal: rank('causal'),
    'causal-thrifty': thriftyUnits(effects, information, {
      site,
      k,
      width: model.identity.widths[site] ?? 0,
    }),
    official: rank('momentum'),
    ...(answerForms && { balanced: rank('balanced') }),
    'effect-size': rank('effect-size'),
    random: alike(randomUnits(model.identity, { ...one, random: createRandom(1000 + seed) })),
  };
}

/** @param {ScoredUnit[]} units */
const alike = (units) =>
  units.map(({ site, layer, index, sign }) => ({ site, layer, index, sign, score: 1 }));

/**
 * The units that buy most margin for each nat of divergence, each at the gain that does so: of all gains g with the cost
 * Σ F·g²/2, the largest Σ s·g has g = s / F, and a unit is worth s²/F.
 *
 * @param {ArrayLike<number>} effects s, of all layers one after another
 * @param {Float64Array} information F
 * @param {{ site: Site, k: number, width: number }} given
 * @returns {ScoredUnit[]}
 */
function thriftyUnits(effects, information, { site, k, width }) {
  const damping = (DAMPING * information.reduce((sum, value) => sum + value, 0)) / information.length;
  const units = [...information].map((own, unit) => {
    const effect = effects[unit] ?? 0;
    return { unit, gain: effect / (own + damping), worth: effect ** 2 / (own + damping) };
  });
  const best = units.sort((a, b) => b.worth - a.worth || a.unit - b.unit).slice(0, k);
  const largest = Math.max(...best.map(({ gain }) => Math.abs(gain)));
  return best.map(({ unit, gain }) => ({
    site,
    layer: Math.floor(unit / width),
    index: unit % width,
    sign: gain < 0 ? -1 : 1,
    score: Math.abs(gain) / largest,
  }));
}

/** @param {LoadedModel} model @param {ScoredUnit[]} units @returns {Condition} */
export function conditionOfUnits(model, units) {
  const plan = (/** @type {number} */ alpha) =>
    compilePlan(
      createPlan({ ranking: units, k: units.length, alpha, model: model.identity }),
      model.identity,
    );
  return { plan, guess: 0.2, numbers: units.length };
}

/**
 * @param {LoadedModel} model @param {TokenPair[]} pairs @param {keyof typeof BASELINES} name @param {number} seed
 * @returns {Promise<Condition>}
 */
export async function conditionOfBaseline(model, pairs, name, seed) {
  const budget = BASELINES[name];
  const fitted = await createMethod(name).fit({ model, pairs, seed });
  const planAt = (/** @type {number} */ strength) =>
    fitted.plan({ strength, ...(budget !== undefined && { budget }) });
  return {
    plan: (strength) => compilePlan(planAt(strength), model.identity),
    guess: 0.5,
    numbers: planAt(1).edits.length,
  };
}
