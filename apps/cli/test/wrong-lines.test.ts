import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { floatTensor } from '@austeer/core';
import { countMomentum, countsToSafetensors, pairActivations } from '@austeer/localize';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
let model: string[];
const at = (name: string): string => join(folder, name);
const lines = (name: string, rows: readonly unknown[]): string => {
  writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return at(name);
};
const build = (table: string, ...flags: string[]) =>
  runCli(
    ...['pairs', 'build', at(table), '--question', 'question', '--answer', 'reply'],
    ...['--negatives', 'random', ...flags],
  );
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-wrong-'));
  writeFileSync(at('tiny.gguf'), tinyLlama());
  model = ['--model', at('tiny.gguf'), '--cache', at('cache'), '--threads', '1'];
  mkdirSync(at('folder'));
  lines('pairs.jsonl', [
    { positive: 'one and two', negative: 'one and too' },
    { positive: 'red or blue', negative: 'red or blew' },
  ]);
  writeFileSync(at('faq.csv'), 'question,reply\nWhy?,Because.\nHow?,Slowly.\nWhen?,Soon.\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a wrong command line', () => {
  it.each<[string[], string]>([
    [['sweep', '--task', 'boolq', '--alpha', '1,,2'], '"" is not a number'],
    [['generate', '--prompt', 'x', '--temperature', ''], '"" is not a number'],
    [['generate', '--prompt', 'x', '--max-new-tokens', '0'], '0 is not a whole number ≥ 1'],
    [['generate', '--prompt', 'x', '--batch-size', '0'], '0 is not a whole number ≥ 1'],
    [['localize', '--pairs', 'pairs.jsonl', '--top', '0'], '0 is not a whole number ≥ 1'],
    [['generate'], '--input or --prompt is "neither"'],
    [['generate', '--prompt', 'x', '--alpha', '2'], 'a --plan beside it'],
    [['localize'], '--pairs or --task is "neither"'],
  ])('%j ends with 2', async (argv, message) => {
    const { exitCode, stderr, stdout } = await runCli(...argv, ...(argv[0] === 'generate' ? model : []));
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });

  it.each([
    ['localize', '--pairs', 'pairs.jsonl'],
    ['capture', '--input', 'pairs.jsonl'],
    ['plan', 'create', '--edits', 'edits.jsonl'],
    ['pairs', 'build', 'faq.csv', '--question', 'question', '--answer', 'reply'],
    ['generate', '--prompt', 'x'],
  ])('%s %s: a folder in the place of --out, before any work', async (...argv) => {
    for (const out of [at('folder'), `${at('new')}/`]) {
      const { exitCode, stderr } = await runCli(...argv, '--out', out);
      expect(stderr).toContain(`"${out}" is a folder; name a file`);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(exitCode).toBe(2);
    }
    expect(readdirSync(at('folder'))).toEqual([]);
  });

  it('a file where a folder would have to be: no stack', async () => {
    const out = join(at('faq.csv'), 'x.safetensors');
    const { exitCode, stderr } = await runCli(
      'localize',
      ...model,
      '--pairs',
      at('pairs.jsonl'),
      '--out',
      out,
    );
    expect(stderr).toContain(`"${out}" cannot be written (ENOTDIR)`);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(2);
  });

  it('does not write over what it reads', async () => {
    const before = readFileSync(at('faq.csv'));
    const { exitCode, stderr } = await build('faq.csv', '--out', join(folder, 'folder/../faq.csv'));
    expect(stderr).toContain('another file than');
    expect(exitCode).toBe(2);
    expect(readFileSync(at('faq.csv')).equals(before)).toBe(true);
  });

  it('bake: the ending of --out before anything is written', async () => {
    const edits = lines('bake.jsonl', [{ site: 'ffn', layer: 0, index: 0, gain: 0.5 }]);
    await runJson('plan', 'create', '--edits', edits, ...model, '--out', at('bake.safetensors'));
    const out = at('steered.txt');
    const { exitCode, stderr } = await runCli(
      'bake',
      ...model,
      '--plan',
      at('bake.safetensors'),
      '--out',
      out,
    );
    expect(stderr).toContain('--out is');
    expect(stderr).toContain('a file that ends in .gguf');
    expect(exitCode).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  it('help is --help', async () => {
    expect(await runCli('help', 'generate')).toEqual(await runCli('generate', '--help'));
    expect((await runCli('help')).stdout).toBe((await runCli('--help')).stdout);
  });
});

describe('what does not belong together', () => {
  const counts = async (layers: number, width: number): Promise<string> => {
    const tensor = (first: number) =>
      floatTensor(
        Float32Array.from({ length: 2 * layers * width }, (_, index) => first + index),
        [2, layers, width],
      );
    const source = pairActivations({ positive: { ffn: tensor(1) }, negative: { ffn: tensor(0) } });
    const found = await countMomentum(source, { sites: ['ffn'] });
    const path = at(`counts-${layers}-${width}.safetensors`);
    writeFileSync(path, countsToSafetensors({ counts: found, provenance: {} }));
    return path;
  };

  it('counts of one layout and a model of another', async () => {
    for (const [layers, width, message] of [
      [2, 64, 'layers is 2 there, and 3 here'],
      [3, 8, 'width of ffn is 8 there, and 64 here'],
    ] as const) {
      const path = await counts(layers, width);
      const argv = ['plan', 'create', '--counts', path, ...model, '--sites', 'ffn', '--k', '2'];
      const { exitCode, stderr } = await runCli(...argv, '--out', at('never.safetensors'));
      expect(stderr).toContain(`${path} was made for another model: ${message}`);
      expect(exitCode).toBe(1);
      expect(existsSync(at('never.safetensors'))).toBe(false);
    }
    const fits = ['plan', 'create', '--counts', await counts(3, 64), ...model, '--sites', 'ffn', '--k', '2'];
    expect((await runCli(...fits, '--out', at('fits.safetensors'))).exitCode).toBe(0);
  });

  it('plans of other weights: merged and compared with a warning', async () => {
    const plans = [];
    for (const seed of [1, 2]) {
      const path = at(`seed${seed}.gguf`);
      writeFileSync(path, tinyLlama({ seed }));
      const edits = lines(`seed${seed}.jsonl`, [{ site: 'ffn', layer: 0, index: seed, gain: 0.5 }]);
      const out = at(`seed${seed}.safetensors`);
      await runJson(
        'plan',
        'create',
        '--edits',
        edits,
        '--model',
        path,
        '--cache',
        at('cache'),
        '--out',
        out,
      );
      plans.push(out);
    }
    const merged = await runCli('plan', 'merge', ...plans, '--out', at('merged.safetensors'));
    expect(merged.stderr).toContain('their weights are not known to be the same');
    expect((await runCli('plan', 'diff', ...plans)).stderr).toContain('their weights');
    expect((await runCli('plan', 'diff', plans[0]!, plans[0]!)).stderr).toBe('');
  });

  it('edits with a key that nobody knows', async () => {
    const edits = lines('typo.jsonl', [{ site: 'ffn', layer: 0, index: 0, gian: 0.5 }]);
    const { exitCode, stderr } = await runCli(
      'plan',
      'create',
      '--edits',
      edits,
      ...model,
      '--out',
      at('typo'),
    );
    expect(stderr).toContain('line 1');
    expect(stderr).toContain('unknown key "gian"; known are site, layer, index, gain, bias, strength');
    expect(exitCode).toBe(1);
  });

  it('activations that are the same on both sides', async () => {
    const input = lines('texts.jsonl', [{ text: 'one' }, { text: 'two' }]);
    await runJson('capture', ...model, '--input', input, '--sites', 'ffn', '--out', at('same.safetensors'));
    const files = ['--positive', at('same.safetensors'), '--negative', at('same.safetensors')];
    const { exitCode, stdout } = await runCli('localize', ...files, '--sites', 'ffn');
    expect(stdout).toContain('2 pairs: no unit differs between right and wrong answers');
    expect(exitCode).toBe(0);
    const other = await runCli('localize', ...files, '--sites', 'attention');
    expect(other.stderr).toContain('it has no tensor "attention"; it has ffn');
  });
});

describe('pairs build', () => {
  it('writes no empty file', async () => {
    writeFileSync(at('empty.csv'), 'question,reply\n');
    const { exitCode, stderr } = await build('empty.csv', '--out', at('none.jsonl'));
    expect(stderr).toContain('Pairs of');
    expect(exitCode).toBe(1);
    expect(existsSync(at('none.jsonl'))).toBe(false);
  });

  it('refuses a prompt without a column in it', async () => {
    const { exitCode, stderr } = await build('faq.csv', '--prompt', 'Q: {question');
    expect(stderr).toContain('names of columns in braces');
    expect(exitCode).toBe(1);
  });
});

it('generate --out answers.jsonl is what judge and human read', async () => {
  const input = lines('ask.jsonl', [{ text: 'one' }, { id: 'b', text: 'two' }]);
  const ask = (out: string) =>
    runCli('generate', ...model, '--input', input, '--max-new-tokens', '4', '--out', at(out));
  expect((await ask('first.jsonl')).exitCode).toBe(0);
  expect((await ask('second.jsonl')).exitCode).toBe(0);
  const rows = readFileSync(at('first.jsonl'), 'utf8').trim().split('\n');
  expect(rows.map((row) => JSON.parse(row))).toEqual([
    { id: '1', instruction: 'one', answer: expect.any(String) },
    { id: 'b', instruction: 'two', answer: expect.any(String) },
  ]);
  const files = ['--first', at('first.jsonl'), '--second', at('second.jsonl')];
  const judged = await runCli(
    'judge',
    ...files,
    '--judge',
    'local',
    '--judge-model',
    at('tiny.gguf'),
    '--cache',
    at('cache'),
  );
  expect(judged.stdout).toContain('2 pairs of equal answers are ties that nobody read');
  const sheet = await runCli('human', 'sheet', ...files, '--out', at('sheets'));
  expect(sheet.stderr).toBe('');
  expect(sheet.exitCode).toBe(0);
});
