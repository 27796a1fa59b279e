import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCausalMethod, createNaturalGradientMethod, measureGainInformation } from '@austeer/baselines';
import { createRandom, type LanguageModel, type SteeringValues, type TokenPair } from '@austeer/core';
import { gainInformation, predictDivergence } from '@austeer/localize';
import { tinyLlama } from '@austeer/onnx/testing';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import { compilePlan, type PlanEdit, planFromEdits } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'austeer-natural-'));
let model: LoadedModel;
beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

const random = createRandom(3);
const rows = Array.from({ length: 6 }, () => Array.from({ length: 9 }, () => 3 + random.integer(20)));
/** After the tokens at which `rows` are looked at: all that have five before them. */
const positions = rows.map((row) => [5, 6, 7, 8].filter((position) => position < row.length));

/** Mean KL(vanilla ‖ steered) of the next token. */
async function divergence(steering: SteeringValues): Promise<number> {
  const all = async (values?: SteeringValues): Promise<Float32Array[]> => {
    const found: Float32Array[] = [];
    for await (const { logProbabilities } of model.logProbabilities!(rows, { positions, steering: values })) {
      found.push(Float32Array.from(logProbabilities.data));
    }
    return found;
  };
  const [vanilla, steered] = [await all(), await all(steering)];
  let sum = 0;
  for (const [row, values] of vanilla.entries()) {
    for (const [at, value] of values.entries()) sum += Math.exp(value) * (value - steered[row]![at]!);
  }
  return sum / positions.flat().length;
}
const steeringOf = (edits: readonly PlanEdit[]): SteeringValues =>
  compilePlan(planFromEdits({ edits, model: model.identity }), model.identity);

describe('measureGainInformation', () => {
  it('says what single gains cost, as far as draws can', async () => {
    // Every text many times: draws differ, so that the mean comes near.
    const many = Array.from({ length: 40 }, () => rows).flat();
    const sites = ['ffn', 'attention'] as const;
    const information = await measureGainInformation({ model, sites, rows: many, batchSize: 32 });
    expect(information.pairs).toBe(many.length * 4 * 2);
    const { ffn, attention } = gainInformation(information).sites;
    const order = (values: Float64Array): number[] =>
      [...values.keys()].sort((a, b) => values[b]! - values[a]!);
    for (const [site, measured] of [
      ['ffn', ffn!],
      ['attention', attention!],
    ] as const) {
      for (const unit of order(measured.values).slice(0, 3)) {
        const gain = 0.05;
        const edit = {
          site,
          layer: Math.floor(unit / measured.width),
          index: unit % measured.width,
          gain,
          bias: 0,
        };
        const cost = await divergence(steeringOf([edit]));
        expect(predictDivergence([edit], information) / cost).toBeGreaterThan(0.75);
        expect(predictDivergence([edit], information) / cost).toBeLessThan(1.33);
      }
    }
  });

  it('draws the same for the same seed, and takes texts of its own where the model reads text', async () => {
    const own = await measureGainInformation({ model, sites: ['ffn'] });
    expect(await measureGainInformation({ model, sites: ['ffn'] })).toEqual(own);
    expect(await measureGainInformation({ model, sites: ['ffn'], seed: 1 })).not.toEqual(own);
  });

  it('refuses what it cannot measure, with the reason', async () => {
    const { gainGradients: _, ...fixed } = model;
    const { logProbabilities: __, ...dumb } = model;
    const { tokenizer: ___, ...mute } = model;
    const measure = (given: LanguageModel, own?: number[][]) =>
      measureGainInformation({ model: given, sites: ['ffn'], rows: own });
    await expect(measure(fixed)).rejects.toThrow(/gainGradients/);
    await expect(measure(dumb)).rejects.toThrow(/probability of every token/);
    await expect(measure(mute)).rejects.toThrow(/neutral texts as tokens/);
    await expect(measure(model, [])).rejects.toThrow(/Neutral texts/);
    await expect(measure(model, [[1, 2], [3]])).rejects.toThrow(/neutral text 1/);
  });
});

describe('createNaturalGradientMethod', () => {
  const pair = (id: string, label: string, prompt: number[], right: number, wrong: number): TokenPair => ({
    ...{ id, label },
    positive: [...prompt, right],
    negative: [...prompt, wrong],
  });
  const pairs = [
    pair('a', 'x', [5, 6, 7], 20, 30),
    pair('b', 'x', [8, 9], 20, 30),
    pair('c', 'y', [10, 11], 30, 20),
  ];

  it('costs the square of its strength, in nats', async () => {
    const fitted = await createNaturalGradientMethod().fit({ model, pairs });
    const { information } = fitted.statistics;
    for (const site of ['ffn', 'attention'] as const) {
      for (const strength of [0.05, 0.3, -0.3]) {
        const { edits, strength: alpha } = fitted.plan({ budget: 8, strength, site });
        const gains = edits.map((edit) => ({ ...edit, gain: edit.gain * alpha }));
        expect(predictDivergence(gains, information!)).toBeCloseTo(strength ** 2, 12);
      }
    }
  });

  it('gives right answers more than the causal ranking does, at the same cost', async () => {
    const fitted = await createNaturalGradientMethod({ sites: ['ffn'] }).fit({ model, pairs });
    const { information } = fitted.statistics;
    const atSameCost = (edits: readonly PlanEdit[]): SteeringValues => {
      const scale = 0.03 / Math.sqrt(predictDivergence(edits, information!));
      return steeringOf(edits.map((edit) => ({ ...edit, gain: edit.gain * scale })));
    };
    const meanMargin = async (steering?: SteeringValues): Promise<number> => {
      const items = pairs.map(({ positive, negative }) => ({
        prompt: positive.slice(0, -1),
        candidates: [positive.slice(-1), negative.slice(-1)],
      }));
      const margins = (await model.score(items, { steering })).map(
        ({ logProbabilities: [right, wrong] }) => right! - wrong!,
      );
      // The mean over classes: two pairs of x, one of y.
      return (margins[0]! + margins[1]!) / 4 + margins[2]! / 2;
    };
    const causal = await createCausalMethod({ sites: ['ffn'] }).fit({ model, pairs });
    const natural = fitted.plan({ budget: 8, strength: 1 }).edits;
    const rise = async (edits: readonly PlanEdit[]) =>
      (await meanMargin(atSameCost(edits))) - (await meanMargin());
    const gained = await rise(natural);
    expect(gained).toBeGreaterThan(0);
    expect(gained).toBeGreaterThan(await rise(causal.plan({ budget: 8, strength: 1 }).edits));
  });
});
