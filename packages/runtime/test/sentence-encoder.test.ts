import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, type SentenceEncoder, safetensorsFloats } from '@austeer/core';
import { describeSentenceEncoder } from '@austeer/core/testing';
import { loadSentenceEncoder, resolveModel } from '@austeer/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSentenceTokenizer } from '../src/sentences/sentence-tokens.ts';

/**
 * The real all-MiniLM-L6-v2 against PyTorch: `tooling/goldens-encoder/make.py` wrote the expected numbers. The
 * weights are fetched at need.
 */
const goldens = new URL('../../../tooling/goldens-encoder/minilm/', import.meta.url);
const MINUTES = 60_000;
interface Golden {
  readonly weightsSha256: string;
  readonly maxTokens: number;
  readonly rows: readonly { text: string; ids: number[] }[];
}
let golden: Golden;
let folder: string;
beforeAll(async () => {
  golden = JSON.parse(await readFile(new URL('sentences.json', goldens), 'utf8')) as Golden;
  const { directory, sha256 } = await resolveModel({ model: 'minilm' });
  folder = directory;
  expect(sha256['model.safetensors']).toBe(golden.weightsSha256);
}, 5 * MINUTES);

describeSentenceEncoder({ name: 'MiniLM', load: () => loadSentenceEncoder({ threads: 1 }) });

describe('MiniLM against PyTorch', () => {
  let encoder: SentenceEncoder;
  beforeAll(async () => {
    encoder = await loadSentenceEncoder({ threads: 1 });
  });
  afterAll(async () => {
    await encoder.dispose?.();
  });

  it('reads the same tokens', async () => {
    const tokenize = await readSentenceTokenizer(folder, golden.maxTokens);
    expect(golden.rows.map(({ text }) => tokenize(text))).toEqual(golden.rows.map(({ ids }) => ids));
  });

  it('gives the same vectors, within 1e-4 of their cosine', async () => {
    const file = await readFile(new URL('sentences.safetensors', goldens));
    const expected = safetensorsFloats(readSafetensors(file).tensors.get('vectors')!);
    const { data, shape } = await encoder.encode(golden.rows.map(({ text }) => text));
    expect(shape).toEqual([golden.rows.length, 384]);
    for (const row of golden.rows.keys()) {
      let cosine = 0;
      for (let at = row * 384; at < (row + 1) * 384; at++) cosine += data[at]! * expected[at]!;
      expect(Math.abs(1 - cosine)).toBeLessThan(1e-4);
    }
    const worst = data.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
    expect(worst).toBeLessThan(1e-5);
  });

  it('rejects calls after it was disposed', async () => {
    const other = await loadSentenceEncoder({ threads: 1 });
    await other.dispose?.();
    await expect(other.encode(['x'])).rejects.toMatchObject({ code: 'MODEL_DISPOSED' });
  });
});

describe('folders of encoders', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'austeer-encoder-'));
    for (const name of ['config.json', 'modules.json', 'tokenizer.json', '1_Pooling']) {
      await cp(join(folder, name), join(copy, name), { recursive: true });
    }
  });
  afterAll(() => rm(copy, { recursive: true }));
  const load = () => loadSentenceEncoder({ model: copy, threads: 1 });
  const edit = async (name: string, change: (json: Record<string, unknown>) => void): Promise<void> => {
    const json = JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
    change(json);
    await writeFile(join(copy, name), JSON.stringify(json));
  };

  it('names the weights that are missing, and those that do not fit', async () => {
    await expect(load()).rejects.toMatchObject({
      code: 'FILE_MISSING',
      path: join(copy, 'model.safetensors'),
    });
    await cp(join(folder, 'model.safetensors'), join(copy, 'model.safetensors'));
    await edit('config.json', (config) => {
      config.hidden_size = 192;
    });
    await expect(load()).rejects.toThrow(/word_embeddings\.weight has shape \[30522, 384\].*\[30522, 192\]/);
  });

  it('refuses what it does not compute', async () => {
    await edit('config.json', (config) => {
      config.model_type = 'roberta';
    });
    await expect(load()).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL', given: 'roberta' });
    await edit('config.json', () => undefined);
    await edit('1_Pooling/config.json', (pooling) => {
      pooling.pooling_mode_max_tokens = true;
    });
    await expect(load()).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL' });
    for (const model of ['smollm2-135m', 'owner/name', 'minilmm']) {
      await expect(loadSentenceEncoder({ model })).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL' });
    }
  });

  it('pools by the first token where the folder says so, under another name', async () => {
    await edit('1_Pooling/config.json', (pooling) => {
      pooling.pooling_mode_mean_tokens = false;
      pooling.pooling_mode_cls_token = true;
    });
    const first = await load();
    const mean = await loadSentenceEncoder({ threads: 1 });
    const [a, b] = [await first.encode(['rain']), await mean.encode(['rain'])];
    expect(a.data).not.toEqual(b.data);
    expect(first.name.split('@')[1]).not.toBe(mean.name.split('@')[1]);
    await first.dispose?.();
    await mean.dispose?.();
  });
});
