/**
 * The tiny exported decoders of `tooling/fixtures` and what PyTorch computes with them.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SafetensorsContent, type SafetensorsEntry, SITES, type Site, safetensorsFloats, safetensorsIntegers } from '@austeer/core';
import { readSafetensorsFile } from '@austeer/core/node';
import type { Edits } from './run-decoder.ts';

const FOLDER = fileURLToPath(new URL('../../../../tooling/fixtures/goldens', import.meta.url));

/** Every export that `tooling/fixtures` made with PyTorch's numbers beside it: `<family>-<exporter>[-<precision>]`. */
export const GOLDEN_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((name) => existsSync(join(FOLDER, name, 'golden.safetensors')))
  .sort();

/** Exports that compute in float16: eleven bits a number. */
export const isHalf = (name: string): boolean => /f16|fp16/.test(name);

export const ROWS = 2;
/** Greedy tokens after the prompt. */
export const STEPS = 6;
export const RUN_SITES: Readonly<Record<'two' | 'four', readonly Site[]>> = {
  two: ['attention', 'ffn'],
  four: SITES,
};

export function goldenFolder(name: string): string {
  return join(FOLDER, name);
}

export async function readGolden(name: string): Promise<Golden> {
  const path = `${goldenFolder(name)}/golden.safetensors`;
  return createGolden(await readSafetensorsFile(path, { what: 'Golden file' }));
}

export interface Golden {
  /** Sites of the model: mixtures of experts have no inner one. */
  readonly sites: readonly Site[];
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
    sites: SITES.filter((site) => content.tensors.has(`gain.${site}`)),
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
