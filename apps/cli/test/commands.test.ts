import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  floatTensor,
  readSafetensors,
  safetensorsFloats,
  safetensorsIntegers,
  writeSafetensors,
} from '@austeer/core';
import { describeOnnxDecoder } from '@austeer/onnx';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import { planFromSafetensors } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli, runJson } from './run-cli.ts';

let folder: string;
let model: string[];
const at = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const lines = (name: string, rows: readonly unknown[]): string =>
  write(name, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-cli-'));
  write('tiny.gguf', tinyLlama());
  model = ['--model', at('tiny.gguf'), '--cache', at('cache'), '--threads', '1'];
  lines('pairs.jsonl', [
    { positive: 'one and two', negative: 'one and too' },
    { positive: 'red or blue', negative: 'red or blew' },
    { positiveTokens: [5, 6, 7, 8], negativeTokens: [5, 6, 9] },
  ]);
  lines('positive.jsonl', [{ text: 'one and two' }, { text: 'red or blue' }, { tokens: [5, 6, 7, 8] }]);
  lines('negative.jsonl', [{ text: 'one and too' }, { text: 'red or blew' }, { tokens: [5, 6, 9] }]);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Units {
  readonly pairs: number;
  readonly units: readonly Record<string, unknown>[];
}
interface Rows {
  readonly rows: readonly { text: string; tokens: number[]; finish: string }[];
}

describe('capture', () => {
  it('last: one tensor a site, [rows, layers, width]', async () => {
    await runJson(
      'capture',
      ...model,
      '--input',
      at('positive.jsonl'),
      '--sites',
      'attention,ffn',
      '--out',
      at('last.safetensors'),
    );
    const { tensors } = readSafetensors(readFileSync(at('last.safetensors')));
    const { layers, heads, headSize, hidden } = TINY_LLAMA;
    expect(tensors.get('attention')).toMatchObject({ dtype: 'F32', shape: [3, layers, heads * headSize] });
    expect(tensors.get('ffn')).toMatchObject({ dtype: 'F32', shape: [3, layers, hidden] });
  });

  it('all: one tensor a row, whose last token is the same', async () => {
    await runJson(
      'capture',
      ...model,
      '--input',
      at('positive.jsonl'),
      '--sites',
      'ffn',
      '--positions',
      'all',
      '--out',
      at('all.safetensors'),
    );
    await runJson(
      'capture',
      ...model,
      '--input',
      at('positive.jsonl'),
      '--sites',
      'ffn',
      '--out',
      at('ffn.safetensors'),
    );
    const all = readSafetensors(readFileSync(at('all.safetensors'))).tensors;
    const last = safetensorsFloats(readSafetensors(readFileSync(at('ffn.safetensors'))).tensors.get('ffn')!);
    const size = TINY_LLAMA.layers * TINY_LLAMA.hidden;
    expect(all.get('ffn.2')!.shape).toEqual([4, TINY_LLAMA.layers, TINY_LLAMA.hidden]);
    for (const row of [0, 1, 2]) {
      const tokens = safetensorsFloats(all.get(`ffn.${row}`)!);
      const difference = tokens
        .subarray(-size)
        .map((value, index) => Math.abs(value - last[row * size + index]!));
      expect(Math.max(...difference)).toBeLessThan(1e-4);
    }
  });
});

describe('localize', () => {
  it('lists units in rank order and writes counts', async () => {
    const { pairs, units } = await runJson<Units>(
      'localize',
      ...model,
      '--pairs',
      at('pairs.jsonl'),
      '--sites',
      'ffn',
      '--top',
      '5',
      '--out',
      at('counts.safetensors'),
    );
    expect(pairs).toBe(3);
    expect(units).toHaveLength(5);
    expect(units[0]).toEqual({
      site: 'ffn',
      layer: expect.any(Number),
      index: expect.any(Number),
      score: 1,
      sign: expect.any(Number),
      promoted: expect.any(Number),
      suppressed: expect.any(Number),
    });
    const { tensors } = readSafetensors(readFileSync(at('counts.safetensors')));
    expect(tensors.get('ffn.promoted')).toMatchObject({
      dtype: 'I32',
      shape: [TINY_LLAMA.layers, TINY_LLAMA.hidden],
    });
    expect(tensors.get('ffn.suppressed')).toMatchObject({ dtype: 'I32' });
  });

  it('without a model, from captured activations, gives the same counts', async () => {
    for (const side of ['positive', 'negative']) {
      await runJson(
        'capture',
        ...model,
        '--input',
        at(`${side}.jsonl`),
        '--sites',
        'ffn',
        '--out',
        at(`${side}.safetensors`),
      );
    }
    await runJson(
      'localize',
      '--positive',
      at('positive.safetensors'),
      '--negative',
      at('negative.safetensors'),
      '--sites',
      'ffn',
      '--out',
      at('files.safetensors'),
    );
    await runJson(
      'localize',
      ...model,
      '--pairs',
      at('pairs.jsonl'),
      '--sites',
      'ffn',
      '--out',
      at('model.safetensors'),
    );
    const counts = (name: string, which: string) =>
      safetensorsIntegers(readSafetensors(readFileSync(at(name))).tensors.get(`ffn.${which}`)!);
    for (const which of ['promoted', 'suppressed'])
      expect(counts('files.safetensors', which)).toEqual(counts('model.safetensors', which));
  });

  it('prints a table for people', async () => {
    const { stdout } = await runCli(
      'localize',
      ...model,
      '--pairs',
      at('pairs.jsonl'),
      '--sites',
      'attention',
    );
    expect(stdout).toMatch(/^rank {2}site {7}layer {2}index {2}score/);
    expect(stdout).toContain('3 pairs;');
  });

  it('takes the pairs of a task, ranks them in another way and stores what that needs', async () => {
    const out = at('task.safetensors');
    mkdirSync(at('data/boolq'), { recursive: true });
    const row = (number: number) => ({ question: `is it ${number}`, passage: 'all', answer: number % 3 > 0 });
    for (const file of ['train', 'dev']) lines(`data/boolq/${file}.jsonl`, [1, 2, 3, 4, 5, 6, 7].map(row));
    const task = ['--task', 'boolq', '--data', at('data'), '--limit', '6', '--sites', 'ffn'];
    const balanced = await runJson<Units & { labelShare: object }>(
      'localize',
      ...model,
      ...task,
      '--ranking',
      'balanced',
      '--ties',
      'effect-size',
      '--out',
      out,
    );
    expect(balanced.pairs).toBe(6);
    expect(balanced.labelShare).toMatchObject({ units: TINY_LLAMA.layers * TINY_LLAMA.hidden });
    const plan = async (...args: string[]) => {
      await runJson(
        'plan',
        'create',
        '--counts',
        out,
        '--k',
        '5',
        ...args,
        '--out',
        at('ranked.safetensors'),
      );
      const { edits, provenance } = planFromSafetensors(readFileSync(at('ranked.safetensors')));
      return { units: edits.map(({ layer, index }) => [layer, index]), provenance };
    };
    const ranked = await plan('--ranking', 'balanced', '--ties', 'effect-size');
    expect(ranked.units).toEqual(balanced.units.slice(0, 5).map(({ layer, index }) => [layer, index]));
    expect(ranked.provenance).toMatchObject({ ranking: 'balanced', ties: 'effect-size' });
    expect((await plan()).units).not.toEqual(ranked.units);
  });

  it('reads arrays of NumPy', async () => {
    const fixture = (name: string) =>
      new URL(`../../../packages/localize/src/__fixtures__/${name}`, import.meta.url).pathname;
    // Twice the numbers against the numbers: higher where they are positive.
    const files = ['--positive', fixture('stored.npz'), '--negative', fixture('float32.npy')];
    const { pairs, units } = await runJson<Units>('localize', ...files, '--sites', 'attention');
    expect(pairs).toBe(2);
    const counted = units.map(({ layer, index, promoted, suppressed }) => [
      layer,
      index,
      promoted,
      suppressed,
    ]);
    expect(counted.sort()).toEqual([
      [0, 0, 2, 0],
      [0, 1, 1, 1],
      [1, 0, 1, 1],
      [1, 1, 1, 0],
    ]);
    const two = await runCli('localize', ...files, '--sites', 'ffn,attention');
    expect(two.stderr).toMatch(/float32\.npy is not a usable .* one array, and 2 sites are asked for/);
    const missing = await runCli('localize', ...files, '--sites', 'residual');
    expect(missing.stderr).toMatch(/stored\.npz is not a usable .* no tensor "residual"/);
  });
});

describe('bake', () => {
  interface Baked {
    readonly changes: readonly { change: string; error: number }[];
    readonly comparison: { prompts: number; sameAnswers: number; largestDifference: number };
  }
  const plan = async (source: string[], ...edits: object[]): Promise<string> => {
    const args = ['--edits', lines('bake.jsonl', edits), ...source, '--out', at('bake.safetensors')];
    await runJson('plan', 'create', ...args);
    return at('bake.safetensors');
  };

  it('a GGUF stays one, and answers like the steered model', async () => {
    const path = await plan(model, { site: 'ffn', layer: 0, index: 3, gain: 2 });
    const out = at('steered.gguf');
    const { changes, comparison } = await runJson<Baked>('bake', ...model, '--plan', path, '--out', out);
    expect(changes).toMatchObject([{ change: 'rows' }]);
    expect(comparison).toMatchObject({ prompts: 10, sameAnswers: 10 });
    expect(comparison.largestDifference).toBeLessThan(1e-2);
    const again = await runCli('bake', ...model, '--plan', path, '--out', out);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toMatch(/expected a name that is not taken/);
  });

  it('an ONNX folder stays one; people see a table', async () => {
    const export_ = new URL('../../../tooling/fixtures/goldens/qwen2-optimum', import.meta.url).pathname;
    const source = ['--model', export_];
    const path = await plan(source, { site: 'attention', layer: 1, index: 0, gain: -1, bias: 1 });
    const { stdout, stderr } = await runCli('bake', ...source, '--plan', path, '--out', at('steered'));
    expect(stderr).not.toMatch(/error/i);
    expect(stdout).toMatch(/operators with constants {2}float32 {2}1 {8}0\.0e\+0/);
    expect(readdirSync(at('steered'))).toContain('config.json');
  });

  it('refuses a plan that weights cannot hold, and writes nothing', async () => {
    await plan(model, { site: 'ffn', layer: 0, index: 3, gain: 2 });
    const change = ['--positions', '"generated"', '--out', at('ruled.safetensors')];
    await runJson('plan', 'change', at('bake.safetensors'), ...change);
    const args = ['--plan', at('ruled.safetensors'), '--out', at('never.gguf')];
    const { exitCode, stderr } = await runCli('bake', ...model, ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/steers every position alike/);
    expect(readdirSync(folder)).not.toContain('never.gguf');
  });
});

describe('plan and generate', () => {
  it('counts → plan → steered text, which differs from the plain one and is plain at strength 0', async () => {
    await runJson(
      'localize',
      ...model,
      '--pairs',
      at('pairs.jsonl'),
      '--sites',
      'ffn',
      '--out',
      at('c.safetensors'),
    );
    await runJson(
      'plan',
      'create',
      '--counts',
      at('c.safetensors'),
      '--sites',
      'ffn',
      '--k',
      '16',
      '--alpha',
      '10',
      '--out',
      at('plan.safetensors'),
    );
    const plan = planFromSafetensors(readFileSync(at('plan.safetensors')));
    expect(plan).toMatchObject({ strength: 10, model: { architecture: 'llama' } });
    expect(plan.edits).toHaveLength(16);

    const input = ['--input', at('positive.jsonl'), '--max-new-tokens', '8'];
    const plain = await runJson<Rows>('generate', ...model, ...input);
    const steered = await runJson<Rows>('generate', ...model, ...input, '--plan', at('plan.safetensors'));
    const off = await runJson<Rows>(
      'generate',
      ...model,
      ...input,
      '--plan',
      at('plan.safetensors'),
      '--alpha',
      '0',
    );
    expect(plain.rows[0]).toEqual({
      text: expect.any(String),
      tokens: expect.any(Array),
      finish: expect.any(String),
    });
    expect(steered.rows).not.toEqual(plain.rows);
    expect(off.rows).toEqual(plain.rows);
  });

  it('edits → plan, shown, compared, merged, checked', async () => {
    lines('edits.jsonl', [
      { site: 'ffn', layer: 1, index: 3, gain: 0.5 },
      { site: 'attention', layer: 0, index: 95, bias: 2 },
    ]);
    const args = ['--edits', at('edits.jsonl'), ...model, '--alpha', '2'];
    await runJson('plan', 'create', ...args, '--out', at('a.safetensors'));
    expect(await runJson('plan', 'show', at('a.safetensors'))).toMatchObject({
      strength: 2,
      edits: [
        { layer: 1, index: 3, gain: 0.5, bias: 0 },
        { site: 'attention', bias: 2 },
      ],
    });
    await runJson(
      'plan',
      'merge',
      at('a.safetensors'),
      at('a.safetensors'),
      '--out',
      at('twice.safetensors'),
    );
    expect(await runJson('plan', 'diff', at('a.safetensors'), at('twice.safetensors'))).toMatchObject({
      jaccard: 1,
      both: [{ first: { gain: 1 }, second: { gain: 2 } }, {}],
    });
    expect(await runJson('plan', 'check', at('a.safetensors'), ...model)).toEqual({
      fits: true,
      warnings: [],
    });
    expect((await runCli('plan', 'show', at('a.safetensors'))).stdout).toContain(
      '2 units of tiny.gguf at strength 2',
    );
  });

  it('plan → less of it, at some tokens only, and the answer tells at which', async () => {
    lines('c.jsonl', [
      { site: 'ffn', layer: 1, index: 3, gain: 0.5 },
      { site: 'residual', layer: 1, index: 0, bias: 2, strength: 3 },
    ]);
    const edits = ['--edits', at('c.jsonl'), ...model];
    await runJson('plan', 'create', ...edits, '--out', at('c.safetensors'));
    const change = ['plan', 'change', at('c.safetensors')];
    const less = [
      ...change,
      '--sites',
      'residual',
      '--layers',
      '0,1',
      '--top',
      '5',
      '--scale',
      '0.5',
      '--negate',
    ];
    await runJson(...less, '--out', at('less.safetensors'));
    expect(planFromSafetensors(readFileSync(at('less.safetensors')))).toMatchObject({
      strength: -0.5,
      positions: 'all',
      edits: [{ site: 'residual', bias: 2, strength: 3 }],
    });
    const rule = { window: [-2, null], of: 'prompt' };
    const tokens = ['--positions', JSON.stringify(rule), '--schedule', '{"warmUp": 2}'];
    await runJson(...change, ...tokens, '--out', at('some.safetensors'));
    expect(planFromSafetensors(readFileSync(at('some.safetensors')))).toMatchObject({
      positions: rule,
      schedule: { warmUp: 2 },
    });
    expect((await runCli('plan', 'show', at('some.safetensors'))).stdout).toContain(
      'at {"window":[-2,null],"of":"prompt"} positions, on schedule {"warmUp":2}',
    );
    expect((await runCli('plan', 'diff', at('c.safetensors'), at('some.safetensors'))).stdout).toContain(
      'positions: "all" in',
    );
    const prompt = [5, 6, 7, 8];
    lines('prompt.jsonl', [{ tokens: prompt }]);
    const generate = ['generate', ...model, '--input', at('prompt.jsonl'), '--max-new-tokens', '3'];
    expect(await runJson<{ rows: object[] }>(...generate, '--plan', at('some.safetensors'))).toMatchObject({
      rows: [{ steeredPositions: [prompt.length - 2, prompt.length - 1] }],
    });
    const merged = await runCli(
      'plan',
      'merge',
      at('c.safetensors'),
      at('some.safetensors'),
      '--out',
      at('no'),
    );
    expect(merged.stderr).toContain('disagree on positions');
    const refused = await runCli(...change, '--positions', '{"every": 0}', '--out', at('no'));
    expect(refused.stderr).toContain('every as a whole number');
    const twice = ['plan', 'merge', at('c.safetensors'), at('c.safetensors'), '--out', at('no')];
    expect((await runCli(...twice, '--conflicts', 'error')).stderr).toContain('disagree on ffn.1.3');
    expect(readdirSync(folder)).not.toContain('no');
  });

  it('plan → files of other programs and back', async () => {
    lines('r.jsonl', [{ site: 'residual', layer: 1, index: 0, bias: 0.5 }]);
    await runJson('plan', 'create', '--edits', at('r.jsonl'), ...model, '--out', at('r.safetensors'));
    const edits = [{ site: 'residual', layer: 1, index: 0, gain: 0, bias: 0.5 }];
    for (const name of ['r.gguf', 'r.csv']) {
      await runJson('plan', 'export', at('r.safetensors'), '--out', at(name));
      await runJson('plan', 'import', at(name), ...model, '--out', at('back.safetensors'));
      expect(planFromSafetensors(readFileSync(at('back.safetensors'))).edits).toEqual(edits);
    }
    await runJson('plan', 'export', at('r.safetensors'), '--out', at('r.pt'));
    expect(readFileSync(at('r.pt')).subarray(0, 2).toString()).toBe('PK');
    const svec = {
      model_type: 'gpt2',
      directions: { 2: Array.from({ length: 64 }, (_, i) => (i === 0 ? 0.5 : 0)) },
    };
    write('r.svec', new TextEncoder().encode(JSON.stringify(svec)));
    const { stderr } = await runCli(
      ...['plan', 'import', at('r.svec'), ...model, '--layers', '2', '--out', at('back.safetensors')],
    );
    expect(stderr).toContain('warning: The vector was made for a model of type "gpt2"');
    expect(planFromSafetensors(readFileSync(at('back.safetensors'))).edits).toEqual(edits);
    const failed = async (...argv: string[]): Promise<string> => (await runCli(...argv)).stderr;
    expect(await failed('plan', 'import', at('r.svec'), ...model, '--out', at('no'))).toContain('--layers');
    expect(await failed('plan', 'import', at('r.pt'), ...model, '--out', at('no'))).toContain(
      'ends in .gguf',
    );
    expect(await failed('plan', 'export', at('r.safetensors'), '--out', at('no'))).toContain('ends in .gguf');
    expect(readdirSync(folder)).not.toContain('no');
  });

  it('chat, sampling and stop texts reach the model', async () => {
    const chat = await runJson<Rows>(
      'generate',
      ...model,
      '--prompt',
      'hi',
      '--chat',
      '--max-new-tokens',
      '4',
      '--temperature',
      '1',
      '--seed',
      '3',
    );
    const again = await runJson<Rows>(
      'generate',
      ...model,
      '--prompt',
      'hi',
      '--chat',
      '--max-new-tokens',
      '4',
      '--temperature',
      '1',
      '--seed',
      '3',
    );
    const plain = await runJson<Rows>(
      'generate',
      ...model,
      '--prompt',
      'hi',
      '--max-new-tokens',
      '4',
      '--temperature',
      '1',
      '--seed',
      '3',
    );
    expect(again).toEqual(chat);
    expect(plain).not.toEqual(chat);
    const [whole] = (await runJson<Rows>('generate', ...model, '--prompt', 'hi', '--max-new-tokens', '6'))
      .rows;
    const [cut] = (
      await runJson<Rows>(
        'generate',
        ...model,
        '--prompt',
        'hi',
        '--max-new-tokens',
        '6',
        '--stop',
        whole!.text[2]!,
      )
    ).rows;
    expect(cut).toMatchObject({
      text: whole!.text.slice(0, whole!.text.indexOf(whole!.text[2]!)),
      finish: 'stop',
    });
  });
});

describe('score', () => {
  it('gives a log-probability for each candidate', async () => {
    lines('items.jsonl', [
      { prompt: 'one and', candidates: [' two', ' too'] },
      { promptTokens: [5, 6], candidateTokens: [[7], [8, 9]] },
    ]);
    const { rows } = await runJson<{
      rows: { logProbabilities: number[]; best: number; topToken: number }[];
    }>('score', ...model, '--input', at('items.jsonl'));
    for (const { logProbabilities, best } of rows) {
      expect(logProbabilities).toHaveLength(2);
      expect(logProbabilities[best]).toBe(Math.max(...logProbabilities));
      expect(logProbabilities.every((value) => value < 0)).toBe(true);
    }
  });
});

describe('doctor and models', () => {
  it('proves the sites of a model', async () => {
    expect(await runJson('doctor', ...model.slice(1))).toMatchObject({
      passed: true,
      model: { architecture: 'llama', layers: 3 },
      sites: [{ site: 'attention' }, { site: 'ffn' }, { site: 'ffnInner' }, { site: 'residual' }],
    });
  });

  it('takes sites of an ONNX graph by hand, and refutes a wrong map', async () => {
    const folder = join(import.meta.dirname, '../../../tooling/fixtures/goldens/llama-optimum');
    const { sites } = await describeOnnxDecoder({ path: folder });
    const right = { width: sites.ffn!.width, tensors: sites.ffn!.places };
    const doctor = (map: object): Promise<CliResult> =>
      runCli('doctor', folder, '--threads', '1', '--site-map', write('sites.json', JSON.stringify(map)));
    expect(await doctor({ ffn: right })).toMatchObject({ exitCode: 0 });
    // Layers in the wrong order: each is a real value, and still no site.
    const wrong = await doctor({ ffn: { ...right, tensors: [...right.tensors].reverse() } });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stdout).toContain('FAILED');
    const missing = await doctor({ ffn: { ...right, tensors: ['x', 'y', 'z'] } });
    expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringContaining('siteMap.ffn')]);
  });

  it('exits with 1 when a site fails, and still shows what it saw', async () => {
    const { exitCode, stdout } = await runCli('doctor', ...model.slice(1), '--tolerance', '1e-12');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('A site failed');
  });

  it('lists the catalogue', async () => {
    const { models } = await runJson<{ models: { name: string; cached: boolean }[] }>(
      'models',
      '--cache',
      at('empty'),
    );
    expect(models).toMatchObject([
      { name: 'smollm2-135m', cached: false },
      { name: 'minilm', cached: false },
    ]);
  });
});

describe('bad input: exit code, a message that helps, nothing written', () => {
  const other = () => write('other.gguf', tinyLlama({ architecture: 'mamba' }));
  const nan = () =>
    write(
      'nan.safetensors',
      writeSafetensors({
        tensors: { ffn: { dtype: 'F32', ...floatTensor(Float32Array.of(1, Number.NaN), [1, 1, 2]) } },
      }),
    );
  const good = () =>
    write(
      'good.safetensors',
      writeSafetensors({
        tensors: { ffn: { dtype: 'F32', ...floatTensor(new Float32Array(2), [1, 1, 2]) } },
      }),
    );

  it.each<[what: string, argv: () => string[], message: RegExp, code?: number]>([
    [
      'a missing model',
      () => ['capture', '--model', at('none.gguf'), '--input', at('positive.jsonl')],
      /Model not found at .*none\.gguf/,
    ],
    [
      'an unknown model name',
      () => ['capture', '--model', 'smolm2-135m', '--input', at('positive.jsonl')],
      /Did you mean "smollm2-135m"/,
    ],
    [
      'a truncated model',
      () => [
        'capture',
        '--model',
        write('cut.gguf', tinyLlama().slice(0, 50_000)),
        '--input',
        at('positive.jsonl'),
      ],
      /cut\.gguf is not a usable GGUF file/,
    ],
    [
      'another architecture',
      () => ['capture', '--model', other(), '--input', at('positive.jsonl')],
      /GGUF architecture "mamba" is not supported; supported: llama/,
    ],
    ['a missing file of rows', () => ['capture', ...model, '--input', at('none.jsonl')], /none\.jsonl/],
    [
      'a row of another form',
      () => ['capture', ...model, '--input', lines('bad.jsonl', [{ text: 'fine' }, { txt: 'not' }])],
      /bad\.jsonl, line 2/,
    ],
    ['no rows', () => ['capture', ...model, '--input', write('empty.jsonl', '')], /none given/],
    [
      'a text beyond the context',
      () => ['capture', ...model, '--input', lines('long.jsonl', [{ text: 'x'.repeat(900) }])],
      /needs 900 tokens; the model takes 512/,
    ],
    ['no pairs', () => ['localize', ...model, '--pairs', write('nopairs.jsonl', '')], /none given/],
    [
      'activations that are NaN',
      () => ['localize', '--positive', nan(), '--negative', good(), '--sites', 'ffn'],
      /positive ffn of pair "0", layer 0, index 1, is NaN/,
    ],
    [
      'truncated activations',
      () => [
        'localize',
        '--positive',
        write('half.safetensors', readFileSync(nan()).subarray(0, 60)),
        '--negative',
        good(),
      ],
      /half\.safetensors is not a usable safetensors file/,
    ],
    ['half of the files', () => ['localize', '--positive', good()], /expected both/, 2],
  ])('%s', async (_, argv, message, code = 1) => {
    const args = argv();
    const { exitCode, stderr, stdout } = await runCli(...args, '--out', at('never/out.safetensors'));
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    expect(readdirSync(folder)).not.toContain('never');
  });

  it.each<[string, string[], number, RegExp]>([
    ['k of 0', ['--k', '0'], 2, /0 is not a whole number ≥ 1/],
    ['k beyond the units', ['--k', '1000000'], 1, /k is 1000000/],
    ['an α that is not finite', ['--k', '2', '--alpha', 'Infinity'], 2, /"Infinity" is not a number/],
    ['an α that is not set', ['--k', '2', '--alpha', ''], 2, /"" is not a number/],
    ['no k', [], 2, /--k is "nothing"/],
  ])('plan create: %s', async (_, args, code, message) => {
    await runJson('localize', ...model, '--pairs', at('pairs.jsonl'), '--out', at('k.safetensors'));
    const { exitCode, stderr } = await runCli(
      'plan',
      'create',
      '--counts',
      at('k.safetensors'),
      ...args,
      '--out',
      at('never/plan'),
    );
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
    expect(readdirSync(folder)).not.toContain('never');
  });

  it('a plan for another model', async () => {
    const path = lines('far.jsonl', [{ site: 'ffn', layer: 0, index: 0, gain: 1 }]);
    await runJson('plan', 'create', '--edits', path, ...model, '--out', at('far.safetensors'));
    const fixture = new URL('../../../tooling/fixtures/goldens/qwen2-optimum', import.meta.url).pathname;
    const { exitCode, stderr } = await runCli(
      'generate',
      '--model',
      fixture,
      '--input',
      lines('t.jsonl', [{ tokens: [1, 2] }]),
      '--plan',
      at('far.safetensors'),
    );
    expect(stderr).toMatch(
      /The plan was made for another model: architecture is "llama" there, and "qwen2" here/,
    );
    expect(exitCode).toBe(1);
  });

  it('an unknown task and method', async () => {
    expect((await runCli('evaluate', ...model, '--task', 'boolqq')).stderr).toContain(
      'Did you mean "boolq"?',
    );
    expect((await runCli('evaluate', ...model, '--task', 'boolq', '--method', 'magic')).stderr).toContain(
      'There is no method "magic"',
    );
  });

  it('a wrong command line', async () => {
    const { exitCode, stderr } = await runCli('generate', '--promt', 'x');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--prompt');
  });
});

describe('evaluate', () => {
  it('fits, selects, tests once and writes the run log', async () => {
    const args = [
      'evaluate',
      ...model,
      '--task',
      'winogrande',
      '--data',
      at('data'),
      '--method',
      'austeer',
      '--k',
      '4,8',
      '--alpha',
      '2',
      '--validation',
      '6',
      '--sites',
      'ffn',
    ];
    mkdirSync(at('data/winogrande'), { recursive: true });
    const row = (index: number) => ({
      sentence: `The cup ${index} fell on the mat and the _ broke.`,
      option1: 'cup',
      option2: 'mat',
      answer: String(1 + (index % 2)),
    });
    lines(
      'data/winogrande/train_subset.jsonl',
      Array.from({ length: 10 }, (_, index) => row(index)),
    );
    lines(
      'data/winogrande/dev.jsonl',
      Array.from({ length: 20 }, (_, index) => row(100 + index)),
    );
    const header = await runJson<Record<string, unknown>>(...args, '--out', at('run'));
    expect(header).toMatchObject({
      format: 'austeer-run',
      task: { name: 'winogrande', pairs: 10, validationItems: 6, testItems: 14 },
      selection: { cells: [{ k: 4 }, { k: 8 }], chosen: { site: 'ffn', alpha: 2 } },
      test: { vanilla: { items: 14 }, steered: { items: 14 }, comparison: { items: 14 } },
    });
    expect(readdirSync(at('run')).sort()).toEqual([
      'answers.jsonl',
      'counts.safetensors',
      'plan.safetensors',
      'run.json',
    ]);
    const answers = readFileSync(at('run/answers.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toHaveLength(2 * 6 + 2 * 14);

    // The plan of the run gives the run's own result again.
    const replay = await runJson<{ test: unknown }>(
      'evaluate',
      ...model,
      '--task',
      'winogrande',
      '--data',
      at('data'),
      '--plan',
      at('run/plan.safetensors'),
    );
    expect(replay.test).toMatchObject({ steered: { items: 20 } });
    // A folder that holds something is left alone.
    const { exitCode, stderr } = await runCli(...args, '--out', at('run'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('a folder that is new or empty');
  });

  it('measures a model alone', async () => {
    const header = await runJson<Record<string, unknown>>(
      'evaluate',
      ...model,
      '--task',
      'winogrande',
      '--data',
      at('data'),
      '--limit',
      '5',
    );
    expect(header).toMatchObject({ test: { vanilla: { items: 5 } } });
    expect(header).not.toHaveProperty('plan');
  });
});
