import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModel } from '@austeer/core';
import { describeLanguageModel } from '@austeer/core/testing';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import { loadModel } from '@austeer/runtime';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'austeer-tiny-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const [type, precision] of [
  ['F32', 'fp32'],
  ['Q4_1', 'fp32'],
  ['Q4_1', '4bit'],
  ['Q4_1', '4bit-fast'],
  ['Q8_0', '4bit'],
  ['Q4_1', '8bit'],
] as const) {
  const path = join(folder, `${type}.gguf`);
  writeFileSync(path, tinyLlama({ type }));
  describeLanguageModel({
    name: `tiny llama, ${type}, ${precision}`,
    load: (): Promise<LanguageModel> =>
      loadModel({ model: path, precision, threads: 1, cacheDirectory: folder }),
    tokensBelow: TINY_LLAMA.vocabulary,
    // The 8-bit activations of a block do not depend on the rows beside it, but on how its input was summed.
    tolerance: precision === 'fp32' ? 1e-4 : 0.1,
    activationTolerance: precision === 'fp32' ? 1e-4 : 0.1,
    sites: ['attention', 'ffn'],
  });
}

it.each(['fp32', '4bit', '4bit-fast', '8bit'] as const)(
  'in %s a model that never steered and one whose edits are zero agree to the bit, at every site',
  async (precision) => {
    const path = join(folder, 'never.gguf');
    writeFileSync(path, tinyLlama({ type: 'Q4_1' }));
    const model = await loadModel({ model: path, precision, threads: 1, cacheDirectory: folder });
    const items = [
      { prompt: [5, 9, 3], candidates: [[7], [11, 4]] },
      { prompt: [4], candidates: [[6]] },
    ];
    const prompts = items.map(({ prompt }) => prompt);
    const answers = () => model.generate(prompts, { maxNewTokens: 8, ignoreEnd: true });
    const plain = [await model.score(items), await answers()];
    const { layers, widths } = model.identity;
    for (const site of ['attention', 'ffn', 'ffnInner', 'residual'] as const) {
      const size = layers * widths[site]!;
      const zero = { gain: new Float32Array(size), bias: new Float32Array(size) };
      const steering = { layers, sites: { [site]: zero }, fingerprint: `zero ${site}` };
      expect(await model.score(items, { steering })).toEqual(plain[0]);
    }
    // With biases too, and after them.
    const size = layers * widths.ffn!;
    const shift = { gain: new Float32Array(size), bias: new Float32Array(size).fill(0.5) };
    const steering = { layers, sites: { ffn: shift }, fingerprint: 'shift' };
    expect(await model.score(items, { steering })).not.toEqual(plain[0]);
    expect([await model.score(items), await answers()]).toEqual(plain);
    await model.dispose();
  },
);

it('takes more candidates than a call takes arguments', async () => {
  const path = join(folder, 'many.gguf');
  writeFileSync(path, tinyLlama());
  const model = await loadModel({ model: path, threads: 1, cacheDirectory: folder });
  const head = Array.from({ length: 30 }, (_, at) => 3 + (at % 20));
  const candidates = Array.from({ length: 150_000 }, (_, at) => [at % TINY_LLAMA.vocabulary]);
  const items = [4, 5].map((own) => ({ prompt: [...head, own], candidates }));
  for (const { logProbabilities } of await model.score(items)) {
    expect(logProbabilities).toHaveLength(candidates.length);
    expect(logProbabilities.at(-1)).toBe(logProbabilities[(candidates.length - 1) % TINY_LLAMA.vocabulary]);
  }
  await model.dispose();
});
