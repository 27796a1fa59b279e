/**
 * What is compared: rankings that choose k units of one site, and the baselines. Each is a plan with one strength to set.
 *
 * @module
 */
import {
  createMethod,
  measureGainInformation,
  measurePairGradients,
} from '../../../packages/baselines/dist/index.js';
import { createRandom } from '../../../packages/core/dist/index.js';
import {
  measurePairs,
  predictDivergence,
  randomUnits,
  rankPairs,
} from '../../../packages/localize/dist/index.js';
import { compilePlan, createPlan } from '../../../packages/steering/dist/index.js';

/** @typedef {import('../../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('../../../packages/core/dist/index.js').TokenPair} TokenPair */
/** @typedef {import('../../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/** @typedef {import('../../../packages/localize/dist/index.js').ScoredUnit} ScoredUnit */
/** @typedef {'attention' | 'ffn'} Site */
/** @typedef {{ plan: (strength: number) => SteeringValues, guess: number, numbers: number }} Condition `numbers`: how many activations it changes */

/**
 * Rankings of units. The gains of `natural-gradient` differ from unit to unit, and `natural-greedy` takes them in blocks, each
 * with the gradient under those before it; of all others every gain is ± the strength. `official-ties` is the paper's ranking with
 * ties by effect size.
 */
export const RANKINGS = [
  'natural-gradient',
  'natural-greedy',
  'causal',
  'official',
  'official-ties',
  'balanced',
  'effect-size',
  'random',
];
/** Baselines with their budget where they have one: 100 units, or the two heads of 64 numbers that come nearest. */
export const BASELINES = { 'sadi/hidden': 100, sadi: 2, iti: 2, caa: undefined };

/** Blocks of `natural-greedy`, and the divergence in nats that all of them together should cost while they are chosen. */
const BLOCKS = 5;
const GREEDY_DOSE = 0.03;

/**
 * @typedef {{ model: LoadedModel, pairs: TokenPair[], answerForms: Record<string, number[][]> | undefined, site: Site, k: number, seed: number }} Sample
 */

/**
 * Every ranking of one sample of pairs, and what each should cost at strength 1. Plain facts, to be kept in a file.
 *
 * @param {Sample} sample
 * @param {readonly string[]} wanted
 * @returns {Promise<{ units: Record<string, ScoredUnit[]>, costs: Record<string, number> }>}
 */
export async function rankUnitsOf(sample, wanted) {
  const { model, pairs, answerForms, site, k, seed } = sample;
  const one = { sites: [site], top: k };
  const statistics = await measurePairs(model.capturePairs(pairs, { sites: [site] }), { sites: [site] });
  const { classes: gradients } = await measurePairGradients({ model, pairs, sites: [site], answerForms });
  const information = await measureGainInformation({ model, sites: [site] });
  const measured = { ...statistics, gradients, information };
  /** @param {import('../../../packages/localize/dist/index.js').Ranking} ranking */
  const rank = (ranking) => alike(rankPairs(measured, { ...one, ranking }));
  /** @type {Record<string, ScoredUnit[]>} */
  const units = {
    'natural-gradient': rankPairs(measured, { ...one, ranking: 'natural-gradient' }),
    ...(wanted.includes('natural-greedy') && { 'natural-greedy': await chooseGreedily(sample, measured) }),
    causal: rank('causal'),
    official: rank('momentum'),
    'official-ties': alike(rankPairs(measured, { ...one, ties: 'effect-size' })),
    ...(answerForms && { balanced: rank('balanced') }),
    'effect-size': rank('effect-size'),
    random: alike(randomUnits(model.identity, { ...one, random: createRandom(1000 + seed) })),
  };
  const costs = Object.entries(units).map(([name, ranked]) => [
    name,
    predictDivergence(
      ranked.map((unit) => ({ ...unit, gain: unit.score })),
      information,
    ),
  ]);
  return { units, costs: Object.fromEntries(costs) };
}

/** @param {ScoredUnit[]} units */
const alike = (units) =>
  units.map(({ site, layer, index, sign }) => ({ site, layer, index, sign, score: 1 }));

/**
 * @param {Sample} sample
 * @param {import('../../../packages/localize/dist/index.js').PairStatistics & { gradients: readonly import('../../../packages/localize/dist/index.js').GradientClass[], information: import('../../../packages/localize/dist/index.js').DifferenceMoments }} measured
 */
async function chooseGreedily({ model, pairs, answerForms, site, k }, measured) {
  const { identity } = model;
  /** @type {ScoredUnit[]} */
  const chosen = [];
  for (let block = 0; block < BLOCKS; block++) {
    const steering =
      block === 0
        ? undefined
        : compilePlan(createPlan({ ranking: chosen, k: chosen.length, alpha: 1, model: identity }), identity);
    const gradients =
      steering === undefined
        ? measured.gradients
        : (await measurePairGradients({ model, pairs, sites: [site], answerForms, steering })).classes;
    const isNew = (/** @type {ScoredUnit} */ unit) =>
      chosen.every(({ layer, index }) => layer !== unit.layer || index !== unit.index);
    const ranked = rankPairs(
      { ...measured, gradients },
      { ranking: 'natural-gradient', sites: [site], top: k },
    );
    const units = ranked.filter(isNew).slice(0, k / BLOCKS);
    const cost = predictDivergence(
      units.map((unit) => ({ ...unit, gain: unit.score })),
      measured.information,
    );
    const scale = Math.sqrt(GREEDY_DOSE / BLOCKS / cost);
    chosen.push(...units.map((unit) => ({ ...unit, score: unit.score * scale })));
  }
  return chosen;
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
    plan: (strength) => compilePlan(planAt(strength), model.identity, { tokenStrength: true }),
    guess: 0.5,
    numbers: planAt(1).edits.length,
  };
}
