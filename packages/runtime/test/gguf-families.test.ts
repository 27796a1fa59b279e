import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeLanguageModel } from '@austeer/core/testing';
import { loadModel, proveSites } from '@austeer/runtime';
import { afterAll, describe, expect, it } from 'vitest';

/** Tiny GGUF decoders of every family: `tooling/fixtures-gguf`. */
const models = fileURLToPath(new URL('../../../tooling/fixtures-gguf/goldens', import.meta.url));
const cacheDirectory = mkdtempSync(join(tmpdir(), 'austeer-gguf-families-'));
afterAll(() => rmSync(cacheDirectory, { recursive: true }));

for (const file of readdirSync(models).filter((name) => name.endsWith('.gguf'))) {
  const name = `${file.replace('.gguf', '')}-gguf`;
  const load = () => loadModel({ model: join(models, file), threads: 1, cacheDirectory });
  describeLanguageModel({
    name,
    load,
    tokensBelow: 64,
    tolerance: 1e-4,
    sites: ['attention', 'ffn'],
    spread: 0.1,
  });

  describe(name, () => {
    it('proves its sites', async () => {
      const model = await load();
      const proofs = await proveSites({ model });
      await model.dispose();
      expect(proofs.map(({ site, passed }) => [site, passed])).toEqual(
        ['attention', 'ffn', 'ffnInner', 'residual'].map((site) => [site, true]),
      );
    });
  });
}

// Eight-bit activations: rows alone and in a batch differ by the rounding, not by more.
describeLanguageModel({
  name: 'mixed-types-gguf, 4bit',
  load: () =>
    loadModel({
      model: join(models, 'mixed-types.gguf'),
      precision: '4bit',
      threads: 1,
      cacheDirectory,
    }),
  tokensBelow: 64,
  tolerance: 0.1,
  sites: ['attention', 'ffn'],
  spread: 0.1,
});
