import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, SITES, type Site } from '@austeer/core';
import {
  type DecoderGraph,
  type GraphPurpose,
  openGguf,
  POSITIONS_INPUT,
  type Precision,
  prepareGguf,
} from '@austeer/onnx';
import { type QuantizableType, TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { llamaOracle } from './llama-oracle.ts';

const tokens = [5, 80, 17, 200, 3, 99, 42];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-llama-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function prepare(type: QuantizableType, precision: Precision) {
  const path = join(folder, `${type}.gguf`);
  await writeFile(path, tinyLlama({ type }));
  const file = await openGguf(path);
  return { file, prepared: await prepareGguf({ file, precision, cacheKey: type, cacheDirectory: folder }) };
}

type Steering = Partial<Record<Site, { gain: Float32Array; bias: Float32Array }>>;

/** One prefill of one row: everything at every position. */
async function run(graph: DecoderGraph, row: readonly number[], steering: Steering = {}) {
  const session = await ort.InferenceSession.create(graph.model, {
    extra: { session: { model_external_initializers_file_folder_path: graph.dataFolder } },
  });
  const feeds: Record<string, ort.Tensor> = {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(row, BigInt), [1, row.length]),
    attention_mask: new ort.Tensor('int64', new BigInt64Array(row.length).fill(1n), [1, row.length]),
    [POSITIONS_INPUT]: new ort.Tensor(
      'int64',
      BigInt64Array.from(
        row.flatMap((_, index) => [0, index]),
        BigInt,
      ),
      [row.length, 2],
    ),
  };
  for (const { key, value } of graph.inputs.past) {
    for (const name of [key, value]) {
      feeds[name] = new ort.Tensor('float32', new Float32Array(0), [1, graph.kvHeads, 0, graph.headSize]);
    }
  }
  for (const site of graph.purpose.steer) {
    const size = graph.layers * graph.widths[site]!;
    for (const kind of ['gain', 'bias'] as const) {
      feeds[graph.inputs[kind][site]!] = new ort.Tensor(
        'float32',
        steering[site]?.[kind] ?? new Float32Array(size),
        [1, graph.layers, graph.widths[site]!],
      );
    }
  }
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

function largestDifference(given: ort.Tensor, expected: readonly (readonly number[])[]): number {
  const numbers = given.data as Float32Array;
  return expected
    .flat()
    .reduce((worst, value, index) => Math.max(worst, Math.abs(value - numbers[index]!)), 0);
}

function rootMeanSquare(numbers: readonly number[]): number {
  return Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0) / numbers.length);
}

const everything: GraphPurpose = { logits: true, capture: SITES, steer: SITES };

describe('prepareGguf', () => {
  it.each(['F32', 'F16', 'Q8_0', 'Q4_0', 'Q4_1'] as const)(
    'computes a %s model in fp32 as the oracle does',
    async (type) => {
      const { file, prepared } = await prepare(type, 'fp32');
      const graph = prepared.graph(everything);
      const outputs = await run(graph, tokens);
      const oracle = await llamaOracle(file, tokens);
      expect(largestDifference(outputs.logits!, oracle.logits)).toBeLessThan(1e-4);
      for (const site of SITES) {
        for (const [layer, name] of graph.outputs.captures[site]!.entries()) {
          expect(largestDifference(outputs[name]!, oracle[site][layer]!)).toBeLessThan(1e-4);
        }
      }
    },
  );

  it.each(['Q8_0', 'Q4_0', 'Q4_1'] as const)('computes a %s model in 4bit near the oracle', async (type) => {
    const { file, prepared } = await prepare(type, '4bit');
    const outputs = await run(prepared.graph({ logits: true, capture: [], steer: [] }), tokens);
    const oracle = await llamaOracle(file, tokens);
    const expected = oracle.logits.flat();
    const error = expected.map((value, index) => value - (outputs.logits!.data as Float32Array)[index]!);
    // 8-bit activations: about one percent per product.
    expect(rootMeanSquare(error) / rootMeanSquare(expected)).toBeLessThan(0.05);
  });

  it('edits every site as x ⊙ (1 + gain) + bias, seen by all that follows', async () => {
    const { file, prepared } = await prepare('F32', 'fp32');
    const graph = prepared.graph(everything);
    const random = createRandom(9);
    const steering = Object.fromEntries(
      SITES.map((site) => {
        const draw = (): Float32Array =>
          Float32Array.from({ length: graph.layers * graph.widths[site]! }, () => 0.3 * random.normal());
        return [site, { gain: draw(), bias: draw() }];
      }),
    ) as Record<Site, { gain: Float32Array; bias: Float32Array }>;
    const oracle = await llamaOracle(file, tokens, (site, layer, values) => {
      const { gain, bias } = steering[site];
      const start = layer * values.length;
      return values.map((value, index) => value * (1 + gain[start + index]!) + bias[start + index]!);
    });
    const outputs = await run(graph, tokens, steering);
    expect(largestDifference(outputs.logits!, oracle.logits)).toBeLessThan(1e-3);
    for (const site of SITES) {
      for (const [layer, name] of graph.outputs.captures[site]!.entries()) {
        expect(largestDifference(outputs[name]!, oracle[site][layer]!)).toBeLessThan(1e-3);
      }
    }
  });

  it.each(['fp32', '4bit'] as const)('is bit-identical under zero steering (%s)', async (precision) => {
    const { prepared } = await prepare('Q4_1', precision);
    const plain = await run(prepared.graph({ logits: true, capture: [], steer: [] }), tokens);
    const zero = await run(
      prepared.graph({ logits: true, capture: [], steer: ['attention', 'ffn', 'ffnInner'] }),
      tokens,
    );
    expect(zero.logits!.data).toEqual(plain.logits!.data);
  });

  it('writes the prepared file once', async () => {
    const first = await prepare('Q4_1', '4bit');
    const { mtimeMs } = await stat(first.prepared.weightsPath);
    const second = await prepare('Q4_1', '4bit');
    expect((await stat(second.prepared.weightsPath)).mtimeMs).toBe(mtimeMs);
  });

  it('leaves nothing behind when stopped', async () => {
    const path = join(folder, 'stopped.gguf');
    await writeFile(path, tinyLlama());
    const file = await openGguf(path);
    const cacheDirectory = await mkdtemp(join(folder, 'stopped-'));
    const stopped = prepareGguf({
      file,
      precision: 'fp32',
      cacheKey: 'stopped',
      cacheDirectory,
      signal: AbortSignal.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(await readdir(cacheDirectory)).toEqual([]);
  });

  it('refuses another architecture and says which it knows', async () => {
    const path = join(folder, 'mamba.gguf');
    await writeFile(path, tinyLlama({ architecture: 'mamba' }));
    const file = await openGguf(path);
    await expect(
      prepareGguf({ file, precision: 'fp32', cacheKey: 'mamba', cacheDirectory: folder }),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('supported: llama'),
    });
  });

  const norm = {
    name: 'blk.0.attn_q_norm.weight',
    type: 'F32',
    shape: [16],
    numbers: new Float32Array(16),
  } as const;
  it.each([
    ['a tensor that the graph would leave out', { tensors: [norm] }, 'blk.0.attn_q_norm.weight'],
    ['another way of scaling positions', { metadata: { 'llama.rope.scaling.type': 'yarn' } }, 'yarn'],
    ['a mixture of experts', { metadata: { 'llama.expert_count': 4 } }, 'Mixture of experts'],
    ['partial rotary dimensions', { metadata: { 'llama.attention.key_length': 32 } }, 'Head size'],
  ] as const)('refuses %s', async (_name, extra, message) => {
    const path = join(folder, 'refused.gguf');
    await writeFile(path, tinyLlama(extra));
    const file = await openGguf(path);
    await expect(
      prepareGguf({ file, precision: 'fp32', cacheKey: 'refused', cacheDirectory: folder }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL', message: expect.stringContaining(message) });
  });

  it('describes the model', async () => {
    const { prepared } = await prepare('F32', 'fp32');
    const { layers, heads, headSize, hidden, inner, kvHeads, vocabulary, contextLength } = TINY_LLAMA;
    expect(prepared.graph(everything)).toMatchObject({
      architecture: 'llama',
      layers,
      widths: { attention: heads * headSize, ffn: hidden, ffnInner: inner, residual: hidden },
      kvHeads,
      headSize,
      vocabularySize: vocabulary,
      contextLength,
      padding: 'right',
      cache: 'shared',
    });
  });
});
