import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
let model: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-cli-tasks-'));
  mkdirSync(join(folder, 'bpo'));
  const rows = [{ prompt: 'Say hi.', good_res: 'Hello!', bad_res: 'No.' }];
  writeFileSync(join(folder, 'bpo/train.json'), JSON.stringify(rows));
  writeFileSync(join(folder, 'bpo/test.json'), JSON.stringify([...rows, { prompt: 'bad' }]));
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  model = ['--model', join(folder, 'tiny.gguf'), '--cache', join(folder, 'cache'), '--threads', '1'];
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Listed {
  readonly tasks: readonly {
    readonly name: string;
    readonly paper: { readonly pairs: number; readonly items: number } | null;
    readonly found: { readonly pairs: number; readonly items: number } | null;
    readonly differences: readonly string[];
    readonly source: { readonly kind: string; readonly notes: readonly string[] } | null;
    readonly missing?: string;
  }[];
}

describe('tasks', () => {
  it('lists every task with the counts of Table 6 and those found', async () => {
    const { tasks } = await runJson<Listed>('tasks', '--data', 'samples');
    expect(tasks.map(({ name, paper }) => [name, paper?.pairs, paper?.items])).toEqual([
      ['boolq', 1000, 3270],
      ['copa', 1000, 500],
      ['winogrande', 1000, 1267],
      ['svamp', 700, 300],
      ['mawps', 1000, 355],
      ['detox', 1000, 1199],
      ['bpo', 1000, 200],
      ['brevity', undefined, undefined],
    ]);
    for (const { found, source } of tasks) {
      expect(source?.kind).toBe('samples');
      expect(found!.pairs).toBeGreaterThanOrEqual(25);
      expect(found!.items).toBeGreaterThanOrEqual(25);
    }
    const { stdout } = await runCli('tasks', '--data', 'samples');
    expect(stdout).toMatch(/^detox {2,}continuation {2,}1000 {2,}36 {2,}1199 {2,}36 {2,}samples$/m);
  });

  it('names differences, malformed rows, and tasks that a folder does not hold', async () => {
    const failed = await runCli('tasks', '--data', folder);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/bpo[\\/]test\.json.*row 2: "good_res" is absent/);
    const { tasks } = await runJson<Listed>('tasks', '--data', folder, '--skip-bad-rows');
    expect(tasks.filter(({ missing }) => missing === 'not there')).toHaveLength(7);
    const bpo = tasks.find(({ name }) => name === 'bpo');
    expect(bpo).toMatchObject({ found: { pairs: 1, items: 1 } });
    expect(bpo?.differences).toEqual([
      'Table 6 of the paper has 1000 contrastive pairs, these data 1.',
      'Table 6 of the paper has 200 test items, these data 1.',
    ]);
    expect(bpo?.source?.notes).toEqual(expect.arrayContaining(bpo!.differences as string[]));
    expect(bpo?.source?.notes).toContain('Malformed rows of bpo/test.json left out: 1.');
    expect((await runCli('tasks', '--data', folder, '--skip-bad-rows')).stdout).toMatch(
      /^boolq .* not there$/m,
    );
  });

  it('asks nobody for the hub’s data when offline', async () => {
    const cache = join(folder, 'empty');
    const { exitCode, stderr } = await runCli('tasks', '--data', 'hub', '--offline', '--cache', cache);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('google/boolq');
    expect(stderr).toContain('AUSTEER_OFFLINE');
  });
});

describe('tasks show', () => {
  it('prints prompt, pair and test item of a task', async () => {
    const { stdout, exitCode } = await runCli('tasks', 'show', 'boolq', '--template', '--data', 'samples');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('│ Passage: {passage}\n│ \n│ Question: {question}\n│ \n│ Answer:\n');
    expect(stdout).toMatch(/right text of boolq\/samples\.jsonl:\d+\n│ Is the answer/);
    expect(stdout).toMatch(/right answer: " (yes|no)"/);
    const short = await runCli('tasks', 'show', 'boolq', '--data', 'samples');
    expect(short.stdout).not.toContain('{passage}');
  });

  it('gives texts exactly as JSON, and both prompts of detox', async () => {
    const shown = await runJson<Record<string, unknown>>(
      ...['tasks', 'show', 'detox', '--template', '--data', 'samples', '--variant', 'paper'],
    );
    expect(shown).toMatchObject({
      name: 'detox',
      itemTemplate: 'Question\\,{prompt}\n\nAnswer:',
      pair: { positiveQuestion: '' },
      found: { pairs: 12, items: 36 },
    });
    const { stdout } = await runCli('tasks', 'show', 'detox', '--template', '--data', 'samples');
    expect(stdout).toContain('prompt of a test item\n│ Question\\,{prompt}');
  });

  it('names the tasks that are known, and a variant that a task does not have', async () => {
    expect((await runCli('tasks', 'show', 'gsm8k')).stderr).toContain('mawps');
    const variant = await runCli('tasks', 'show', 'boolq', '--variant', 'paper', '--data', 'samples');
    expect(variant.exitCode).toBe(1);
    expect(variant.stderr).toContain('official');
  });
});

describe('the run log', () => {
  it('says how the data differ from the paper’s, what leaks, and where texts and tokens join differently', async () => {
    const row = (index: number) => ({
      question: `is it ${index}`,
      passage: `Number ${index}.`,
      answer: index % 2 === 0,
    });
    const rows = Array.from({ length: 6 }, (_, index) => row(index));
    mkdirSync(join(folder, 'boolq'));
    const content = rows.map((value) => JSON.stringify(value)).join('\n');
    writeFileSync(join(folder, 'boolq/train_subset.jsonl'), content);
    writeFileSync(join(folder, 'boolq/dev.jsonl'), content);
    const { task, localization } = await runJson<{
      task: { source: { notes: string[]; table6: object } };
      localization: Record<string, unknown>;
    }>(
      ...['evaluate', ...model, '--task', 'boolq', '--data', folder, '--method', 'austeer', '--sites', 'ffn'],
      ...['--k', '2', '--alpha', '1', '--validation', '2'],
    );
    expect(task.source.notes).toEqual([
      expect.stringMatching(/^Not what the paper used: boolq\/train_subset\.jsonl/),
      'Table 6 of the paper has 1000 contrastive pairs, these data 6.',
      'Table 6 of the paper has 3270 test items, these data 6.',
      'Questions that occur among the pairs and among the test items: 6.',
    ]);
    expect(task.source.table6).toMatchObject({ found: { pairs: 6, items: 6 } });
    expect(localization).toMatchObject({ join: 'text', pairs: 6 });
    expect(localization.pairsJoinedDifferently).toBeTypeOf('number');
  });
});

describe('tasks of generated text', () => {
  it('can be localized on', async () => {
    const found = await runJson<{ pairs: number }>(
      ...['localize', ...model, '--task', 'detox', '--data', 'samples', '--limit', '4', '--top', '3'],
    );
    expect(found.pairs).toBe(4);
  });
});
