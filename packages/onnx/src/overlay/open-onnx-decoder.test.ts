import type { Site } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import {
  GOLDEN_NAMES,
  type Golden,
  goldenFolder,
  isHalf,
  largestDifference,
  ROWS,
  RUN_SITES,
  readGolden,
  STEPS,
} from '../__fixtures__/goldens.ts';
import { createSession, type Edits, type RowResult, startRun } from '../__fixtures__/run-decoder.ts';
import type { DecoderGraph } from '../decoder-graph.ts';
import { openOnnxDecoder } from './open-onnx-decoder.ts';

const TOLERANCE = 1e-4;
/** Rounding of every value to eleven bits, summed up over two layers, on logits of about 10. */
const HALF_TOLERANCE = 0.05;
const CAPACITY = 32;

/** Prompt at once, then the run's greedy tokens one by one. */
async function replay(
  decoder: DecoderGraph,
  golden: Golden,
  options: { rows?: readonly number[]; tokens: (row: number) => number[]; edits?: Edits },
): Promise<readonly RowResult[]> {
  const { rows = [0, 1], tokens, edits = {} } = options;
  const session = await createSession(decoder);
  try {
    const run = startRun(decoder, session, { rows: rows.length, capacity: CAPACITY, edits });
    const prompts = rows.map((row) => golden.tokens(`tokens.${row}`));
    await run.step(prompts);
    const answers = rows.map((row, at) => tokens(row).slice(prompts[at]!.length));
    for (let step = 0; step < answers[0]!.length; step++) {
      await run.step(answers.map((answer) => [answer[step]!]));
    }
    return run.results;
  } finally {
    await session.release();
  }
}

describe.each(GOLDEN_NAMES)('openOnnxDecoder on %s', (name) => {
  const path = goldenFolder(name);
  const grouped = name.includes('genai');
  const tolerance = isHalf(name) ? HALF_TOLERANCE : TOLERANCE;

  it('captures what PyTorch hooks see, without the language-model head', async () => {
    const golden = await readGolden(name);
    const decoder = await openOnnxDecoder({
      path,
      purpose: { logits: false, capture: golden.sites, steer: [] },
    });
    expect(decoder.outputs.logits).toBeUndefined();
    const results = await replay(decoder, golden, { tokens: (row) => golden.tokens(`tokens.${row}`) });
    results.forEach((result, row) => {
      for (const site of golden.sites) {
        const difference = largestDifference(result.captures[site]!, golden.floats(`${site}.${row}`));
        expect(difference, `${site} row ${row}`).toBeLessThan(tolerance);
      }
    });
  });

  it.each(['two', 'four'] as const)('edits %s sites as PyTorch hooks do, cached', async (run) => {
    const golden = await readGolden(name);
    const sites = RUN_SITES[run].filter((site) => golden.sites.includes(site));
    const decoder = await openOnnxDecoder({ path, purpose: { logits: true, capture: sites, steer: sites } });
    expect([decoder.padding, decoder.cache]).toEqual(grouped ? ['right', 'shared'] : ['left', 'growing']);
    const tokens = (row: number): number[] => golden.tokens(`${run}.tokens.${row}`);
    const together = await replay(decoder, golden, { tokens, edits: golden.edits(sites) });
    for (let row = 0; row < ROWS; row++) {
      const [alone] = await replay(decoder, golden, { rows: [row], tokens, edits: golden.edits(sites, row) });
      const expected = golden.floats(`${run}.logits.${row}`);
      const length = golden.tokens(`tokens.${row}`).length + STEPS;
      expect(expected.length).toBe(length * decoder.vocabularySize);
      expect(largestDifference(together[row]!.logits, expected)).toBeLessThan(tolerance);
      expect(largestDifference(alone!.logits, expected)).toBeLessThan(tolerance);
      // And the row of a batch is the row alone.
      expect(largestDifference(together[row]!.logits, alone!.logits)).toBeLessThan(tolerance);
      for (const site of sites) {
        const captured = golden.floats(`${run}.${site}.${row}`);
        expect(largestDifference(together[row]!.captures[site]!, captured)).toBeLessThan(tolerance);
      }
    }
  });

  it.each([
    ['attention and ffn', RUN_SITES.two],
    ['all sites', RUN_SITES.four],
  ] as [string, readonly Site[]][])('is bit-identical at zero: %s', async (_, steer) => {
    const golden = await readGolden(name);
    const tokens = (row: number): number[] => golden.tokens(`two.tokens.${row}`);
    const open = (sites: readonly Site[]) =>
      openOnnxDecoder({ path, purpose: { logits: true, capture: [], steer: sites } });
    const plain = await replay(await open([]), golden, { tokens });
    const zero = await replay(await open(steer.filter((site) => golden.sites.includes(site))), golden, {
      tokens,
    });
    zero.forEach((result, row) => {
      expect(result.logits.length).toBeGreaterThan(0);
      expect(largestDifference(result.logits, plain[row]!.logits)).toBe(0);
    });
  });
});
