import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSadiMethod } from '@austeer/baselines';
import type { LanguageModel, SteeringValues, TokenSequence } from '@austeer/core';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import { loadModel } from '@austeer/runtime';
import { compilePlan } from '@austeer/steering';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMethodPairs } from '../src/testing/method-pairs.ts';

const folder = mkdtempSync(join(tmpdir(), 'austeer-sadi-'));
let model: LanguageModel;
beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

/** Attention of every token, `[tokens, layers, width]`. */
async function attentionOf(tokens: TokenSequence, steering?: SteeringValues): Promise<Float32Array> {
  for await (const { activations } of model.capture([tokens], {
    sites: ['attention'],
    positions: 'all',
    steering,
  }))
    return activations.attention!.data;
  throw new Error('nothing captured');
}

it('holds at the last prompt token what a clean pass had in every layer, the chosen heads scaled', async () => {
  const { layers, heads, headSize, vocabulary } = TINY_LLAMA;
  const pairs = createMethodPairs({ tokensBelow: vocabulary, answerTokens: 1 });
  const prompts = pairs.slice(0, 2).map(({ positive }) => positive);
  const setting = { budget: 3, strength: 9 };
  const official = await createSadiMethod({ variant: 'official' }).fit({ model, pairs });
  const steering = await official.steer!(prompts, setting);
  const chosen = new Set(official.components.slice(0, 3).map(({ layer, index }) => layer * heads + index));
  const size = layers * heads * headSize;

  for (const [row, prompt] of prompts.entries()) {
    const clean = await attentionOf(prompt);
    const frozen = await attentionOf(prompt, steering[row]);
    const last = (prompt.length - 1) * size;
    for (let at = 0; at < clean.length; at++) {
      const isChosen = at >= last && chosen.has(Math.floor((at - last) / headSize));
      expect(frozen[at]).toBeCloseTo(clean[at]! * (isChosen ? 10 : 1), 3);
    }
    // The paper's single pass moves heads above that nobody chose.
    const paper = compilePlan(official.plan(setting), model.identity, { tokenStrength: true });
    const moved = (await attentionOf(prompt, paper)).filter(
      (value, at) =>
        at >= last && !chosen.has(Math.floor((at - last) / headSize)) && Math.abs(value - clean[at]!) > 1e-2,
    );
    expect(moved.length).toBeGreaterThan(0);
  }
});
