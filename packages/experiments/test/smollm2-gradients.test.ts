import { readFileSync } from 'node:fs';
import { type MarginItem, readSafetensors, type Site, safetensorsFloats } from '@austeer/core';
import { loadModel } from '@austeer/runtime';
import { expect, it } from 'vitest';

/** The real SmolLM2-135M against PyTorch's reverse pass: `tooling/goldens/gradients.py` wrote the expected numbers. */
const goldens = new URL('../../../tooling/goldens/smollm2-135m/', import.meta.url);
const SITES_HERE: readonly Site[] = ['attention', 'ffn'];

interface GoldenItem extends MarginItem {
  readonly perToken: boolean;
  readonly margin: number;
}

it(
  'SmolLM2-135M: gradients by every gain within 1e-3 of PyTorch’s, one answer token and several',
  async () => {
    const { items } = JSON.parse(readFileSync(new URL('gain-gradients.json', goldens), 'utf8')) as {
      items: GoldenItem[];
    };
    const path = 'gain-gradients.safetensors';
    const { tensors } = readSafetensors(readFileSync(new URL(path, goldens)), { path });
    const model = await loadModel({ model: 'smollm2-135m' });
    for (const perToken of [false, true]) {
      const own = items.filter((item) => item.perToken === perToken);
      for await (const { id, margin, gradients } of model.gainGradients(own, {
        sites: SITES_HERE,
        perToken,
      })) {
        const at = items.findIndex((item) => item.id === id);
        expect(Math.abs(margin - items[at]!.margin)).toBeLessThan(1e-4);
        for (const site of SITES_HERE) {
          const given = gradients[site]!.data;
          const expected = safetensorsFloats(tensors.get(site)!).subarray(
            at * given.length,
            (at + 1) * given.length,
          );
          let [error, size] = [0, 0];
          for (const [unit, value] of given.entries()) {
            error += (value - expected[unit]!) ** 2;
            size += expected[unit]! ** 2;
          }
          expect(Math.sqrt(error / size)).toBeLessThan(1e-4);
        }
      }
    }
    await model.dispose();
  },
  20 * 60_000,
);
