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
