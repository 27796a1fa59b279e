import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LanguageModel, Site, SteeringValues } from '@austeer/core';
import { randomSteering } from '@austeer/core/testing';
import { bakeGguf, bakeOnnx, openGguf } from '@austeer/onnx';
import { loadModel } from '@austeer/runtime';
import { afterAll, describe, expect, it } from 'vitest';

/** Baking is steering: the copy alone gives what the model gives under the plan, on every fixture there is. */
const folder = mkdtempSync(join(tmpdir(), 'austeer-bake-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixtures = (name: string) =>
  fileURLToPath(new URL(`../../../tooling/${name}/goldens`, import.meta.url));
const load = (model: string) => loadModel({ model, threads: 1, cacheDirectory: join(folder, 'cache') });

const items = [
  { prompt: [3, 9, 4, 1, 5], candidates: [[7], [11], [2], [20]] },
  { prompt: [8, 2], candidates: [[5, 6, 7]] },
];
const flat = async (model: LanguageModel, steering?: SteeringValues): Promise<number[]> =>
  (await model.score(items, steering && { steering })).flatMap(({ logProbabilities }) => logProbabilities);
const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));

/** Gains and biases at the sites; every second layer is left alone. */
function steeringOf(model: LanguageModel, sites: readonly Site[], part?: 'gain' | 'bias'): SteeringValues {
  const values = randomSteering({ shape: model.identity, sites, seed: 5, spread: 0.5 });
  for (const { gain, bias } of Object.values(values.sites)) {
    const width = gain.length / values.layers;
    if (part === 'gain') bias.fill(0);
    if (part === 'bias') gain.fill(0);
    for (let layer = 1; layer < values.layers; layer += 2) {
      gain.fill(0, layer * width, (layer + 1) * width);
      bias.fill(0, layer * width, (layer + 1) * width);
    }
  }
  return values;
}

/** Steered at run time, unsteered, and baked: the last must be the first. */
async function compare(model: LanguageModel, steering: SteeringValues, baked: string) {
  const steered = await flat(model, steering);
  const plain = await flat(model);
  const copy = await load(baked);
  const given = await flat(copy);
  await copy.dispose();
  return { effect: largest(steered, plain), difference: largest(steered, given) };
}

describe('GGUF', () => {
  const models = fixtures('fixtures-gguf');
  for (const file of readdirSync(models).filter((name) => name.endsWith('.gguf'))) {
    const path = join(models, file);
    it(`${file}: gains and biases of all sites within the rounding that is reported`, async () => {
      const model = await load(path);
      const steering = steeringOf(model, ['attention', 'ffn', 'ffnInner']);
      const out = join(folder, file);
      const { changes } = await bakeGguf({
        file: await openGguf(path),
        steering,
        path: out,
        columnType: 'F32',
      });
      const { effect, difference } = await compare(model, steering, out);
      await model.dispose();
      expect(effect).toBeGreaterThan(0.01);
      // Scales of blocks are 16-bit floats: eleven bits each.
      expect(difference).toBeLessThan(2e-3 + 0.01 * effect);
      for (const { error } of changes) expect(error).toBeLessThan(5e-4);
      expect(new Set(changes.map(({ change }) => change))).toEqual(new Set(['columns', 'bias']));
    });

    it(`${file}: gains of rows keep every tensor in its type`, async () => {
      const model = await load(path);
      const steering = steeringOf(model, ['ffn'], 'gain');
      const out = join(folder, `rows-${file}`);
      const source = await openGguf(path);
      const { changes, warnings } = await bakeGguf({ file: source, steering, path: out });
      const { effect, difference } = await compare(model, steering, out);
      await model.dispose();
      expect(difference).toBeLessThan(2e-3 + 0.01 * effect);
      expect(warnings).toEqual([]);
      const copy = await openGguf(out);
      expect([...copy.tensors].map(([name, { type, shape }]) => [name, type, shape])).toEqual(
        [...source.tensors].map(([name, { type, shape }]) => [name, type, shape]),
      );
      for (const { change, types } of changes) {
        expect(change).toBe('rows');
        expect(types[0]).toBe(types[1]);
      }
      const own = ({ metadata }: typeof source) =>
        new Map([...metadata].filter(([key]) => key !== 'austeer.baked' && key !== 'kv_count'));
      expect(own(copy)).toEqual(own(source));
    });
  }

  const llama = join(models, 'llama3.gguf');

  it('takes biases of the residual stream, and refuses its gains', async () => {
    const model = await load(llama);
    const out = join(folder, 'residual.gguf');
    const file = await openGguf(llama);
    const steering = steeringOf(model, ['residual', 'ffn'], 'bias');
    await bakeGguf({ file, steering, path: out });
    const { effect, difference } = await compare(model, steering, out);
    expect(effect).toBeGreaterThan(0.001);
    expect(difference).toBeLessThan(1e-4);
    const gains = steeringOf(model, ['residual'], 'gain');
    await model.dispose();
    await expect(bakeGguf({ file, steering: gains, path: join(folder, 'no.gguf') })).rejects.toThrow(
      /steering\.residual is "gains"/,
    );
    expect(readdirSync(folder)).not.toContain('no.gguf');
  });

  it('refuses rules of positions, another model, and numbers beyond the type, leaving nothing', async () => {
    const model = await load(llama);
    const file = await openGguf(llama);
    const path = join(folder, 'never.gguf');
    const steering = steeringOf(model, ['ffn'], 'gain');
    await model.dispose();
    const tokenStrength = { positions: 'generated', schedule: 'constant' } as const;
    const ruled = { ...steering, tokenStrength };
    await expect(bakeGguf({ file, steering: ruled, path })).rejects.toThrow(/weights know no positions/);
    const small = { ...steering, layers: steering.layers + 1 };
    await expect(bakeGguf({ file, steering: small, path })).rejects.toThrow(/layers ×/);
    steering.sites.ffn!.gain.fill(1e38);
    await expect(bakeGguf({ file, steering, path })).rejects.toThrow(/beyond/);
    expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  it('a copy can be baked again', async () => {
    const model = await load(llama);
    const steering = steeringOf(model, ['ffn'], 'gain');
    await model.dispose();
    const [once, twice] = [join(folder, 'once.gguf'), join(folder, 'twice.gguf')];
    await bakeGguf({ file: await openGguf(llama), steering, path: once, note: 'first' });
    await bakeGguf({ file: await openGguf(once), steering, path: twice, note: 'second' });
    const { metadata } = await openGguf(twice);
    expect([metadata.get('austeer.baked'), metadata.get('austeer.baked.2')]).toEqual(['first', 'second']);
  });

  it('a damaged file is a typed error', async () => {
    const bytes = readFileSync(llama);
    const file = await openGguf(llama);
    const damaged = join(folder, 'damaged.gguf');
    writeFileSync(damaged, bytes.subarray(0, bytes.length - 64));
    const steering = { layers: 0, sites: {}, fingerprint: '' };
    await expect(
      bakeGguf({ file: { ...file, path: damaged }, steering, path: join(folder, 'never.gguf') }),
    ).rejects.toThrow(/ended within/);
    expect(readdirSync(folder)).not.toContain('never.gguf');
  });
});

describe('ONNX', () => {
  const models = fixtures('fixtures');
  for (const name of readdirSync(models)) {
    const path = join(models, name);
    const half = /f16|fp16/.test(name);
    it(`${name}: the copy is the model under the plan`, async () => {
      const model = await load(path);
      const sites = (Object.keys(model.identity.widths) as Site[]).filter(
        (site) => site !== 'residual' || !half,
      );
      const steering = steeringOf(model, sites);
      const out = join(folder, name);
      const { changes } = await bakeOnnx({ path, steering, folder: out, note: 'test' });
      const { effect, difference } = await compare(model, steering, out);
      await model.dispose();
      expect(effect).toBeGreaterThan(half ? 0.05 : 0.01);
      // float16 weights are rounded once more after they are scaled.
      expect(difference).toBeLessThan(half ? 0.05 : 1e-4);
      expect(changes.length).toBeGreaterThan(0);
    });
  }

  it('gains go into weights: no operator is added where they lie free', async () => {
    const path = join(models, 'llama-optimum');
    const model = await load(path);
    const steering = steeringOf(model, ['attention', 'ffn', 'ffnInner'], 'gain');
    await model.dispose();
    const { changes } = await bakeOnnx({ path, steering, folder: join(folder, 'free') });
    expect(new Set(changes.map(({ change }) => change))).toEqual(new Set(['rows', 'columns']));
    for (const { error } of changes) expect(error).toBe(0);
  });

  it('refuses a folder with something in it, rules of positions, and another model', async () => {
    const path = join(models, 'llama-optimum');
    const model = await load(path);
    const steering = steeringOf(model, ['ffn'], 'gain');
    await model.dispose();
    const out = join(folder, 'refused');
    await expect(bakeOnnx({ path, steering, folder: models })).rejects.toThrow(/new or empty/);
    const tokenStrength = { positions: 'prompt', schedule: 'constant' } as const;
    await expect(bakeOnnx({ path, steering: { ...steering, tokenStrength }, folder: out })).rejects.toThrow(
      /weights know no positions/,
    );
    await expect(bakeOnnx({ path, steering: { ...steering, layers: 7 }, folder: out })).rejects.toThrow(
      /layers ×/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});
