import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, halfToFloat, type SafetensorsEntry, writeSafetensors } from '@austeer/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSentenceEncoder } from './open-sentence-encoder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-encoder-'));
});
afterEach(() => rm(folder, { recursive: true }));

const [HIDDEN, INNER, VOCABULARY, POSITIONS] = [8, 16, 20, 12];
const CONFIGURATION = {
  model_type: 'bert',
  hidden_size: HIDDEN,
  intermediate_size: INNER,
  num_attention_heads: 2,
  num_hidden_layers: 2,
  vocab_size: VOCABULARY,
  max_position_embeddings: POSITIONS,
  type_vocab_size: 2,
  hidden_act: 'gelu',
};

/** Shapes of a checkpoint, by name. */
function shapes(): Record<string, number[]> {
  const norm = (name: string) => ({ [`${name}.weight`]: [HIDDEN], [`${name}.bias`]: [HIDDEN] });
  const linear = (name: string, out: number, into: number) => {
    return { [`${name}.weight`]: [out, into], [`${name}.bias`]: [out] };
  };
  const layer = (at: string) => ({
    ...linear(`${at}.attention.self.query`, HIDDEN, HIDDEN),
    ...linear(`${at}.attention.self.key`, HIDDEN, HIDDEN),
    ...linear(`${at}.attention.self.value`, HIDDEN, HIDDEN),
    ...linear(`${at}.attention.output.dense`, HIDDEN, HIDDEN),
    ...norm(`${at}.attention.output.LayerNorm`),
    ...linear(`${at}.intermediate.dense`, INNER, HIDDEN),
    ...linear(`${at}.output.dense`, HIDDEN, INNER),
    ...norm(`${at}.output.LayerNorm`),
  });
  return {
    'embeddings.word_embeddings.weight': [VOCABULARY, HIDDEN],
    'embeddings.position_embeddings.weight': [POSITIONS, HIDDEN],
    'embeddings.token_type_embeddings.weight': [2, HIDDEN],
    ...norm('embeddings.LayerNorm'),
    ...layer('encoder.layer.0'),
    ...layer('encoder.layer.1'),
  };
}

/** The same random numbers in any of the element types: all of them have six bits of fraction at most. */
function weights(dtype: 'F32' | 'F16' | 'BF16', prefix = ''): Record<string, SafetensorsEntry> {
  const random = createRandom(3);
  const entry = (shape: readonly number[]): SafetensorsEntry => {
    const count = shape.reduce((product, size) => product * size, 1);
    // Sign, an exponent around zero, and six bits of fraction as binary16 lays them out.
    const halves = Uint16Array.from({ length: count }, () => {
      return (random.integer(2) << 15) | ((13 + random.integer(3)) << 10) | (random.integer(64) << 4);
    });
    const floats = Float32Array.from(halves, halfToFloat);
    if (dtype === 'F16') return { dtype, shape, data: halves };
    if (dtype === 'F32') return { dtype, shape, data: floats };
    const bits = new Uint32Array(floats.buffer);
    return { dtype, shape, data: Uint16Array.from(bits, (value) => value >>> 16) };
  };
  return Object.fromEntries(
    Object.entries(shapes()).map(([name, shape]) => [`${prefix}${name}`, entry(shape)]),
  );
}

async function save(tensors: Record<string, SafetensorsEntry>, configuration: object = {}): Promise<void> {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...CONFIGURATION, ...configuration }));
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors({ tensors }));
}

async function encode(rows: readonly (readonly number[])[]): Promise<number[]> {
  const { model, dataFolder } = await openSentenceEncoder({ path: folder });
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: dataFolder } },
  });
  const width = Math.max(...rows.map((row) => row.length));
  const padded = (fill: (token: number) => number): BigInt64Array =>
    BigInt64Array.from(
      rows.flatMap((row) => Array.from({ length: width }, (_, at) => (at in row ? fill(row[at]!) : 0))),
      BigInt,
    );
  const { sentences } = await session.run({
    input_ids: new Tensor('int64', padded(Number), [rows.length, width]),
    attention_mask: new Tensor(
      'int64',
      padded(() => 1),
      [rows.length, width],
    ),
  });
  await session.release();
  return Array.from(sentences!.data as Float32Array);
}

describe('openSentenceEncoder', () => {
  const rows = [
    [1, 2, 3, 4, 5],
    [6, 7],
  ];

  it('computes the same from weights of any floating type, with or without a prefix', async () => {
    await save(weights('F32'));
    const expected = await encode(rows);
    for (const tensors of [weights('F16'), weights('BF16'), weights('F32', 'bert.')]) {
      await save(tensors);
      for (const [index, value] of (await encode(rows)).entries())
        expect(value).toBeCloseTo(expected[index]!, 5);
    }
  });

  it('takes no notice of padding', async () => {
    await save(weights('F32'));
    const together = (await encode(rows)).slice(HIDDEN);
    for (const [index, value] of (await encode([rows[1]!])).entries())
      expect(value).toBeCloseTo(together[index]!, 5);
  });

  it('computes each activation as it is named', async () => {
    const results: number[][] = [];
    for (const hidden_act of ['gelu', 'gelu_new', 'relu']) {
      await save(weights('F32'), { hidden_act });
      results.push(await encode(rows));
    }
    // Both forms of the same function are near each other, and not the same.
    const gap = (other: number[]): number =>
      Math.max(...results[0]!.map((value, index) => Math.abs(value - other[index]!)));
    expect(gap(results[1]!)).toBeGreaterThan(0);
    expect(gap(results[2]!)).toBeGreaterThan(5 * gap(results[1]!));
  });

  it('carries no weights in its graph', async () => {
    await save(weights('F32'));
    const text = new TextDecoder('latin1').decode((await openSentenceEncoder({ path: folder })).model);
    const { data } = weights('F32')['embeddings.word_embeddings.weight']!;
    const bytes = new TextDecoder('latin1').decode(new Uint8Array(data.buffer, 0, 64));
    expect(text).not.toContain(bytes);
    expect(text).toContain('model.safetensors');
  });

  it('names what is missing or of another kind', async () => {
    const path = folder;
    await expect(openSentenceEncoder({ path })).rejects.toMatchObject({ code: 'FILE_MISSING' });
    const { 'encoder.layer.1.output.dense.bias': _, ...rest } = weights('F32');
    await save(rest);
    await expect(openSentenceEncoder({ path })).rejects.toThrow(
      /no tensor encoder\.layer\.1\.output\.dense\.bias/,
    );
    await save({
      ...weights('F32'),
      'embeddings.LayerNorm.bias': { dtype: 'I8', shape: [8], data: new Int8Array(8) },
    });
    await expect(openSentenceEncoder({ path })).rejects.toThrow(/LayerNorm\.bias is of type I8/);
    for (const [change, message] of [
      [{ hidden_act: 'silu' }, /hidden_act is "silu"/],
      [{ position_embedding_type: 'relative_key' }, /relative_key/],
      [{ num_attention_heads: 3 }, /hidden_size is "8".*3 heads/],
      [{ vocab_size: 0 }, /vocab_size is 0/],
    ] as const) {
      await save(weights('F32'), change);
      await expect(openSentenceEncoder({ path })).rejects.toThrow(message);
    }
    await save(weights('F32'));
    await writeFile(
      join(folder, 'modules.json'),
      JSON.stringify([{ type: 'x.models.Dense', path: '2_Dense' }]),
    );
    await expect(openSentenceEncoder({ path })).rejects.toThrow(/Dense/);
  });
});
