import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Site } from '@austeer/core';
import { describeLanguageModel } from '@austeer/core/testing';
import { loadModel, proveSites } from '@austeer/runtime';
import { describe, expect, it } from 'vitest';

const models = fileURLToPath(new URL('../../../tooling/fixtures/goldens', import.meta.url));

for (const name of readdirSync(models)) {
  const folder = join(models, name);
  const { vocab_size: vocabulary } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const load = () => loadModel({ model: folder, threads: 1 });
  const sites: readonly Site[] = ['attention', 'ffn'];
  // float16 has eleven bits a number; the way a batch is cut decides how sums of them are rounded.
  const half = /f16|fp16/.test(name);
  describeLanguageModel({
    name,
    load,
    tokensBelow: vocabulary,
    tolerance: half ? 0.02 : 1e-4,
    sites,
    spread: 0.1,
  });

  describe(`${name}`, () => {
    it('proves its sites', async () => {
      const model = await load();
      const proofs = await proveSites({ model, ...(half && { tolerance: 0.01, zeroTolerance: 0.01 }) });
      await model.dispose();
      expect(
        proofs.flatMap(({ site, checks }) =>
          checks.filter(({ passed }) => !passed).map((check) => [site, check]),
        ),
      ).toEqual([]);
    });
  });
}
