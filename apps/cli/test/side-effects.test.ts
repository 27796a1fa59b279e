import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OtherTasks, SideEffects } from '@austeer/evaluators';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
let model: string[];
const at = (name: string): string => join(folder, name);
const lines = (name: string, rows: readonly object[]): string => {
  writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return at(name);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-side-effects-'));
  writeFileSync(at('tiny.gguf'), tinyLlama());
  model = ['--model', at('tiny.gguf'), '--cache', at('cache'), '--threads', '1'];
  lines('texts.jsonl', [{ text: 'one and two' }, { text: 'red or blue' }, { text: 'a tree by the road' }]);
  lines('edits.jsonl', [{ site: 'ffn', layer: 0, index: 1, gain: 3, bias: 1 }]);
  await runCli('plan', 'create', '--edits', at('edits.jsonl'), ...model, '--out', at('plan.safetensors'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (
  ...flags: string[]
): Promise<SideEffects & { plan: string; seed: number; otherTasks?: OtherTasks }> =>
  runJson(
    'side-effects',
    ...model,
    '--plan',
    at('plan.safetensors'),
    '--texts',
    at('texts.jsonl'),
    '--max-new-tokens',
    '6',
    ...flags,
  );

describe('side-effects', () => {
  it('shows what a plan does beside its purpose, and writes it', async () => {
    const result = await run('--out', at('effects.json'));
    expect(result.heldTexts).toMatchObject({ texts: 3 });
    expect(result.heldTexts.divergence!.low).toBeGreaterThan(0);
    expect(result.heldTexts.perplexity.vanilla.value).toBeGreaterThan(1);
    expect(result.continuations.texts).toBe(3);
    expect(result.maxNewTokens).toBe(6);
    expect(JSON.parse(readFileSync(at('effects.json'), 'utf8'))).toEqual(result);
  });

  it('shows nothing for a plan of no strength', async () => {
    const { heldTexts, continuations } = await run('--alpha', '0');
    expect(heldTexts.divergence).toMatchObject({ value: 0, high: 0 });
    expect(heldTexts.perplexity.ratio).toMatchObject({ value: 1, low: 1, high: 1 });
    for (const { difference } of Object.values(continuations.measures)) {
      expect(difference).toMatchObject({ value: 0, low: 0, high: 0 });
    }
  });

  it('takes prompts and a limit, and prints lines', async () => {
    lines('prompts.jsonl', [{ text: 'one' }, { text: 'two' }]);
    const { stdout, exitCode } = await runCli(
      'side-effects',
      ...model,
      '--plan',
      at('plan.safetensors'),
      '--texts',
      at('texts.jsonl'),
      '--prompts',
      at('prompts.jsonl'),
      '--limit',
      '1',
      '--max-new-tokens',
      '4',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^held text: 1 texts, \d+ tokens\n {2}divergence KL/);
    expect(stdout).toContain('continuations: 1 prompts, at most 4 tokens');
  });

  it('measures other tasks, and leaves out the one that the plan was made for', async () => {
    const flags = ['--limit', '1', '--data', 'samples', '--task-items', '5'];
    const { otherTasks } = await run(...flags, '--tasks', 'copa,winogrande');
    expect(otherTasks!.steeredFor).toBe('another purpose');
    expect(otherTasks!.tasks.map(({ task, items }) => [task, items])).toEqual([
      ['copa', 5],
      ['winogrande', 5],
    ]);
    for (const { accuracies, accuracy } of otherTasks!.tasks)
      expect(accuracies!.steered.value - accuracies!.vanilla.value).toBeCloseTo(accuracy.value, 12);
    await runCli(
      ...['localize', ...model, '--task', 'copa', '--data', 'samples', '--limit', '4'],
      ...['--out', at('counts.safetensors')],
    );
    const made = at('copa.safetensors');
    const plan = ['plan', 'create', '--counts', at('counts.safetensors'), '--k', '2', '--alpha', '1'];
    await runCli(...plan, '--out', made);
    const argv = ['side-effects', ...model, '--plan', made, '--texts', at('texts.jsonl'), ...flags];
    const { stdout } = await runCli(...argv, '--max-new-tokens', '2', '--tasks', 'copa,winogrande');
    expect(stdout).toMatch(/^steered for copa:\n {2}winogrande: accuracy 0\.\d{3} \[.* by Holm over 1,/m);
  });

  it('needs a plan', async () => {
    const { exitCode } = await runCli('side-effects', ...model);
    expect(exitCode).not.toBe(0);
  });
});
