/**
 * The tiny exported decoders of `tooling/fixtures` and what PyTorch computes with them.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { type SafetensorsContent, type SafetensorsEntry, SITES, type Site, safetensorsFloats, safetensorsIntegers } from '@austeer/core';
import { readSafetensorsFile } from '@austeer/core/node';
import type { Edits } from './run-decoder.ts';

export const GOLDEN_NAMES = [
  'llama-optimum',
  'llama-genai',
  'qwen2-optimum',
  'gpt2-optimum',
  'gpt-neox-optimum',
  'gemma3-optimum',
  'granite-genai',
  'phi-genai',
] as const;

export const ROWS = 2;
/** Greedy tokens after the prompt. */
export const STEPS = 6;
export const RUN_SITES: Readonly<Record<'two' | 'four', readonly Site[]>> = {
  two: ['attention', 'ffn'],
  four: SITES,
};

export function goldenFolder(name: string): string {
  return fileURLToPath(new URL(`../../../../tooling/fixtures/goldens/${name}`, import.meta.url));
}

export async function readGolden(name: string): Promise<Golden> {
  const path = `${goldenFolder(name)}/golden.safetensors`;
  return createGolden(await readSafetensorsFile(path, { what: 'Golden file' }));
}

export interface Golden {
  floats(name: string): Float32Array;
  tokens(name: string): number[];
  edits(sites: readonly Site[], row?: number): Edits;
}

function createGolden(content: SafetensorsContent): Golden {
  const entry = (name: string): SafetensorsEntry => {
    const found = content.tensors.get(name);
    if (found === undefined) throw new Error(`golden file without ${name}`);
    return found;
  };
  const floats = (name: string) => safetensorsFloats(entry(name));
  return {
    floats,
    tokens: (name) => Array.from(safetensorsIntegers(entry(name))),
    edits: (sites, row) =>
      Object.fromEntries(
        sites.map((site) => {
          const part = (name: string): Float32Array => {
            const all = floats(name);
            const size = all.length / ROWS;
            return row === undefined ? all : all.slice(row * size, (row + 1) * size);
          };
          return [site, { gain: part(`gain.${site}`), bias: part(`bias.${site}`) }];
        }),
      ),
  };
}

/** Largest absolute difference; infinite where the lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
