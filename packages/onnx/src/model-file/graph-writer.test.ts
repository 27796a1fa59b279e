import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from '@austeer/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createGraphWriter, MICROSOFT_DOMAIN } from './graph-writer.ts';

describe('createGraphWriter', () => {
  it('writes a graph that runs, with constants, attributes and made-up names', async () => {
    const graph = createGraphWriter({ name: 'test' });
    graph.input('x', 'float32', ['rows', 3]);
    graph.constant('weight', { dtype: 'float32', dims: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    graph.constant('bias', Float32Array.of(10, 20));
    const [product] = graph.node('Gemm', ['x', 'weight', 'bias'], 1, {
      attributes: { alpha: { float: 2 }, transB: { int: 0 } },
    });
    const [left, right] = graph.node('Split', [product], 2, {
      attributes: { axis: { int: 1 }, num_outputs: { int: 2 } },
    });
    graph.node('Gelu', [left], ['gelu'], { domain: MICROSOFT_DOMAIN });
    graph.node('Identity', [right!], ['y']);
    graph.output('y', 'float32', ['rows', 1]);
    graph.output('gelu', 'float32', ['rows', 1]);
    const session = await InferenceSession.create(graph.toBytes());
    const { y, gelu } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 0, -1), [1, 3]) });
    expect([...(y!.data as Float32Array)]).toEqual([12]);
    expect((gelu!.data as Float32Array)[0]).toBeCloseTo(2 * 0.9772, 3);
  });

  it('reads external tensors from a byte range', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'austeer-writer-'));
    try {
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(9, 9, 9, 9, 1, 2).buffer));
      const graph = createGraphWriter({ name: 'test' });
      graph.input('x', 'float32', [2]);
      graph.external('weight', {
        dtype: 'float32',
        dims: [2],
        location: 'weights.bin',
        offset: 16,
        length: 8,
      });
      graph.node('Add', ['x', 'weight'], ['y']);
      graph.output('y', 'float32', [2]);
      const session = await InferenceSession.create(graph.toBytes(), {
        extra: { session: { model_external_initializers_file_folder_path: folder } },
      });
      const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 1), [2]) });
      expect([...(y!.data as Float32Array)]).toEqual([2, 3]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses unknown and repeated names, wrong data lengths and broken integers', () => {
    const graph = createGraphWriter({ name: 'test' });
    graph.input('x', 'float32', [2]);
    expect(() => graph.input('x', 'float32', [2])).toThrow(InvalidArgumentError);
    expect(() => graph.node('Add', ['x', 'missing'])).toThrow(/missing/);
    expect(() => graph.node('Neg', ['x'], ['x'])).toThrow(InvalidArgumentError);
    expect(() => graph.output('nowhere', 'float32', [])).toThrow(InvalidArgumentError);
    expect(() => graph.constant('w', { dtype: 'float32', dims: [3], data: Float32Array.of(1) })).toThrow(
      /12 bytes/,
    );
    expect(() => graph.node('Cast', ['x'], ['c'], { attributes: { to: { int: 1.5 } } })).toThrow(
      InvalidArgumentError,
    );
  });
});
