import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeLanguageModel } from '@austeer/core/testing';
import { loadModel, proveSites } from '@austeer/runtime';
import { afterAll, describe, expect, it } from 'vitest';

const models = fileURLToPath(new URL('../../../tooling/fixtures-gguf/goldens', import.meta.url));
const cacheDirectory = mkdtempSync(join(tmpdir(), 'austeer-gguf-families-'));
afterAll(() => rmSync(cacheDirectory, { recursive: true }));

for (const [name, precision] of [
  ['llama3', 'fp32'],
  ['qwen2', 'fp32'],
  ['qwen3', 'fp32'],
  ['gemma2', 'fp32'],
  ['gemma3', 'fp32'],
  ['mixed-types', 'fp32'],
  ['mixed-types', '4bit'],
] as const) {
  const load = () =>
    loadModel({ model: join(models, `${name}.gguf`), precision, threads: 1, cacheDirectory });
  // The 8-bit activations of a block do not depend on the rows beside it, but on how its input was summed.
  const tolerance = precision === 'fp32' ? 1e-4 : 0.1;
  describeLanguageModel({
    name: `${name}, ${precision}`,
    load,
    tokensBelow: 96,
    tolerance,
    activationTolerance: tolerance,
    sites: ['attention', 'ffn'],
    spread: 0.1,
  });

  describe(`${name}, ${precision}`, () => {
    it('proves its sites', async () => {
      const model = await load();
      const proofs = await proveSites({ model });
      await model.dispose();
      expect(proofs.map(({ site, passed }) => [site, passed])).toEqual([
        ['attention', true],
        ['ffn', true],
        ['ffnInner', true],
        ['residual', true],
      ]);
    });
  });
}
