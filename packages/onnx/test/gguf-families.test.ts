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

it('captures the lowest layers alone', async () => {
  const prepared = await prepare('gemma3');
  const capture = async (depth?: number) => {
    const graph = prepared.graph({ logits: false, capture: SITES, steer: [], depth });
    const run = startRun(graph, await createSession(graph), { rows: 1, capacity: 32 });
    await run.step([[3, 14, 15, 92, 6, 5]]);
    return { graph, captures: run.results[0]!.captures };
  };
  const [whole, part] = [await capture(), await capture(2)];
  expect(part.graph.inputs.past).toHaveLength(2);
  expect(part.graph.layers).toBe(whole.graph.layers);
  for (const site of SITES) {
    const layerWidth = whole.graph.widths[site]!;
    const ofToken = whole.graph.layers * layerWidth;
    const expected = whole.captures[site]!.filter((_, index) => index % ofToken < 2 * layerWidth);
    expect(part.captures[site]).toEqual(expected);
  }
  expect(() => prepared.graph({ logits: true, capture: [], steer: [], depth: 2 })).toThrow('every layer');
});

it('computes every type in 4bit near PyTorch', async () => {
  const file = await openGguf(join(folder, 'mixed-types.gguf'));
  const prepared = await prepareGguf({ file, precision: '4bit', cacheKey: 'mixed', cacheDirectory });
  const golden = goldenOf(
    await readSafetensorsFile(join(folder, 'mixed-types.safetensors'), { what: 'Golden file' }),
  );
  const graph = prepared.graph({ logits: true, capture: [], steer: [] });
  const run = startRun(graph, await createSession(graph), { rows: 1, capacity: 32 });
  await run.step([golden.tokens('tokens.1')]);
  const expected = golden.floats('logits.1');
  const { logits } = run.results[0]!;
  const squares = (numbers: ArrayLike<number>): number =>
    Array.from(numbers).reduce((sum, value) => sum + value ** 2, 0);
  const error = logits.map((value, index) => value - expected[index]!);
  // 0.0125: what 8-bit activations lose in two layers.
  expect(Math.sqrt(squares(error) / squares(expected))).toBeLessThan(0.02);
});

it('says how 4bit holds the matrices', async () => {
  const file = await openGguf(join(folder, 'mixed-types.gguf'));
  const prepared = await prepareGguf({ file, precision: '4bit', cacheKey: 'mixed', cacheDirectory });
  expect(prepared.description).toBe(
    'exact weights (Q4_K in 4 bits, Q6_K in 8 bits, Q5_K in 8 bits, Q3_K in 4 bits, Q2_K in 4 bits, ' +
      'Q5_0 in 8 bits, Q5_1 in 8 bits, Q4_0 in 4 bits, Q8_0 in 8 bits, Q4_1 in 4 bits), 8-bit activations',
  );
});
