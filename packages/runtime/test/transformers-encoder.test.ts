import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@austeer/core';
import { describeSentenceEncoder } from '@austeer/core/testing';
import { createGraphWriter } from '@austeer/onnx';
import { resolveModel } from '@austeer/runtime';
import { createTransformersEncoder, type FeatureExtractor } from '@austeer/runtime/transformers';
import { env, pipeline } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The real transformers.js over a model of one table of random vectors, with MiniLM's own tokenizer. */
const VOCABULARY = 30522;
const WIDTH = 16;
let folder: string;
let extractor: FeatureExtractor & { dispose(): Promise<unknown> };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-transformers-'));
  const { directory } = await resolveModel({ model: 'minilm' });
  const model = join(folder, 'table');
  await mkdir(join(model, 'onnx'), { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json']) {
    await cp(join(directory, name), join(model, name));
  }
  const random = createRandom(5);
  const graph = createGraphWriter({ name: 'table' });
  for (const name of ['input_ids', 'attention_mask', 'token_type_ids']) {
    graph.input(name, 'int64', ['rows', 'tokens']);
  }
  const data = Float32Array.from({ length: VOCABULARY * WIDTH }, () => random.normal());
  graph.constant('table', { dtype: 'float32', dims: [VOCABULARY, WIDTH], data });
  graph.node('Gather', ['table', 'input_ids'], ['last_hidden_state']);
  graph.output('last_hidden_state', 'float32', ['rows', 'tokens', WIDTH]);
  await writeFile(join(model, 'onnx/model.onnx'), graph.toBytes());
  env.allowRemoteModels = false;
  env.localModelPath = folder;
  env.cacheDir = join(folder, 'cache');
  extractor = await pipeline('feature-extraction', 'table', { dtype: 'fp32' });
}, 300_000);
afterAll(async () => {
  await extractor.dispose();
  await rm(folder, { recursive: true });
});

describeSentenceEncoder({
  name: 'A pipeline of transformers.js',
  load: async () => createTransformersEncoder({ pipeline: extractor, name: 'table' }),
});

describe('a pipeline of transformers.js', () => {
  it('runs texts of like length together, at most a batch of them', async () => {
    const seen: string[][] = [];
    const watched: FeatureExtractor = (texts, options) => {
      seen.push(texts);
      return extractor(texts, options);
    };
    const encoder = createTransformersEncoder({ pipeline: watched, name: 'table', batchSize: 2 });
    await encoder.encode(['a', 'a very long text', 'b', 'another long text', 'a']);
    expect(seen).toEqual([
      ['another long text', 'a very long text'],
      ['a', 'b'],
    ]);
  });

  it('pools as it is told', async () => {
    const encode = async (pooling: 'mean' | 'cls') => {
      const encoder = createTransformersEncoder({ pipeline: extractor, name: 'table', pooling });
      return (await encoder.encode(['rain', 'sun'])).data;
    };
    const [mean, first] = [await encode('mean'), await encode('cls')];
    // The first token is the same in every text, and this model knows no context.
    expect(first.slice(0, WIDTH)).toEqual(first.slice(WIDTH));
    expect(mean.slice(0, WIDTH)).not.toEqual(mean.slice(WIDTH));
  });

  it('names an output that is no vector for each text', async () => {
    const tokens: FeatureExtractor = async () => ({ data: new Float32Array(4), dims: [1, 2, 2] });
    const encoder = createTransformersEncoder({ pipeline: tokens, name: 'tokens' });
    await expect(encoder.encode(['x'])).rejects.toThrow(
      /output of the pipeline is \[1,2,2\].*feature-extraction/,
    );
  });
});
