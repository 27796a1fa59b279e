import { describe, expect, it } from 'vitest';
import { recordedModel } from '../test/recorded-model.ts';
import {
  createAllUnits,
  createAusteerMethod,
  createFixedStrength,
  createFixedVector,
  createMethod,
  createRandomDirection,
  createRandomLocalization,
  createSuppression,
  METHODS,
  smallGrid,
  type UnitMethod,
} from './index.ts';

// Two pairs, one layer, four units: differences are [2, −1, 0.5, 0] and [1, −3, −0.5, 0].
const tensor = (numbers: number[]) => ({ data: Float32Array.from(numbers), shape: [2, 1, 4] });
const one = { data: new Float32Array(1), shape: [1, 1, 1] };
const { model, pairs } = recordedModel({
  shape: { pairs: 2, layers: 1, headSize: 1, widths: { ffn: 4, residual: 1 } },
  questionTokens: 2,
  tensors: new Map([
    ['ffn.positive', tensor([2, 0, 0.5, 7, 1, 0, 0, 7])],
    ['ffn.negative', tensor([0, 1, 0, 7, 0, 3, 0.5, 7])],
    ...['positive.0', 'negative.0', 'positive.1', 'negative.1'].map(
      (name) => [`residual.${name}`, one] as const,
    ),
  ]),
});
const edits = async (method: UnitMethod, budget: number | undefined, seed = 0) => {
  const fitted = await method.fit({ model, pairs, seed });
  const plan = fitted.plan({ strength: 1, ...(budget !== undefined && { budget }) });
  return plan.edits.map(({ index, gain, bias }) => [index, gain, bias]);
};
const sites = ['ffn'] as const;

describe('variants of AUSteer', () => {
  it('differ from it in one part each', async () => {
    expect(await edits(createAusteerMethod({ sites }), 3)).toEqual([
      [0, 1, 0],
      [1, -1, 0],
      [2, 0.5, 0],
    ]);
    expect(await edits(createFixedStrength({ sites }), 3)).toEqual([
      [0, 1, 0],
      [1, -1, 0],
      [2, 1, 0],
    ]);
    expect(await edits(createFixedVector({ sites }), 2)).toEqual([
      [0, 0, 1.5],
      [1, 0, -2],
    ]);
    expect(await edits(createAllUnits({ sites }), undefined)).toHaveLength(3);
  });

  it('suppress from the least important on: silent units, then the ranking from its end', async () => {
    expect(await edits(createSuppression({ sites }), 3)).toEqual([
      [3, -1, 0],
      [2, -1, 0],
      [1, -1, 0],
    ]);
    expect(await edits(createSuppression({ sites }), 0.5)).toHaveLength(2);
    await expect(edits(createSuppression({ sites }), 5)).rejects.toMatchObject({ argument: 'budget' });
  });

  it('draw units with their own signs, or signs for the best units, by the seed', async () => {
    const seeds = Array.from({ length: 30 }, (_, seed) => seed);
    const drawn = await Promise.all(seeds.map((seed) => edits(createRandomLocalization({ sites }), 1, seed)));
    expect(new Set(drawn.map(String))).toEqual(new Set(['0,1,0', '1,-1,0', '2,0.5,0']));
    const turned = await Promise.all(seeds.map((seed) => edits(createRandomDirection({ sites }), 2, seed)));
    expect(new Set(turned.map(String)).size).toBe(4);
    expect(turned.flat().every(([index, gain]) => index! < 2 && Math.abs(gain!) === 1)).toBe(true);
  });
});

describe('smallGrid', () => {
  it('gives every method four settings a site, none of which does nothing', () => {
    const autoencoder = {
      width: 1,
      features: 1,
      encoder: Float32Array.of(1),
      encoderBias: Float32Array.of(0),
      decoder: Float32Array.of(1),
      decoderBias: Float32Array.of(0),
      centred: true,
      layer: 0,
    };
    for (const name of METHODS) {
      const method = createMethod(name, { autoencoder, sites });
      const settings = smallGrid(method);
      expect(settings, name).toHaveLength(4);
      expect(settings.every(({ strength }) => strength !== 0)).toBe(true);
      expect(settings.every(({ budget }) => (budget === undefined) === (method.budgetOf === undefined))).toBe(
        true,
      );
    }
  });

  it('takes sites, budgets and strengths in place of its own, where a method has them', () => {
    const given = { sites: ['ffn', 'attention'], budgets: [3], strengths: [7] } as const;
    expect(smallGrid(createAusteerMethod(), given)).toEqual([
      { site: 'ffn', budget: 3, strength: 7 },
      { site: 'attention', budget: 3, strength: 7 },
    ]);
    expect(smallGrid(createMethod('iti'), given)).toEqual([{ budget: 3, strength: 7 }]);
    expect(smallGrid(createMethod('caa', { layers: [1, 2] }), given)).toEqual([
      { layer: 1, strength: 7 },
      { layer: 2, strength: 7 },
    ]);
  });
});
