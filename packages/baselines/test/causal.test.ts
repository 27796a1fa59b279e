import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCausalMethod, differenceGradients, measurePairGradients } from '@austeer/baselines';
import type { LanguageModel, TokenPair, Unit } from '@austeer/core';
import { causalScores, rankScores } from '@austeer/localize';
import { tinyLlama } from '@austeer/onnx/testing';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import { compilePlan } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'austeer-causal-method-'));
let model: LoadedModel;
beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

const pair = (id: string, label: string, prompt: number[], right: number, wrong: number): TokenPair => ({
  id,
  label,
  positive: [...prompt, right],
  negative: [...prompt, wrong],
});
const pairs = [
  pair('a', 'x', [5, 6, 7], 20, 30),
  pair('b', 'x', [8, 9], 20, 30),
  pair('c', 'y', [10, 11, 12, 13], 30, 20),
];
const same = { id: 'same', positive: [1, 2], negative: [1, 2] };

const marginsUnder = async (steering?: ReturnType<typeof compilePlan>): Promise<number[]> => {
  const items = pairs.map(({ positive, negative }) => ({
    prompt: positive.slice(0, -1),
    candidates: [positive.slice(-1), negative.slice(-1)],
  }));
  const scores = await model.score(items, { steering });
  return scores.map(({ logProbabilities: [right, wrong] }) => right! - wrong!);
};

describe('createCausalMethod', () => {
  it('steers so that right answers gain in both classes, as much as its scores say', async () => {
    const fitted = await createCausalMethod().fit({ model, pairs: [...pairs, same] });
    expect(fitted.facts).toMatchObject({ pairs: 4, withoutMargin: 1, perToken: false });
    expect(fitted.statistics.gradients?.map(({ label, moments }) => [label, moments.pairs])).toEqual([
      ['x', 2],
      ['y', 1],
    ]);
    const { classes } = await measurePairGradients({ model, pairs, sites: ['ffn', 'attention'] });
    const plain = await marginsUnder();
    for (const site of ['ffn', 'attention'] as const) {
      const strength = 1e-3;
      const plan = fitted.plan({ budget: 20, strength, site });
      expect(new Set(plan.edits.map((edit) => [edit.site, Math.abs(edit.gain)].join()))).toEqual(
        new Set([`${site},1`]),
      );
      const steered = await marginsUnder(compilePlan(plan, model.identity));
      const [a, b, c] = steered.map((margin, at) => margin - plain[at]!) as [number, number, number];
      const best = rankScores(causalScores(classes), { sites: [site], top: 20 });
      const predicted = strength * best.reduce((sum, { score }) => sum + score, 0);
      expect(((a + b) / 2 + c) / 2 / predicted).toBeCloseTo(1, 1);
    }
  });

  it('takes all written forms of an answer where it is given them', async () => {
    const answerForms = { x: [[20], [21]], y: [[30], [31]] };
    const measured = await measurePairGradients({ model, pairs, sites: ['ffn'], answerForms });
    const scores = await model.score(
      pairs.map(({ positive }) => ({ prompt: positive.slice(0, -1), candidates: [[20], [21], [30], [31]] })),
    );
    const margins = scores.map(({ logProbabilities: [a, b, c, d] }, at) => {
      const margin = Math.log(Math.exp(a!) + Math.exp(b!)) - Math.log(Math.exp(c!) + Math.exp(d!));
      return pairs[at]!.label === 'x' ? margin : -margin;
    });
    expect(measured.meanMargin).toBeCloseTo(margins.reduce((a, b) => a + b) / 3, 4);
  });

  it('works on models that cannot be differentiated, unit by unit', async () => {
    const { gainGradients: _, ...plain } = model;
    const other: LanguageModel = plain;
    await expect(createCausalMethod().fit({ model: other, pairs })).rejects.toThrow(/differenceGradients/);
    const units: Unit[] = Array.from({ length: 6 }, (_, index) => ({ site: 'ffn', layer: index % 3, index }));
    const byDifference = createCausalMethod({
      sites: ['ffn'],
      causal: { source: (given) => differenceGradients({ model: given, units }) },
    });
    const fitted = await byDifference.fit({ model: other, pairs });
    const found = fitted.plan({ budget: 6, strength: 1 }).edits;
    const { classes } = await measurePairGradients({ model, pairs, sites: ['ffn'] });
    const expected = rankScores(causalScores(classes)).filter((unit) =>
      units.some(({ layer, index }) => layer === unit.layer && index === unit.index),
    );
    expect(found.map(({ layer, index, gain }) => [layer, index, gain])).toEqual(
      expected.map(({ layer, index, sign }) => [layer, index, sign]),
    );
    expect(() => fitted.plan({ budget: 7, strength: 1 })).toThrow(/at most 6/);
  });

  it('refuses settings that it does not have, and pairs without a margin', async () => {
    const fitted = await createCausalMethod({ sites: ['ffn'] }).fit({ model, pairs });
    expect(() => fitted.plan({ budget: 1, strength: 1, site: 'attention' })).toThrow(/\(ffn\)/);
    const within = { id: 'within', positive: [1, 2], negative: [1, 2, 3] };
    await expect(createCausalMethod().fit({ model, pairs: [within] })).rejects.toThrow(
      /Pairs with a question/,
    );
  });
});
