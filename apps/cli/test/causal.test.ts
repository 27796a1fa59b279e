import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'austeer-cli-causal-'));
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  writeFileSync(at('tiny.gguf'), tinyLlama());
  const rows = [
    { positiveTokens: [5, 6, 20], negativeTokens: [5, 6, 30] },
    { positiveTokens: [7, 8, 9, 21, 3], negativeTokens: [7, 8, 9, 31] },
    { positiveTokens: [7, 8], negativeTokens: [7, 8] },
  ];
  writeFileSync(at('pairs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Localized {
  readonly ranking: string;
  readonly units: readonly { layer: number; index: number; sign: number; score: number; effect: number }[];
}
const localize = (...more: string[]): string[] => [
  'localize',
  ...['--model', at('tiny.gguf'), '--cache', folder, '--threads', '1'],
  ...['--pairs', at('pairs.jsonl'), '--sites', 'ffn', '--top', '5'],
  ...more,
];

describe('causal rankings on the command line', () => {
  it('localize ranks by effect, and plan create makes a plan of ± the strength', async () => {
    const found = await runJson<Localized>(
      ...localize('--ranking', 'causal', '--out', at('counts.safetensors')),
    );
    expect(found.ranking).toBe('causal');
    const effects = found.units.map(({ effect }) => Math.abs(effect));
    expect(effects).toEqual([...effects].sort((a, b) => b - a));
    expect(effects[4]).toBeGreaterThan(0);
    expect(await runJson(...localize('--mode', 'causal'))).toMatchObject({ units: found.units });

    await runJson(
      'plan',
      'create',
      ...['--counts', at('counts.safetensors'), '--ranking', 'causal', '--k', '3', '--alpha', '0.5'],
      ...['--out', at('plan.safetensors')],
    );
    const plan = await runJson<{ strength: number; edits: readonly object[] }>(
      'plan',
      'show',
      at('plan.safetensors'),
    );
    expect(plan.strength).toBe(0.5);
    expect(plan.edits).toEqual(
      found.units
        .slice(0, 3)
        .map(({ layer, index, sign }) => ({ site: 'ffn', layer, index, gain: sign, bias: 0 })),
    );
  });

  it('shows effects, and says which pairs have none', async () => {
    const { stdout, stderr } = await runCli(...localize('--ranking', 'causal-then-momentum'));
    expect(stdout).toContain('nats a gain');
    expect(stdout).toContain('3 pairs, ranked by causal-then-momentum');
    expect(stderr).toContain('1 pairs have no two answers');
  });

  it('needs a model that can be differentiated', async () => {
    const coarse = await runCli(...localize('--ranking', 'causal', '--precision', '4bit'));
    expect(coarse.exitCode).toBe(1);
    expect(coarse.stderr).toContain('expected a GGUF file loaded in fp32');
    const files = ['--positive', at('a.npy'), '--negative', at('b.npy')];
    const { stderr } = await runCli('localize', ...files, '--mode', 'causal');
    expect(stderr).toContain('--ranking is "causal"; expected another one with files of activations');
  });

  it('natural gradient: plan create sets the strength by what the plan costs', async () => {
    const counts = ['--counts', at('natural.safetensors')];
    const found = await runJson<Localized>(
      ...localize('--ranking', 'natural-gradient', '--out', at('natural.safetensors')),
    );
    expect(found.ranking).toBe('natural-gradient');
    const strengthOf = async (ranking: string, divergence: string): Promise<number> => {
      await runJson(
        ...['plan', 'create', ...counts, '--ranking', ranking, '--k', '3'],
        ...['--divergence', divergence, '--out', at('dosed.safetensors')],
      );
      const plan = await runJson<{ strength: number; provenance: object }>(
        'plan',
        'show',
        at('dosed.safetensors'),
      );
      expect(plan.provenance).toMatchObject({ ranking, predictedDivergence: Number(divergence) });
      return plan.strength;
    };
    const weak = await strengthOf('natural-gradient', '0.01');
    expect(weak).toBeGreaterThan(0);
    expect((await strengthOf('natural-gradient', '0.04')) / weak).toBeCloseTo(2, 6);
    expect(await strengthOf('causal', '0.01')).toBeGreaterThan(0);
  });

  it('says what a strength by cost needs', async () => {
    const create = (...more: string[]) =>
      runCli('plan', 'create', '--k', '3', '--out', at('x.safetensors'), ...more);
    const counts = ['--counts', at('counts.safetensors'), '--ranking', 'causal'];
    const cases: [string[], RegExp][] = [
      [[...counts, '--divergence', '0.1'], /without the information of gains/],
      [[...counts, '--divergence', '0.1', '--alpha', '1'], /--alpha or --divergence/],
      [[...counts, '--divergence', '0'], /above 0/],
      [['--edits', at('none.jsonl'), '--divergence', '0.1'], /with --edits/],
    ];
    for (const [flags, message] of cases) expect((await create(...flags)).stderr).toMatch(message);
  });
});
