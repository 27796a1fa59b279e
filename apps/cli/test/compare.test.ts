import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, writeSafetensors } from '@austeer/core';
import type { ComparisonHeader } from '@austeer/experiments';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
let common: string[];
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-compare-'));
  writeFileSync(at('tiny.gguf'), tinyLlama());
  mkdirSync(at('data/winogrande'), { recursive: true });
  const rows = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        sentence: `The cup ${from + index} fell on the mat and the _ broke.`,
        option1: 'cup',
        option2: 'mat',
        answer: String(1 + (index % 2)),
      }),
    ).join('\n');
  writeFileSync(at('data/winogrande/train_subset.jsonl'), rows(0, 10));
  writeFileSync(at('data/winogrande/dev.jsonl'), rows(100, 20));
  const random = createRandom(4);
  const tensor = (...shape: number[]) => ({
    dtype: 'F32' as const,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 0.3 * random.normal()),
  });
  const { hidden } = TINY_LLAMA;
  const tensors = {
    W_enc: tensor(hidden, 20),
    b_enc: tensor(20),
    W_dec: tensor(20, hidden),
    b_dec: tensor(hidden),
  };
  writeFileSync(at('sae.safetensors'), writeSafetensors({ metadata: { layer: '1' }, tensors }));
  writeFileSync(at('settings.json'), JSON.stringify({ iti: [{ budget: 2, strength: 5 }] }));
  const model = ['--model', at('tiny.gguf'), '--cache', at('cache'), '--threads', '1'];
  common = [...model, '--task', 'winogrande', '--data', at('data'), '--validation', '6', '--limit', '10'];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('compare', () => {
  it('prints one table of all methods and leaves a log', async () => {
    const { stdout, exitCode } = await runCli(
      ...['compare', ...common, '--methods', 'vanilla,austeer,caa,sta,sadi', '--sites', 'ffn'],
      ...['--sae', at('sae.safetensors'), '--out', at('run')],
    );
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.slice(2, 7).map((line) => line.split(' ')[0])).toEqual([
      'vanilla',
      'austeer',
      'caa',
      'sta',
      'sadi',
    ]);
    for (const column of [
      'accuracy',
      'p vanilla',
      'p austeer',
      'balanced',
      'AUROC',
      '#Acts',
      'fit',
      'an item',
    ]) {
      expect(lines[1]).toContain(column);
    }
    expect(readdirSync(at('run'))).toContain('sta.plan.safetensors');
    const header = JSON.parse(readFileSync(at('run/comparison.json'), 'utf8')) as ComparisonHeader;
    expect(header.methods.map(({ selection }) => selection!.cells.length)).toEqual([4, 4, 4, 4]);
  });

  it('takes settings by hand, and prints one JSON document', async () => {
    const header = await runJson<
      ComparisonHeader & { figure: { command: string; content: { rows: unknown[] } } }
    >(
      ...['compare', ...common, '--methods', 'iti,austeer/random-localization', '--sites', 'ffn'],
      ...['--settings', at('settings.json')],
    );
    expect(header.methods[0]).toMatchObject({ method: 'iti', setting: { k: 2, alpha: 5 } });
    expect(header.figure.content.rows).toHaveLength(3);
    expect(header.figure.command).toContain('--methods iti,austeer/random-localization --sites ffn');
  });

  it('refuses what it does not know before a model is loaded', async () => {
    const say = async (...args: string[]) => (await runCli('compare', '--model', 'none', ...args)).stderr;
    expect(await say('--task', 'boolq', '--methods', 'itti')).toContain('Did you mean "iti"?');
    expect(await say('--task', 'boolq', '--methods', 'sta')).toContain('--sae FILE');
    writeFileSync(at('bad.json'), '{"iti": [{"budget": 2}]}');
    expect(await say('--task', 'boolq', '--settings', at('bad.json'))).toContain('with a strength each');
    writeFileSync(at('bad.json'), '{"itti": []}');
    expect(await say('--task', 'boolq', '--settings', at('bad.json'))).toContain('none of the methods');
    writeFileSync(at('bad.json'), 'no');
    expect(await say('--task', 'boolq', '--settings', at('bad.json'))).toContain('it is not JSON');
  });
});

describe('evaluate --method', () => {
  it.each(['iti', 'sadi/official'])('%s', async (method) => {
    const header = await runJson<Record<string, unknown>>(
      'evaluate',
      ...common,
      '--method',
      method,
      '--k',
      '1,2',
      '--alpha',
      '2',
    );
    expect(header).toMatchObject({
      method: { name: method },
      selection: { chosen: { alpha: 2 } },
      test: { steered: { items: 10 } },
    });
    expect(header).not.toHaveProperty('localization');
  });

  it('refuses a budget that a method does not have', async () => {
    const { stderr } = await runCli('evaluate', ...common, '--method', 'caa', '--k', '4');
    expect(stderr).toContain('caa has no budget');
  });
});
