/**
 * cos and sin of every position and frequency, as GroupQueryAttention reads them.
 *
 * @module
 */
import { type GgufFile, readTensor } from '../gguf/read-gguf.ts';
import { dequantize } from '../gguf/tensor-types.ts';
import type { RotarySettings } from './decoder-configuration.ts';
import { bytesOf, type WeightSegment } from './prepared-weights.ts';

/** Positions made at once. */
const POSITIONS = 4096;

/** Names of the two tables of some settings. */
export function rotaryNames({ base, factor }: RotarySettings): { cos: string; sin: string } {
  return { cos: `rotary.${base}.${factor}.cos`, sin: `rotary.${base}.${factor}.sin` };
}

/**
 * The two tables, float32 `[contextLength, headSize / 2]`. `rope_freqs.weight` (Llama 3) divides the
 * frequencies one by one.
 */
export function rotarySegments(options: {
  file: GgufFile;
  settings: RotarySettings;
  contextLength: number;
  headSize: number;
}): readonly WeightSegment[] {
  const { file, settings, contextLength, headSize } = options;
  const half = headSize / 2;
  const frequencies = async (): Promise<Float32Array> => {
    const factors = file.tensors.get('rope_freqs.weight');
    const divisors =
      factors === undefined ? undefined : dequantize(factors.type, await readTensor(file, factors));
    // PyTorch keeps the frequencies in 32-bit floats; so do we, or far positions differ.
    return Float32Array.from({ length: half }, (_, i) => {
      const frequency = Math.fround(1 / settings.base ** ((2 * i) / headSize));
      return frequency / ((divisors?.[i] ?? 1) * settings.factor);
    });
  };
  async function* table(of: (angle: number) => number): AsyncIterable<Uint8Array> {
    const each = await frequencies();
    for (let start = 0; start < contextLength; start += POSITIONS) {
      const positions = Math.min(POSITIONS, contextLength - start);
      const numbers = new Float32Array(positions * half);
      for (let at = 0; at < numbers.length; at++) {
        const position = start + Math.floor(at / half);
        numbers[at] = of(Math.fround(position * each[at % half]!));
      }
      yield bytesOf(numbers);
    }
  }
  const names = rotaryNames(settings);
  const dims = [contextLength, half];
  return [
    { name: names.cos, dtype: 'float32', dims, produce: () => table(Math.cos) },
    { name: names.sin, dtype: 'float32', dims, produce: () => table(Math.sin) },
  ];
}
