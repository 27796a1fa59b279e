import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModel, RowActivations, SteeringValues } from '@austeer/core';
import { tinyLlama } from '@austeer/onnx/testing';
import { loadModel, proveSites } from '@austeer/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let model: LanguageModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-prove-'));
  const path = join(folder, 'tiny.gguf');
  await writeFile(path, tinyLlama());
  model = await loadModel({ model: path, threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

/** A model whose captures are tampered with, as a wrongly found site would. */
function tampered(change: (row: RowActivations, steered: boolean, index: number) => void): LanguageModel {
  return {
    ...model,
    async *capture(rows, options) {
      for await (const row of model.capture(rows, options)) {
        change(row, options.steering !== undefined, row.row);
        yield row;
      }
    },
  };
}

describe('proveSites', () => {
  it('passes on every site of a right model', async () => {
    const proofs = await proveSites({ model });
    expect(proofs.map(({ site, passed }) => [site, passed])).toEqual([
      ['attention', true],
      ['ffn', true],
      ['ffnInner', true],
      ['residual', true],
    ]);
  });

  it('sees an edit that lands on another unit', async () => {
    const shifted: LanguageModel = {
      ...model,
      capture: (rows, options) =>
        model.capture(rows, {
          ...options,
          ...(options.steering && { steering: (options.steering as SteeringValues[]).map(shift) }),
        }),
    };
    const [proof] = await proveSites({ model: shifted, sites: ['ffn'] });
    expect(proof!.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['zero edit', true],
      ['one unit', false],
      ['direction', true],
    ]);
  });

  it('sees a zero edit that changes something', async () => {
    const noisy = tampered((row, steered) => {
      if (steered) row.activations.ffn!.data[0]! += 1e-6;
    });
    const [proof] = await proveSites({ model: noisy, sites: ['ffn'] });
    expect(proof!.checks[0]).toMatchObject({ name: 'zero edit', passed: false });
  });

  it('sees layers in the wrong order', async () => {
    const reversed = tampered((row) => {
      for (const { data, shape } of Object.values(row.activations)) {
        const [tokens, layers, width] = shape as [number, number, number];
        const copy = data.slice();
        for (let token = 0; token < tokens; token++) {
          for (let layer = 0; layer < layers; layer++) {
            const from = (token * layers + layers - 1 - layer) * width;
            data.set(copy.subarray(from, from + width), (token * layers + layer) * width);
          }
        }
      }
    });
    const [proof] = await proveSites({ model: reversed, sites: ['attention'] });
    expect(proof!.checks.find(({ name }) => name === 'direction')).toMatchObject({ passed: false });
  });
});

function shift(values: SteeringValues): SteeringValues {
  const { gain, bias } = values.sites.ffn!;
  const moved = new Float32Array(bias.length);
  for (const [index, value] of bias.entries()) moved[(index + 1) % bias.length] = value;
  return { ...values, sites: { ffn: { gain, bias: moved } } };
}
