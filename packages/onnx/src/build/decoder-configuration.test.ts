import { describe, expect, it } from 'vitest';
import type { GgufFile, GgufTensor, GgufValue } from '../gguf/read-gguf.ts';
import { readDecoderConfiguration } from './decoder-configuration.ts';

/** A file of an architecture with the sizes of no model in particular. */
function fileOf(architecture: string, entries: Readonly<Record<string, GgufValue>> = {}): GgufFile {
  const embedding: GgufTensor = {
    name: 'token_embd.weight',
    type: 'F32',
    shape: [100, 64],
    offset: 0,
    length: 100 * 64 * 4,
  };
  const sizes = {
    block_count: 12,
    context_length: 32,
    embedding_length: 64,
    feed_forward_length: 96,
    'attention.head_count': 8,
    'attention.key_length': 16,
    'attention.layer_norm_rms_epsilon': 1e-6,
    ...entries,
  };
  return {
    path: 'model.gguf',
    metadata: new Map<string, GgufValue>([
      ['general.architecture', architecture],
      ...Object.entries(sizes).map(([key, value]) => [`${architecture}.${key}`, value] as const),
    ]),
    tensors: new Map([[embedding.name, embedding]]),
  };
}

const windowsOf = (file: GgufFile) => readDecoderConfiguration(file).attention.map(({ window }) => window);

describe('readDecoderConfiguration', () => {
  it('gives gemma2 a window of 4096 in every other layer where the file is silent', () => {
    const windows = windowsOf(fileOf('gemma2'));
    expect(windows).toEqual(Array.from({ length: 12 }, (_, layer) => (layer % 2 === 0 ? 4096 : undefined)));
  });

  it('lets every sixth layer of gemma3 see everything, with a rotary base of its own', () => {
    const file = fileOf('gemma3', { 'attention.sliding_window': 512, 'rope.freq_base': 1e6 });
    const { attention } = readDecoderConfiguration(file);
    expect(attention[4]).toEqual({ window: 512, rotary: { base: 10_000, factor: 1 } });
    expect(attention[5]).toEqual({ window: undefined, rotary: { base: 1e6, factor: 1 } });
    expect(attention[11]).toEqual(attention[5]);
  });

  it('takes the period of windows from the file', () => {
    const file = fileOf('gemma3', {
      'attention.sliding_window': 512,
      'attention.sliding_window_pattern': 3,
      block_count: 4,
    });
    expect(windowsOf(file)).toEqual([512, 512, undefined, 512]);
  });

  it.each(['llama', 'qwen2', 'qwen3', 'gemma3'])('%s without a window sees everything', (architecture) => {
    expect(new Set(windowsOf(fileOf(architecture)))).toEqual(new Set([undefined]));
  });

  it.each([
    ['gemma2', 46],
    ['gemma3', 62],
  ])('scales the attention of the largest %s by hidden / heads', (architecture, layers) => {
    const scaleAt = (blocks: number): number =>
      readDecoderConfiguration(fileOf(architecture, { block_count: blocks })).attentionScale;
    expect(scaleAt(layers)).toBe(1 / Math.sqrt(64 / 8));
    expect(scaleAt(12)).toBe(1 / Math.sqrt(16));
  });

  it('refuses a head size that attention would refuse when the model runs', () => {
    const read = (size: number) =>
      readDecoderConfiguration(fileOf('llama', { 'attention.key_length': size }));
    expect(() => read(8)).toThrow(/Head size .*8.*multiples of 16/);
    expect(read(80).headSize).toBe(80);
  });

  it.each([
    ['a size that is no whole number', { block_count: 1.5 }, 'block_count is 1.5'],
    ['a size that is missing', { 'attention.head_count': '8' }, 'attention.head_count is "8"'],
  ])('names %s', (_name, entries, message) => {
    expect(() => readDecoderConfiguration(fileOf('qwen2', entries))).toThrow(message);
  });
});
