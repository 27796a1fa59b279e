import { describe, expect, it } from 'vitest';
import { goldenFolder } from '../__fixtures__/goldens.ts';
import { describeOnnxDecoder } from '../overlay/open-onnx-decoder.ts';

/** Place of each site in layer 1, looked up in the exported graphs by hand. */
const EXPECTED: Readonly<Record<string, readonly [widths: number[], places: string[]]>> = {
  'llama-optimum': [
    [64, 32, 48, 32],
    [
      '/model/layers.1/self_attn/Reshape_7_output_0',
      '/model/layers.1/mlp/down_proj/MatMul_output_0',
      '/model/layers.1/mlp/Mul_output_0',
      '/model/layers.1/Add_1_output_0',
    ],
  ],
  'llama-genai': [
    [64, 32, 48, 32],
    [
      '/model/layers.1/attn/GroupQueryAttention/output_0',
      '/model/layers.1/mlp/down_proj/MatMul/output_0',
      '/model/layers.1/mlp/Mul/output_0',
      '/model/layers.2/input_layernorm/SkipLayerNorm',
    ],
  ],
  'qwen2-optimum': [
    [32, 32, 48, 32],
    [
      '/model/layers.1/self_attn/Reshape_7_output_0',
      '/model/layers.1/mlp/down_proj/MatMul_output_0',
      '/model/layers.1/mlp/Mul_output_0',
      '/model/layers.1/Add_1_output_0',
    ],
  ],
  'gpt2-optimum': [
    [32, 32, 128, 32],
    [
      '/transformer/h.1/attn/Reshape_3_output_0',
      '/transformer/h.1/mlp/c_proj/Reshape_1_output_0',
      '/transformer/h.1/mlp/act/Mul_3_output_0',
      '/transformer/h.1/Add_1_output_0',
    ],
  ],
  // The bias comes after the node named dense_4h_to_h, and belongs to the block.
  'gpt-neox-optimum': [
    [32, 32, 48, 32],
    [
      '/gpt_neox/layers.1/attention/Reshape_1_output_0',
      '/gpt_neox/layers.1/mlp/dense_4h_to_h/Add_output_0',
      '/gpt_neox/layers.1/mlp/act/Mul_1_output_0',
      '/gpt_neox/layers.1/Add_1_output_0',
    ],
  ],
  // Before the norm after the block.
  'gemma3-optimum': [
    [64, 32, 48, 32],
    [
      '/model/layers.1/self_attn/Reshape_7_output_0',
      '/model/layers.1/mlp/down_proj/MatMul_output_0',
      '/model/layers.1/mlp/Mul_output_0',
      '/model/layers.1/Add_1_output_0',
    ],
  ],
  // Before the residual multiplier.
  'granite-genai': [
    [32, 32, 48, 32],
    [
      '/model/layers.1/attn/GroupQueryAttention/output_0',
      '/model/layers.1/mlp/down_proj/MatMul/output_0',
      '/model/layers.1/mlp/Mul/output_0',
      '/model/layers.2/final_norm_layernorm/SkipLayerNorm',
    ],
  ],
  'phi-genai': [
    [32, 32, 48, 32],
    [
      '/model/layers.1/attn/GroupQueryAttention/output_0',
      '/model/layers.1/mlp/fc2/Add/output_0',
      '/model/layers.1/mlp/act_fn/FastGelu/output_0',
      '/model/layers.2/final_norm_layernorm/SkipLayerNorm',
    ],
  ],
};

describe('describeOnnxDecoder', () => {
  it.each(Object.entries(EXPECTED))('finds the sites of %s', async (name, [widths, places]) => {
    const description = await describeOnnxDecoder({ path: goldenFolder(name) });
    const { attention, ffn, ffnInner, residual } = description.sites;
    const sites = [attention, ffn, ffnInner, residual];
    expect(sites.map((site) => site?.width)).toEqual(widths);
    expect(sites.map((site) => site?.places[1])).toEqual(places);
    expect(sites.every((site) => new Set(site?.places).size === description.layers)).toBe(true);
    expect(description.layers).toBe(name.startsWith('llama') ? 3 : 2);
    expect(description.attention).toBe(name.endsWith('genai') ? 'GroupQueryAttention' : 'plain');
    expect(description.exporter).toMatch(name.endsWith('genai') ? /onnxruntime-genai/ : /pytorch/);
  });
});
