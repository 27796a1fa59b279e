/**
 * Gradients by the gain of a few hundred units, for any model that can be scored: each unit is scaled up and down a little,
 * and the margins are subtracted. The same answer as a reverse pass gives, at two evaluations a unit.
 *
 * @module
 */
import {
  EmptyInputError,
  type FloatTensor,
  floatTensor,
  type GainGradientSource,
  type ItemScore,
  type LanguageModel,
  type MarginItem,
  SITES,
  type Site,
  type SteeringValues,
  siteWidth,
  type Unit,
} from '@austeer/core';
import { compilePlan, planFromEdits } from '@austeer/steering';

/**
 * Makes a source of gradients out of steered scores. Units are rows of the same batches.
 *
 * @param options.units units to measure; the gradients of all others are NaN, which rankings leave out
 * @param options.step gain up and down. Smaller: nearer the derivative, and more rounding. @default 0.05
 * @throws EmptyInputError without units.
 *
 * @example
 * ```ts
 * declare const model: LanguageModel;
 * const source = differenceGradients({ model, units: [{ site: 'ffn', layer: 3, index: 17 }] });
 * const item = { id: 'a', prompt: [1, 2], right: [[3]], wrong: [[4]] };
 * for await (const { gradients } of source.gainGradients([item], { sites: ['ffn'] })) {
 *   gradients.ffn?.shape; // [layers, width]
 * }
 * ```
 */
export function differenceGradients(options: {
  model: Pick<LanguageModel, 'score' | 'identity'>;
  units: readonly Unit[];
  step?: number | undefined;
}): GainGradientSource {
  const { model, units, step = 0.05 } = options;
  const { identity } = model;
  if (units.length === 0) throw new EmptyInputError({ what: 'Units' });
  const steps = units.flatMap((unit) =>
    [step, -step].map((strength) => {
      const plan = planFromEdits({ edits: [{ ...unit, gain: 1, bias: 0 }], strength, model: identity });
      return compilePlan(plan, identity);
    }),
  );
  return {
    async *gainGradients(items, { sites, perToken = false, steering: base, batchSize, signal, onProgress }) {
      const steering = steps.map((one) => (base === undefined ? one : addSteering(base, one)));
      const total = Array.isArray(items) ? items.length : undefined;
      let done = 0;
      for (const item of items) {
        const { id, label, prompt, right, wrong } = item;
        const row = { prompt, candidates: [...right, ...wrong] };
        const [plain, ...steered] = await model.score([row, ...steering.map(() => row)], {
          steering: [base, ...steering],
          batchSize,
          signal,
        });
        const margins = steered.map((score) => marginOf(item, score, perToken));
        const gradients = sites.map((site): [Site, FloatTensor] => {
          const width = siteWidth(identity, site);
          const data = new Float32Array(identity.layers * width).fill(Number.NaN);
          for (const [at, unit] of units.entries()) {
            if (unit.site !== site) continue;
            data[unit.layer * width + unit.index] = (margins[2 * at]! - margins[2 * at + 1]!) / (2 * step);
          }
          return [site, floatTensor(data, [identity.layers, width])];
        });
        onProgress?.({ stage: 'measure effects', done: ++done, total });
        yield {
          id,
          ...(label !== undefined && { label }),
          margin: marginOf(item, plain!, perToken),
          gradients: Object.fromEntries(gradients),
        };
      }
    },
  };
}

/** Gains and biases added up: x̂ = x ⊙ (1 + g + h) + b + c. */
function addSteering(base: SteeringValues, more: SteeringValues): SteeringValues {
  const sum = (a: Float32Array | undefined, b: Float32Array | undefined): Float32Array =>
    Float32Array.from((a ?? b)!, (_, unit) => (a?.[unit] ?? 0) + (b?.[unit] ?? 0));
  const sites = SITES.filter((site) => base.sites[site] !== undefined || more.sites[site] !== undefined);
  const added = sites.map((site) => {
    const [one, other] = [base.sites[site], more.sites[site]];
    return [site, { gain: sum(one?.gain, other?.gain), bias: sum(one?.bias, other?.bias) }];
  });
  const fingerprint = `${base.fingerprint}+${more.fingerprint}`;
  return { ...base, sites: Object.fromEntries(added), fingerprint };
}

/** log-sum-exp over the right answers' log-probabilities minus that of the wrong ones. */
function marginOf({ right, wrong }: MarginItem, { logProbabilities }: ItemScore, perToken: boolean): number {
  const each = [...right, ...wrong].map(({ length }, at) => logProbabilities[at]! / (perToken ? length : 1));
  return logSumExp(each.slice(0, right.length)) - logSumExp(each.slice(right.length));
}

function logSumExp(values: readonly number[]): number {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
