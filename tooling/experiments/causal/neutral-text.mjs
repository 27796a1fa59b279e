/**
 * What steering does to text that no task is about: the dose of a plan.
 *
 * @module
 */
import { HELD_TEXTS } from '../../../packages/evaluators/dist/index.js';

/** @typedef {import('../../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {import('../../../packages/core/dist/index.js').SteeringValues} SteeringValues */

/** Tokens read of each text, and after how many of them the next one is looked at. */
const LENGTH = 20;
const PLACES = [6, 11, 15, 19];
/** Steps towards a dose, and how near is near enough. */
const STEPS = 6;
const NEAR = 0.12;
const WEAKEST = 1e-4;
const STRONGEST = 200;

/**
 * Half of the held texts tells how strong a plan must be for a dose; the other half, which nothing is chosen by, says
 * what it then does.
 *
 * @param {LoadedModel} model
 */
export async function createNeutralText(model) {
  const { tokenizer, logProbabilities: distributionsOf } = model;
  if (tokenizer === undefined || distributionsOf === undefined) {
    throw new Error('the model has no tokenizer, or does not tell whole distributions');
  }
  const rows = HELD_TEXTS.map((text) => tokenizer.encode(text).slice(0, LENGTH));
  const halves = [0, 1].map((rest) => rows.filter((_, at) => at % 2 === rest));
  /** @type {(half: 0 | 1, steering: SteeringValues | undefined) => Promise<number[][]>} */
  const distributions = async (half, steering) => {
    /** @type {number[][]} */
    const found = [];
    const whole = halves[half] ?? [];
    // Some methods steer the last token of a prompt: then every place is the end of one.
    const isCut = steering?.tokenStrength !== undefined;
    const own = isCut ? whole.flatMap((row) => PLACES.map((place) => row.slice(0, place + 1))) : whole;
    const positions = own.map((row) => (isCut ? [row.length - 1] : PLACES));
    const options = { steering, positions, batchSize: 24 };
    for await (const { logProbabilities } of distributionsOf(own, options)) {
      const [count = 0, size = 0] = logProbabilities.shape;
      for (let place = 0; place < count; place++) {
        found.push([...logProbabilities.data.subarray(place * size, (place + 1) * size)]);
      }
    }
    return found;
  };

  /** @type {[number[][], number[][]]} */
  const vanilla = [await distributions(0, undefined), await distributions(1, undefined)];

  /** Mean over places of KL(vanilla ‖ steered) of the next token, in nats. @param {0 | 1} half @param {SteeringValues} steering */
  async function divergence(half, steering) {
    const steered = await distributions(half, steering);
    let sum = 0;
    for (const [place, values] of vanilla[half].entries()) {
      const other = steered[place] ?? [];
      for (const [token, value] of values.entries()) sum += Math.exp(value) * (value - (other[token] ?? 0));
    }
    return sum / steered.length;
  }

  return {
    /** On the half that no strength was chosen by. @param {SteeringValues} steering */
    divergence: (steering) => divergence(1, steering),

    /**
     * The strength at which a plan has the dose. Divergence grows with the square of a weak strength, which gives the next
     * guess; a guess that overshoots or falls short bounds the ones after it.
     *
     * @param {number} dose in nats
     * @param {(strength: number) => SteeringValues} plan
     * @param {number} guess
     */
    async strengthFor(dose, plan, guess) {
      let [low, high] = [WEAKEST, STRONGEST];
      let strength = guess;
      let reached = 0;
      for (let step = 0; step < STEPS; step++) {
        reached = await divergence(0, plan(strength));
        if (Math.abs(reached / dose - 1) < NEAR) break;
        if (reached < dose) low = strength;
        else high = strength;
        if (low >= STRONGEST * 0.99) break;
        const next = strength * Math.sqrt(dose / Math.max(reached, dose / 1e4));
        strength = next > low && next < high ? next : Math.sqrt(low * high);
      }
      return { strength, reached };
    },
  };
}
