import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenPair } from '@austeer/core';
import { causalEffects } from '@austeer/experiments';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import { compilePlan, planFromEdits } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'austeer-causal-'));
let model: LoadedModel;
beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

const pair = (id: string, label: string, ...positive: number[]): TokenPair => ({
  id,
  label,
  positive: [5, 6, ...positive],
  negative: [5, 6, 9],
});
const pairs = [pair('a', 'x', 7), pair('b', 'x', 8, 11), pair('c', 'y', 12)];
const units = Array.from({ length: 2 * TINY_LLAMA.layers }, (_, at) => ({
  site: at % 2 === 0 ? ('attention' as const) : ('ffn' as const),
  layer: at >> 1,
  index: at,
  score: 0.8,
  sign: at % 3 === 0 ? (-1 as const) : (1 as const),
}));

describe('causalEffects', () => {
  it('is what one unit at a time does to the right answer, classes weighing the same', async () => {
    const found = await causalEffects({ model, units, pairs, alpha: 40, batchSize: 3 });
    expect(found.map(({ effect }) => effect)).toEqual(
      found.map(({ effect }) => effect).sort((a, b) => b - a),
    );
    for (const { effect, site, layer, index, sign, score } of found) {
      const edits = [{ site, layer, index, gain: sign * score, bias: 0 }];
      const steering = compilePlan(
        planFromEdits({ edits, strength: 40, model: model.identity }),
        model.identity,
      );
      const changes: number[] = [];
      for (const { positive } of pairs) {
        const items = [{ prompt: positive.slice(0, 2), candidates: [positive.slice(2)] }];
        const [plain] = await model.score(items);
        const [steered] = await model.score(items, { steering });
        changes.push(steered!.logProbabilities[0]! - plain!.logProbabilities[0]!);
      }
      expect(effect).toBeCloseTo(((changes[0]! + changes[1]!) / 2 + changes[2]!) / 2, 4);
    }
    expect(Math.max(...found.map(({ effect }) => Math.abs(effect)))).toBeGreaterThan(0.01);
  });

  it('refuses pairs that are not one question with two answers', async () => {
    const apart = { id: 'apart', positive: [1, 2], negative: [3, 2] };
    const within = { id: 'within', positive: [1, 2], negative: [1, 2, 3] };
    await expect(causalEffects({ model, units, pairs: [apart], alpha: 1 })).rejects.toThrow(/do not begin/);
    await expect(causalEffects({ model, units, pairs: [within], alpha: 1 })).rejects.toThrow(/begins with/);
    await expect(causalEffects({ model, units: [], pairs, alpha: 1 })).rejects.toThrow(/Units/);
    await expect(causalEffects({ model, units, pairs: [], alpha: 1 })).rejects.toThrow(/Pairs/);
  });
});
