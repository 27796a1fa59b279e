import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, type SafetensorsContent } from '@austeer/core';
import { readSafetensorsFile } from '@austeer/core/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUANTIZED_TYPES, type QuantizedType } from '../gguf/quantized-blocks.ts';
import { openGguf } from '../gguf/read-gguf.ts';
import { dequantize, type GgufTensorType } from '../gguf/tensor-types.ts';
import { createGraphWriter } from '../model-file/graph-writer.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { blockSumWriter } from './block-sums.ts';
import { planeWriter } from './integer-planes.ts';
import { type ActivationRounding, type Precision, planLinear } from './linear.ts';
import { ensurePreparedFile, placeSegments, weightUser } from './prepared-weights.ts';

const quantized = Object.keys(QUANTIZED_TYPES) as QuantizedType[];
const COLUMNS = 256;
/** The golden blocks of a type are 1024 numbers. */
const ROWS = 4;
const TOKENS = 3;

let folder: string;
let blocks: SafetensorsContent;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-linear-'));
  const path = new URL('../../../../tooling/fixtures-gguf/goldens/blocks.safetensors', import.meta.url);
  blocks = await readSafetensorsFile(fileURLToPath(path), { what: 'Golden file' });
});
afterAll(() => rm(folder, { recursive: true }));

function blocksOf(type: GgufTensorType): Uint8Array {
  const { buffer, byteOffset, byteLength } = blocks.tensors.get(`${type}.bytes`)!.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const bias = Float32Array.of(0.5, -1, 2, 3);

/** x·Wᵀ + bias for two stacked tensors of the same blocks, computed by ONNX Runtime. */
async function multiply(
  type: GgufTensorType,
  precision: Precision,
  rounding: ActivationRounding,
  x: Float32Array,
): Promise<Float32Array> {
  const path = join(folder, `${type}.gguf`);
  const shape = [ROWS, COLUMNS];
  const tensors = ['a', 'b'].flatMap((name) => [
    { name: `${name}.weight`, type, shape, bytes: blocksOf(type) },
    { name: `${name}.bias`, type: 'F32' as const, shape: [ROWS], numbers: bias },
  ]);
  await writeFile(path, writeGguf({ 'general.architecture': 'none' }, tensors));
  const file = await openGguf(path);
  const parts = ['a', 'b'].map((name) => ({
    weight: file.tensors.get(`${name}.weight`)!,
    bias: file.tensors.get(`${name}.bias`)!,
  }));
  const linear = planLinear({ file, name: 'both', parts, precision, rounding })!;
  const { placed, size } = placeSegments(linear.segments);
  const location = `${type}.${precision}.${rounding.replace(' ', '-')}.weights`;
  await ensurePreparedFile({ path: join(folder, location), placed, size });

  const graph = createGraphWriter({ name: 'linear' });
  graph.input('x', 'float32', ['rows', 'tokens', COLUMNS]);
  const weight = weightUser({ graph, placed, location });
  linear.emit(
    { graph, weight, blockSums: blockSumWriter(graph), planes: planeWriter(graph), forCard: false },
    'x',
    'y',
  );
  graph.output('y', 'float32', ['rows', 'tokens', 2 * ROWS]);
  const session = await InferenceSession.create(graph.toBytes(), {
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
  const { y } = await session.run({ x: new Tensor('float32', x, [1, TOKENS, COLUMNS]) });
  await session.release();
  return y!.data as Float32Array;
}

/** Largest difference from the product in float64, as a share of its root mean square. */
function errorOf(type: GgufTensorType, x: Float32Array, y: Float32Array): number {
  const weights = dequantize(type, blocksOf(type));
  let [worst, squares] = [0, 0];
  for (let token = 0; token < TOKENS; token++) {
    for (let row = 0; row < 2 * ROWS; row++) {
      let sum = bias[row % ROWS]!;
      for (let i = 0; i < COLUMNS; i++) sum += x[token * COLUMNS + i]! * weights[(row % ROWS) * COLUMNS + i]!;
      worst = Math.max(worst, Math.abs(sum - y[token * 2 * ROWS + row]!));
      squares += sum ** 2;
    }
  }
  return worst / Math.sqrt(squares / (TOKENS * 2 * ROWS));
}

/** Activations that 8 bits hold exactly: whole numbers up to 127, which every block of 16 reaches. */
function wholeActivations(): Float32Array {
  const random = createRandom(2);
  return Float32Array.from({ length: TOKENS * COLUMNS }, (_, index) =>
    index % 16 === 0 ? 127 : random.integer(255) - 127,
  );
}

function normalActivations(): Float32Array {
  const random = createRandom(3);
  return Float32Array.from({ length: TOKENS * COLUMNS }, () => random.normal());
}

describe('planLinear', () => {
  it.each([...quantized, 'F16', 'BF16'] as const)('%s in fp32 is exact', async (type) => {
    const x = normalActivations();
    expect(errorOf(type, x, await multiply(type, 'fp32', 'coarse', x))).toBeLessThan(2e-6);
  });

  describe.each(['coarse', 'fine', 'two planes'] as const)('4bit, activations rounded: %s', (rounding) => {
    it.each(quantized)('%s loses nothing of the weights', async (type) => {
      const x = wholeActivations();
      expect(errorOf(type, x, await multiply(type, '4bit', rounding, x))).toBeLessThan(2e-6);
    });

    it.each(quantized)('%s loses of the activations what 8 bits lose', async (type) => {
      const x = normalActivations();
      const bound = rounding === 'two planes' ? 2e-4 : 0.03;
      expect(errorOf(type, x, await multiply(type, '4bit', rounding, x))).toBeLessThan(bound);
    });
  });

  it.each(quantized)('%s in 4bit-fast loses little of the offsets', async (type) => {
    const x = wholeActivations();
    const error = errorOf(type, x, await multiply(type, '4bit-fast', 'coarse', x));
    // The scales of a K type's golden blocks are random bits, and differ as no real ones do.
    expect(error).toBeLessThan(!QUANTIZED_TYPES[type].hasMinimum ? 2e-6 : type === 'Q4_K' ? 0.06 : 0.02);
  });

  it.each([...quantized, 'F16', 'BF16'] as const)('%s in 8bit loses what 8 bits a row lose', async (type) => {
    const x = normalActivations();
    const error = errorOf(type, x, await multiply(type, '8bit', 'fine', x));
    expect(error).toBeLessThan(0.03);
    expect(error).toBeGreaterThan(1e-6);
    // One plane of activations loses more, and a token's own scale keeps that within what 8 bits lose.
    expect(errorOf(type, x, await multiply(type, '8bit', 'coarse', x))).toBeLessThan(0.06);
  });

  it('in 8bit two planes of activations lose less than one', async () => {
    const x = normalActivations();
    const planes = await multiply('Q8_0', '8bit', 'fine', x);
    expect(errorOf('Q8_0', x, planes)).toBeLessThan(
      errorOf('Q8_0', x, await multiply('Q8_0', '8bit', 'coarse', x)),
    );
  });

  it('a token in 8bit does not depend on those beside it', async () => {
    const x = normalActivations();
    const whole = await multiply('Q8_0', '8bit', 'fine', x);
    // A token a million times as large beside it.
    const other = x.map((value, index) => (index < COLUMNS ? value : value * 1e6));
    const beside = await multiply('Q8_0', '8bit', 'fine', other);
    expect(beside.subarray(0, 2 * ROWS)).toEqual(whole.subarray(0, 2 * ROWS));
  });

  it.each(['F16', 'BF16'] as const)('%s in 4bit is computed as in fp32', async (type) => {
    const x = normalActivations();
    expect(await multiply(type, '4bit', 'fine', x)).toEqual(await multiply(type, 'fp32', 'fine', x));
  });
});
