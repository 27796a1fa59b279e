/** Tiny GGUF decoders of every family against PyTorch's numbers (`tooling/fixtures-gguf`). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SafetensorsContent, SITES, safetensorsFloats, safetensorsIntegers } from '@austeer/core';
import { readSafetensorsFile } from '@austeer/core/node';
import { openGguf, prepareGguf } from '@austeer/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largestDifference } from '../src/__fixtures__/goldens.ts';
import { createSession, type Edits, startRun } from '../src/__fixtures__/run-decoder.ts';

const folder = fileURLToPath(new URL('../../../tooling/fixtures-gguf/goldens', import.meta.url));
const ROWS = [0, 1];
const STEPS = 6;

let cacheDirectory: string;
beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'austeer-families-'));
});
afterAll(() => rm(cacheDirectory, { recursive: true }));

async function prepare(name: string) {
  const file = await openGguf(join(folder, `${name}.gguf`));
  return prepareGguf({ file, precision: 'fp32', cacheKey: name, cacheDirectory });
}

function goldenOf(content: SafetensorsContent) {
  const floats = (name: string): Float32Array => safetensorsFloats(content.tensors.get(name)!);
  return {
    floats,
    tokens: (name: string): number[] => [...safetensorsIntegers(content.tensors.get(name)!)],
    edits: (): Edits =>
      Object.fromEntries(
        SITES.map((site) => [site, { gain: floats(`gain.${site}`), bias: floats(`bias.${site}`) }]),
      ),
  };
}

describe.each(['llama3', 'qwen2', 'qwen3', 'gemma2', 'gemma3', 'mixed-types'])('%s', (name) => {
  const readGolden = async () =>
    goldenOf(await readSafetensorsFile(join(folder, `${name}.safetensors`), { what: 'Golden file' }));

  it('computes logits and every site as PyTorch does', async () => {
    const golden = await readGolden();
    const graph = (await prepare(name)).graph({ logits: true, capture: SITES, steer: [] });
    const run = startRun(graph, await createSession(graph), { rows: ROWS.length, capacity: 32 });
    await run.step(ROWS.map((row) => golden.tokens(`tokens.${row}`)));
    for (const row of ROWS) {
      const { logits, captures } = run.results[row]!;
      expect(largestDifference(logits, golden.floats(`logits.${row}`))).toBeLessThan(1e-4);
      for (const site of SITES) {
        expect(largestDifference(captures[site]!, golden.floats(`${site}.${row}`))).toBeLessThan(1e-4);
      }
    }
  });

  it('decodes under edits of every site as PyTorch does, rows side by side over a cache', async () => {
    const golden = await readGolden();
    const graph = (await prepare(name)).graph({ logits: true, capture: [], steer: SITES });
    const edits = golden.edits();
    const run = startRun(graph, await createSession(graph), { rows: ROWS.length, capacity: 32, edits });
    const tokens = ROWS.map((row) => golden.tokens(`edited.tokens.${row}`));
    await run.step(tokens.map((row) => row.slice(0, -STEPS)));
    for (let step = STEPS; step > 0; step--) await run.step(tokens.map((row) => [row.at(-step)!]));
    for (const row of ROWS) {
      const difference = largestDifference(run.results[row]!.logits, golden.floats(`edited.logits.${row}`));
      expect(difference).toBeLessThan(2e-4);
    }
  });
});
