/**
 * What every {@link SteeringMethod} must do, as a test suite.
 *
 * @module
 */
import type { LanguageModel, SteeringValues, TokenPair } from '@austeer/core';
import {
  checkPlan,
  compilePlan,
  type FittedMethod,
  type MethodSetting,
  type SteeringMethod,
  type SteeringPlan,
} from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countActs } from '../count-acts.ts';
import { createMethodPairs, forgetful } from './method-pairs.ts';

/** A method and what it promises. */
export interface SteeringMethodUnderTest {
  readonly create: () => SteeringMethod;
  /** A small model; shared by the tests of the suite. */
  readonly load: () => Promise<LanguageModel>;
  /** A setting that the model is large enough for, of a strength that shows. */
  readonly setting: MethodSetting;
  /** Tokens in [0, below) are used. */
  readonly tokensBelow: number;
  /** Activations that the plan changes at a token: the paper's #Acts. */
  readonly acts: number;
  /** Whether one pair is in memory at a time. @default true */
  readonly streams?: boolean | undefined;
  /** Tokens of an answer. @default 1 */
  readonly answerTokens?: number | undefined;
}

/**
 * Declares the suite.
 *
 * @example
 * ```ts
 * import { createAusteerMethod } from '@austeer/baselines';
 * declare const loadMine: () => Promise<LanguageModel>;
 * describeSteeringMethod({
 *   create: createAusteerMethod,
 *   load: loadMine,
 *   setting: { budget: 4, strength: 2 },
 *   tokensBelow: 1000,
 *   acts: 4,
 * });
 * ```
 */
export function describeSteeringMethod(options: SteeringMethodUnderTest): void {
  const { create, load, setting, tokensBelow, acts, streams = true, answerTokens = 1 } = options;
  const pairs = createMethodPairs({ tokensBelow, answerTokens });
  const prompts = pairs.slice(0, 3).map(({ positive }) => positive.slice(0, -1));

  describe(`${create().name} is a SteeringMethod`, () => {
    let model: LanguageModel;
    let fitted: FittedMethod;
    const fit = (change: Partial<Parameters<SteeringMethod['fit']>[0]> = {}) =>
      create().fit({ model, pairs, seed: 3, ...change });
    const steer = async (strength: number): Promise<readonly SteeringValues[]> =>
      fitted.steer === undefined
        ? prompts.map(() =>
            compilePlan(fitted.plan({ ...setting, strength }), model.identity, { tokenStrength: true }),
          )
        : fitted.steer(prompts, { ...setting, strength });
    const probabilities = async (steering?: readonly SteeringValues[]): Promise<number[]> => {
      const items = prompts.map((prompt) => ({ prompt, candidates: [[1], [2, 3]] }));
      return (await model.score(items, { steering })).flatMap(({ logProbabilities }) => logProbabilities);
    };
    beforeAll(async () => {
      model = await load();
      fitted = await fit();
    });
    afterAll(() => model.dispose());

    it('has a name, settings to try, and says what budgets count', () => {
      const { name, grid, budgetOf } = create();
      expect(fitted.name).toBe(name);
      expect(grid.length).toBeGreaterThan(0);
      for (const { budget, strength } of grid) {
        expect(budget === undefined).toBe(budgetOf === undefined);
        expect(strength).not.toBe(0);
      }
      expect(setting.budget === undefined).toBe(budgetOf === undefined);
    });

    it('gives the same facts and plan again for the same seed', async () => {
      const again = await fit();
      expect(again.plan(setting)).toEqual(fitted.plan(setting));
      expect(again.facts).toEqual(fitted.facts);
      expect(fitted.plan(setting)).toEqual(fitted.plan(setting));
      expect(JSON.parse(JSON.stringify(fitted.facts))).toEqual(fitted.facts);
    });

    it('does not depend on the order of the pairs', async () => {
      const reversed = await fit({ pairs: pairs.toReversed() });
      expectSamePlan(reversed.plan(setting), fitted.plan(setting));
    });

    it('makes plans for the model', () => {
      const plan = fitted.plan(setting);
      expect(checkPlan(plan, model.identity).warnings).toEqual([]);
      const values = compilePlan(plan, model.identity, { tokenStrength: true });
      expect(Object.keys(values.sites).length).toBeGreaterThan(0);
      expect(plan.strength).toBe(setting.strength);
      expect(plan.provenance).toMatchObject({ method: fitted.facts.method });
      expect(countActs(plan)).toBe(acts);
    });

    it('does nothing at strength 0, and something at another', async () => {
      const plain = await probabilities();
      const zero = await probabilities(await steer(0));
      const steered = await probabilities(await steer(setting.strength));
      const distance = (a: readonly number[]): number =>
        Math.max(...a.map((value, index) => Math.abs(value - plain[index]!)));
      expect(distance(zero)).toBeLessThan(1e-4);
      expect(distance(steered)).toBeGreaterThan(1e-3);
    });

    it('refuses pairs that tell it nothing, and says why', async () => {
      const same = pairs.map((pair) => ({ ...pair, negative: pair.positive }));
      await expect(fit({ pairs: same })).rejects.toMatchObject({
        code: 'NOTHING_TO_STEER',
        method: expect.any(String),
        reason: expect.any(String),
      });
    });

    it('refuses no pairs, and settings that it does not have', async () => {
      await expect(fit({ pairs: [] })).rejects.toThrow();
      const wrong: MethodSetting[] = [
        { ...setting, strength: Number.NaN },
        { ...setting, site: 'attention', layer: 99 },
        { ...setting, budget: setting.budget === undefined ? 1 : 10 ** 9 },
        { ...setting, layer: model.identity.layers },
      ];
      for (const one of wrong) {
        expect(() => fitted.plan(one)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
      }
    });

    it('mutates nothing, and stops when asked', async () => {
      const frozen = pairs.map(
        (pair): TokenPair =>
          Object.freeze({
            ...pair,
            positive: Object.freeze([...pair.positive]),
            negative: Object.freeze([...pair.negative]),
          }),
      );
      expect((await fit({ pairs: Object.freeze(frozen) })).plan(setting)).toEqual(fitted.plan(setting));
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(fit({ signal })).rejects.toThrow('enough');
    });

    if (streams) {
      it('has one pair in memory at a time', async () => {
        const onForgetful = await fit({ model: forgetful(model) });
        expect(onForgetful.plan(setting)).toEqual(fitted.plan(setting));
      });
    }
  });
}

/** Same units in the same order; numbers equal but for the rounding of sums in another order. */
function expectSamePlan(given: SteeringPlan, expected: SteeringPlan): void {
  const unitsOf = ({ edits }: SteeringPlan) => edits.map(({ site, layer, index }) => [site, layer, index]);
  expect(unitsOf(given)).toEqual(unitsOf(expected));
  const numbersOf = ({ edits }: SteeringPlan) => edits.flatMap(({ gain, bias }) => [gain, bias]);
  const [a, b] = [numbersOf(given), numbersOf(expected)];
  const largest = Math.max(...b.map(Math.abs));
  const worst = Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
  expect(worst).toBeLessThan(1e-6 * largest);
}
