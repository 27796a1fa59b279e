/**
 * Inference-time intervention (Li et al., 2023): the heads whose probes tell right from wrong best are moved along a
 * direction. Source: `likenneth/honest_llama utils.py`, `validation/validate_2fold.py`, `interveners.py`.
 *
 * @module
 */
import { InvalidArgumentError, type PairActivations, type PositionRule, siteWidth } from '@austeer/core';
import { type FittedMethod, type MethodSetting, type PlanEdit, planFromEdits } from '@austeer/steering';
import { type ItiHead, type ItiRules, measureHeads, splitByQuestion } from './iti-heads.ts';
import { checkBudget, checkSetting, readHeads } from './method-checks.ts';
import { NothingToSteerError } from './nothing-to-steer-error.ts';
import type { TypedMethod } from './typed-method.ts';

/** Options of {@link createItiMethod}. */
export interface ItiOptions {
  /**
   * `com`: from the mean of wrong answers to the mean of right ones; `probe`: the probe's weights; `random`: drawn.
   * @default 'com', the paper's best
   */
  readonly direction?: ItiRules['direction'] | undefined;
  /** σ divides by N − ddof: 0 as `np.std`, 1 as `torch.std` of the pyvene driver. @default 0 */
  readonly ddof?: 0 | 1 | undefined;
  /**
   * Half of the questions that is left out, by order of id, as in the released two-fold validation, where the other
   * half is tested on. Tasks of this project keep test items apart from pairs. @default none, all pairs are used
   */
  readonly fold?: 0 | 1 | undefined;
  /** σ over the pairs of the left-out fold too, as released: it tells of the test answers. @default false */
  readonly leaky?: boolean | undefined;
  /** Width of a head, where the model does not say. @default the model's */
  readonly headSize?: number | undefined;
  /** Settings to try. @default heads 8 … 64 and α 5 … 25, around the released 48 and 15 */
  readonly grid?: readonly MethodSetting[] | undefined;
}

/** ITI fitted on pairs. */
export interface FittedIti extends FittedMethod {
  /** All heads, most accurate probe first; ties by layer, then head. */
  readonly heads: readonly ItiHead[];
}

const GRID = [8, 16, 32, 48, 64].flatMap((budget) =>
  [5, 10, 15, 20, 25].map((strength) => ({ budget, strength })),
);
const FROM_PROMPT_END: PositionRule = { include: ['lastPromptToken', 'generated'] };
/** Bytes of activations that are held at once. Probes need the answers of all pairs. */
const MEMORY_LIMIT = 8 * 2 ** 30;

/**
 * ITI. `budget` counts heads, `strength` is α of α · σ · θ, added to each head at the last prompt token and every
 * generated one. The activations of all pairs at site `attention` are in memory, 4 bytes each, because probes are
 * fitted on them head by head.
 *
 * @example
 * ```ts
 * createItiMethod({ direction: 'probe' }).name; // 'iti/probe'
 * ```
 */
export function createItiMethod(options: ItiOptions = {}): TypedMethod<FittedIti> {
  const { direction = 'com', ddof = 0, fold, leaky = false } = options;
  const name = direction === 'com' ? 'iti' : `iti/${direction}`;
  return {
    name,
    budgetOf: 'heads',
    grid: options.grid ?? GRID,
    async fit({ model, pairs, seed = 0, provenance = {}, ...call }) {
      const { identity } = model;
      const shape = { layers: identity.layers, ...readHeads(model, options.headSize) };
      const rules: ItiRules = { direction, ddof, fold, leaky, seed };
      const split = splitByQuestion(pairs, rules);
      const bytes = 8 * pairs.length * shape.layers * siteWidth(identity, 'attention');
      if (bytes > MEMORY_LIMIT) {
        throw new InvalidArgumentError({
          argument: 'pairs',
          given: `${pairs.length} pairs, whose activations take ${(bytes / 2 ** 30).toFixed(1)} GiB`,
          expected: `at most ${MEMORY_LIMIT / 2 ** 30} GiB of them`,
          advice: 'Give fewer pairs',
        });
      }
      const activations: PairActivations[] = [];
      for await (const pair of model.capturePairs(pairs, { ...call, sites: ['attention'] })) {
        activations.push(pair);
      }
      if (activations.every(({ positive, negative }) => isSame(positive, negative))) {
        throw new NothingToSteerError({
          method: name,
          reason: 'no attention head differs between right and wrong texts',
        });
      }
      const heads = measureHeads(activations, shape, split, rules).sort((a, b) => b.accuracy - a.accuracy);
      const facts = {
        method: name,
        pairs: pairs.length,
        trained: split.train.length,
        validated: split.validation.length,
        ddof,
        ...(fold !== undefined && { fold, leaky }),
        seed,
      };
      return {
        name,
        heads,
        facts: {
          ...facts,
          first: heads.slice(0, 10).map(({ layer, head, accuracy }) => ({ layer, head, accuracy })),
        },
        plan(setting) {
          checkSetting(setting, { site: 'attention', without: 'layer' });
          const budget = checkBudget(setting, heads.length, 'heads');
          const edits = heads.slice(0, budget).flatMap(({ layer, head, direction: theta, deviation }) =>
            Array.from(theta, (value, offset): PlanEdit => {
              const index = head * shape.headSize + offset;
              return { site: 'attention', layer, index, gain: 0, bias: deviation * value };
            }),
          );
          return planFromEdits({
            edits,
            strength: setting.strength,
            positions: FROM_PROMPT_END,
            model: identity,
            provenance: { ...provenance, ...facts },
          });
        },
      };
    },
  };
}

function isSame(a: PairActivations['positive'], b: PairActivations['negative']): boolean {
  return a.attention!.data.every((value, unit) => value === b.attention!.data[unit]);
}
