import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GainGradientSource, ItemGradients } from '@austeer/core';
import { describeLanguageModel } from '@austeer/core/testing';
import { tinyLlama } from '@austeer/onnx/testing';
import { loadModel, loadModelInWorker, type ModelInWorker } from '@austeer/runtime';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Threads run the built files: `npx tsc -b` first, as `npm test` does. */
const folder = fileURLToPath(new URL('../../../tooling/fixtures/goldens/llama-genai', import.meta.url));
const load = () => loadModelInWorker({ model: folder, threads: 1 });

describeLanguageModel({
  name: 'llama-genai in a worker',
  load,
  tokensBelow: 96,
  tolerance: 1e-4,
  sites: ['attention', 'ffn'],
  spread: 0.1,
});

describe('loadModelInWorker', () => {
  let model: ModelInWorker;
  beforeEach(async () => {
    model = await load();
  });
  afterEach(() => model.dispose());

  it('is what loadModel gives, and the event loop goes on meanwhile', async () => {
    const direct = await loadModel({ model: folder, threads: 1 });
    expect([model.identity, model.headSize, model.details, model.contextLength]).toEqual([
      direct.identity,
      direct.headSize,
      direct.details,
      direct.contextLength,
    ]);
    const prompt = model.tokenizer!.encode('hello');
    const options = { maxNewTokens: 40, ignoreEnd: true };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const answer = await model.generate([prompt], options);
    clearInterval(timer);
    expect(answer).toEqual(await direct.generate([prompt], options));
    expect(ticks).toBeGreaterThan(0);
    await direct.dispose();
  });

  it('differentiates as loadModel’s does, and says as well where it cannot', async () => {
    const cacheDirectory = mkdtempSync(join(tmpdir(), 'austeer-worker-gradients-'));
    const path = join(cacheDirectory, 'tiny.gguf');
    writeFileSync(path, tinyLlama());
    const options = { model: path, threads: 1, cacheDirectory };
    const items = [1, 2, 3].map((token) => ({
      id: String(token),
      prompt: [token, 4],
      right: [[5, token]],
      wrong: [[6]],
    }));
    const collect = async (source: GainGradientSource): Promise<ItemGradients[]> => {
      const found: ItemGradients[] = [];
      for await (const item of source.gainGradients(items, { sites: ['ffn'] })) found.push(item);
      return found;
    };
    const [direct, apart] = [await loadModel(options), await loadModelInWorker(options)];
    expect(await collect(apart)).toEqual(await collect(direct));
    await direct.dispose();
    await apart.dispose();
    rmSync(cacheDirectory, { recursive: true });
    await expect(collect(model)).rejects.toMatchObject({ code: 'GRADIENT_UNAVAILABLE' });
  });

  it('computes no further than its reader reads, and stops with it', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => [row % 90, 1, 2]);
    let done = 0;
    const onProgress = (progress: { done: number }): void => {
      done = progress.done;
    };
    for await (const { row } of model.capture(rows, { sites: ['ffn'], batchSize: 1, onProgress })) {
      if (row === 2) break;
    }
    // The model works in windows of eight batches.
    expect(done).toBeLessThanOrEqual(16);
    expect(await model.score([{ prompt: [1], candidates: [[2]] }])).toHaveLength(1);
  });

  it('rejects calls under way and later ones when its thread ends', async () => {
    const pending = [
      model.generate([[1, 2, 3]], { maxNewTokens: 50, ignoreEnd: true }),
      model.score([{ prompt: [1], candidates: [[2]] }]),
      model
        .capture([[1, 2]], { sites: ['ffn'] })
        [Symbol.asyncIterator]()
        .next(),
    ];
    const settled = Promise.allSettled(pending);
    await model.terminate();
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_ENDED' } });
    await expect(model.score([{ prompt: [1], candidates: [[2]] }])).rejects.toMatchObject({
      code: 'WORKER_ENDED',
    });
  });

  it('runs several models side by side', async () => {
    const others = await Promise.all([load(), load()]);
    const options = { maxNewTokens: 5, ignoreEnd: true };
    const answers = await Promise.all([model, ...others].map((one) => one.generate([[5, 6, 7]], options)));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    await Promise.all(others.map((one) => one.dispose()));
  });
});

describe('loadModelInWorker, what goes wrong', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'austeer-worker-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  it('passes on the errors of loading, with code and fields', async () => {
    await expect(loadModelInWorker({ model: join(scratch, 'no.gguf') })).rejects.toMatchObject({
      code: 'FILE_MISSING',
    });
    writeFileSync(join(scratch, 'config.json'), '{"model_type":"llama","max_position_embeddings":8}');
    writeFileSync(join(scratch, 'model.onnx'), 'no graph');
    await expect(loadModelInWorker({ model: scratch })).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  it('stops loading when asked', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(loadModelInWorker({ model: folder, signal })).rejects.toThrow('enough');
  });
});
