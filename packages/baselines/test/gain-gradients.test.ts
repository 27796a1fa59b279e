import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differenceGradients } from '@austeer/baselines';
import {
  createRandom,
  type GainGradientSource,
  type ItemGradients,
  type MarginItem,
  SITES,
  type Site,
  type Unit,
} from '@austeer/core';
import { tinyLlama } from '@austeer/onnx/testing';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import { compilePlan, planFromEdits } from '@austeer/steering';
import { afterAll, describe, expect, it } from 'vitest';

const models = fileURLToPath(new URL('../../../tooling/fixtures-gguf/goldens', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'austeer-gradients-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());

const random = createRandom(5);
const row = (length: number): number[] => Array.from({ length }, () => random.integer(64));
/** Uneven prompts, longer than the windows of the fixtures; answers of one token and of several. */
const items: readonly MarginItem[] = [
  { id: 'single', label: 'x', prompt: row(9), right: [[3], [4]], wrong: [[5]] },
  { id: 'several', label: 'y', prompt: row(13), right: [row(4), [8]], wrong: [row(2), row(6), [7]] },
  { id: 'short', prompt: row(1), right: [row(3)], wrong: [row(3)] },
];

const collect = async (source: AsyncIterable<ItemGradients>): Promise<ItemGradients[]> => {
  const found: ItemGradients[] = [];
  for await (const item of source) found.push(item);
  return found;
};

/** The gradients of the units, and how large they are. */
function pick({ gradients }: ItemGradients, units: readonly Unit[]): number[] {
  return units.map(({ site, layer, index }) => {
    const { data, shape } = gradients[site]!;
    return data[layer * shape[1]! + index]!;
  });
}

function relativeError(given: readonly number[], expected: readonly number[]): number {
  const size = (values: readonly number[]): number => Math.hypot(...values);
  return size(given.map((value, at) => value - expected[at]!)) / size(expected);
}

const load = (path: string): Promise<LoadedModel> =>
  loadModel({ model: path, threads: 1, cacheDirectory: folder });
const files = ['llama3', 'qwen2', 'qwen3', 'gemma2', 'gemma3', 'mixed-types'].map((name) =>
  join(models, `${name}.gguf`),
);

describe.each([join(folder, 'tiny.gguf'), ...files])('%s', (path) => {
  it.each([
    { perToken: false, steered: false },
    { perToken: true, steered: false },
    { perToken: false, steered: true },
  ])('gradients are what small gains do, %o', async ({ perToken, steered }) => {
    const model = await load(path);
    const { layers, widths } = model.identity;
    const units = SITES.flatMap((site: Site) =>
      Array.from({ length: 8 }, (_, at) => ({
        site,
        layer: at % layers,
        index: (at * 7 + 3) % widths[site]!,
      })),
    );
    // At zero gains, and far from them: every site steered by gains and biases of its own.
    const edits = SITES.flatMap((site) =>
      Array.from({ length: 12 }, (_, at) => ({
        site,
        layer: at % layers,
        index: (at * 5 + 1) % widths[site]!,
        gain: 0.4 - 0.1 * (at % 8),
        bias: 0.05 * (at % 3),
      })),
    );
    const plan = planFromEdits({ edits, model: model.identity });
    const steering = steered ? compilePlan(plan, model.identity) : undefined;
    const options = { sites: SITES, perToken, steering };
    const given = await collect(model.gainGradients(items, options));
    const measured = await collect(
      differenceGradients({ model, units, step: 0.02 }).gainGradients(items, options),
    );
    await model.dispose();
    expect(given.map(({ id, label }) => [id, label])).toEqual(items.map(({ id, label }) => [id, label]));
    for (const [at, item] of given.entries()) {
      expect(item.margin).toBeCloseTo(measured[at]!.margin, 4);
      expect(relativeError(pick(item, units), pick(measured[at]!, units))).toBeLessThan(5e-3);
      for (const site of SITES) expect(item.gradients[site]!.shape).toEqual([layers, widths[site]]);
    }
  });
});

describe('gainGradients', () => {
  it('gives a row of a batch what it gives the row alone', async () => {
    const model = await load(join(models, 'gemma3.gguf'));
    const sites: Site[] = ['attention', 'ffn'];
    const together = await collect(model.gainGradients(items, { sites }));
    const alone = await collect(model.gainGradients(items, { sites, batchSize: 1 }));
    await model.dispose();
    for (const [at, item] of together.entries()) {
      expect(item.margin).toBeCloseTo(alone[at]!.margin, 5);
      for (const site of sites) {
        const [a, b] = [item, alone[at]!].map(({ gradients }) => [...gradients[site]!.data]);
        expect(relativeError(a!, b!)).toBeLessThan(1e-5);
      }
    }
  });

  it('refuses items without a margin, tokens that there are not, and sites', async () => {
    const model = await load(join(folder, 'tiny.gguf'));
    const [item] = items as [MarginItem];
    const ask = (changed: Partial<MarginItem>, sites: readonly Site[] = ['ffn']) =>
      collect(model.gainGradients([{ ...item, ...changed }], { sites }));
    await expect(ask({ wrong: [] })).rejects.toThrow(/Answers \(wrong\) of item 0/);
    await expect(ask({ right: [[]] })).rejects.toThrow(/Tokens of an answer/);
    await expect(ask({ prompt: [9999] })).rejects.toThrow(/token in row 0 is 9999/);
    await expect(ask({ right: [row(600)] })).rejects.toThrow(/Row 0 needs/);
    await expect(ask({}, [])).rejects.toThrow(/Sites/);
    const stopped = new AbortController();
    stopped.abort(new Error('stopped'));
    const aborted = model.gainGradients(items, { sites: ['ffn'], signal: stopped.signal });
    await expect(collect(aborted)).rejects.toThrow('stopped');
    await model.dispose();
    await expect(ask({})).rejects.toMatchObject({ code: 'MODEL_DISPOSED' });
  });

  it('says what to do where integers are multiplied', async () => {
    const path = join(models, 'mixed-types.gguf');
    const model = await loadModel({ model: path, precision: '4bit', threads: 1, cacheDirectory: folder });
    const failing = collect(model.gainGradients(items, { sites: ['ffn'] }));
    await expect(failing).rejects.toMatchObject({ code: 'GRADIENT_UNAVAILABLE' });
    await expect(failing).rejects.toThrow(/fp32.*differenceGradients/);
    const units = [{ site: 'ffn', layer: 0, index: 2 }] as const;
    const source: GainGradientSource = differenceGradients({ model, units });
    const [first] = await collect(source.gainGradients(items.slice(0, 1), { sites: ['ffn'] }));
    await model.dispose();
    const { data } = first!.gradients.ffn!;
    expect(data.reduce((count, value) => count + Number(Number.isNaN(value)), 0)).toBe(data.length - 1);
    expect(Number.isFinite(data[2])).toBe(true);
  });
});
