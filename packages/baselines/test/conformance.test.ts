import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMethod, createSadiMethod, type MethodOptions } from '@austeer/baselines';
import { describeSteeringMethod } from '@austeer/baselines/testing';
import { createRandom } from '@austeer/core';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import { loadModel } from '@austeer/runtime';
import type { MethodSetting } from '@austeer/steering';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'austeer-baselines-'));
const path = join(folder, 'tiny.gguf');
writeFileSync(path, tinyLlama());
afterAll(() => rmSync(folder, { recursive: true }));

const { layers, hidden, headSize, vocabulary } = TINY_LLAMA;
const random = createRandom(8);
const numbers = (length: number) => Float32Array.from({ length }, () => 0.2 * random.normal());
const features = 40;
const autoencoder = {
  layer: 1,
  width: hidden,
  features,
  encoder: numbers(hidden * features),
  encoderBias: numbers(features),
  decoder: numbers(features * hidden),
  decoderBias: numbers(hidden),
  centred: true,
};

const units = { setting: { budget: 6, strength: 4 }, acts: 6 };
const cases: Record<
  string,
  { setting: MethodSetting; acts: number; streams?: boolean; answerTokens?: number }
> = {
  austeer: units,
  causal: { setting: { budget: 6, strength: 0.5 }, acts: 6 },
  'natural-gradient': { setting: { budget: 6, strength: 0.3 }, acts: 6 },
  iti: { setting: { budget: 3, strength: 5 }, acts: 3 * headSize, streams: false },
  'iti/probe': { setting: { budget: 3, strength: 5 }, acts: 3 * headSize, streams: false },
  'iti/random': { setting: { budget: 3, strength: 5 }, acts: 3 * headSize, streams: false },
  caa: { setting: { strength: 2 }, acts: hidden },
  'caa/sta-repo': { setting: { strength: 2, layer: 2 }, acts: hidden, answerTokens: 2 },
  sadi: { setting: { budget: 2, strength: 4 }, acts: 2 * headSize },
  'sadi/official': { setting: { budget: 2, strength: 4 }, acts: 2 * headSize },
  'sadi/hidden': { setting: { budget: 5, strength: 9 }, acts: 5 },
  'sadi/hidden/official': { setting: { budget: 5, strength: 9 }, acts: 5 },
  'sadi/neuron': { setting: { budget: 5, strength: 9 }, acts: 5 },
  sta: { setting: { strength: 3 }, acts: hidden, answerTokens: 3 },
  'austeer/random-localization': units,
  'austeer/activation-difference': units,
  'austeer/fixed-vector': units,
  'austeer/fixed-strength': units,
  'austeer/all-units': { setting: { strength: 1, site: 'ffn' }, acts: layers * hidden },
  'austeer/broader-budgets': { setting: { budget: 100, strength: 1 }, acts: 100 },
  'austeer/suppression': {
    setting: { budget: 0.5, strength: 0.9, site: 'ffn' },
    acts: (layers * hidden) / 2,
  },
  'austeer/random-direction': units,
  'austeer/shuffled-labels': units,
};

const options: MethodOptions = { autoencoder, sites: ['ffn', 'attention'] };
for (const [name, expected] of Object.entries(cases)) {
  describeSteeringMethod({
    create: () => createMethod(name, options),
    load: () => loadModel({ model: path, threads: 1, cacheDirectory: folder }),
    tokensBelow: vocabulary,
    ...expected,
  });
}

describe('methods by name', () => {
  it('are all in the suite', async () => {
    const { METHODS } = await import('@austeer/baselines');
    expect([...METHODS].sort()).toEqual(Object.keys(cases).sort());
    for (const name of METHODS) expect(createMethod(name, options).name).toBe(name);
  });

  it('says which there are, what is missing, and what cannot be', () => {
    expect(() => createMethod('itti')).toThrow('Did you mean "iti"?');
    expect(() => createMethod('constructor')).toThrow('There is no method');
    expect(() => createMethod('sta')).toThrow('--sae');
    expect(() => createSadiMethod({ component: 'neuron', variant: 'official' })).toThrow(
      'no site of this project',
    );
  });
});
