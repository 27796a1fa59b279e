import { fileURLToPath } from 'node:url';
import { type SafetensorsContent, safetensorsFloats } from '@austeer/core';
import { readSafetensorsFile } from '@austeer/core/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { dequantize, type GgufTensorType, TENSOR_TYPES } from './tensor-types.ts';

const types = Object.keys(TENSOR_TYPES) as GgufTensorType[];

describe('dequantize', () => {
  let goldens: SafetensorsContent;
  beforeAll(async () => {
    const path = new URL('../../../../tooling/fixtures-gguf/goldens/blocks.safetensors', import.meta.url);
    goldens = await readSafetensorsFile(fileURLToPath(path), { what: 'Golden file' });
  });

  it.each(types.filter((type) => type !== 'F32'))('%s: every bit as the reference has it', (type) => {
    const expected = safetensorsFloats(goldens.tensors.get(`${type}.numbers`)!);
    const { buffer, byteOffset, byteLength } = goldens.tensors.get(`${type}.bytes`)!.data;
    const given = dequantize(type, new Uint8Array(buffer, byteOffset, byteLength));
    expect(expected.length).toBe(1024);
    expect(new Uint32Array(given.buffer)).toEqual(
      new Uint32Array(expected.buffer, expected.byteOffset, expected.length),
    );
  });

  it('F32: the numbers themselves', () => {
    const numbers = Float32Array.of(1.5, -3e-40, 7);
    expect(dequantize('F32', new Uint8Array(numbers.buffer))).toEqual(numbers);
  });

  it.each(types)('%s refuses half a block', (type) => {
    const bytes = new Uint8Array(TENSOR_TYPES[type].bytes + 1);
    expect(() => dequantize(type, bytes)).toThrow('block size');
  });
});
