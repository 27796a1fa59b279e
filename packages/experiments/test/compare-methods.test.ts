import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAusteerMethod, createMethod, createSadiMethod } from '@austeer/baselines';
import type { LanguageModel } from '@austeer/core';
import {
  answerItems,
  type CompareMethodsOptions,
  type ComparisonEvent,
  compareMethods,
  comparisonFigure,
  conditionOf,
  fitOnTask,
  runTask,
  writeRunLog,
} from '@austeer/experiments';
import { TINY_LLAMA, tinyLlama } from '@austeer/onnx/testing';
import type { Task } from '@austeer/pairs';
import { loadModel } from '@austeer/runtime';
import { planFromSafetensors, type SteeringMethod } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let model: LanguageModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-compare-'));
  await writeFile(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

const letter = (index: number): string => (index % 2 ? 'a' : 'b');
const task: Task = {
  name: 'letters',
  description: 'Is the last letter a or b?',
  answerKind: 'label',
  answerForms: { a: ['a', 'A'], b: ['b', 'B'] },
  maxNewTokens: 1,
  pairs: Array.from({ length: 12 }, (_, index) => ({
    id: `pair ${index}`,
    question: `Letter number ${index}: `,
    rawQuestion: `${index}`,
    positive: letter(index),
    negative: letter(index + 1),
    label: letter(index),
  })),
  items: Array.from({ length: 50 }, (_, index) => ({
    id: `item ${index}`,
    prompt: `Now letter ${index}: `,
    gold: letter(index),
    label: letter(index),
    question: `now ${index}`,
  })),
  source: { kind: 'samples', files: [], notes: ['A note.'] },
};
const ausSettings = [4, 16].map((budget) => ({ site: 'ffn' as const, budget, strength: 8 }));
const compare = (change: Partial<CompareMethodsOptions> = {}) =>
  compareMethods({
    model,
    task,
    methods: [
      { method: createAusteerMethod({ sites: ['ffn'] }), settings: ausSettings },
      { method: createMethod('iti'), settings: [{ budget: 2, strength: 5 }] },
      { method: createMethod('sadi/official'), settings: [{ budget: 2, strength: 9 }] },
    ],
    validationItems: 8,
    testItems: 40,
    tool: { name: 'test', version: '0' },
    precision: 'fp32',
    ...change,
  });

describe('compareMethods', () => {
  it('gives every method the same items, and what each costs and touches', async () => {
    const events: ComparisonEvent[] = [];
    const { header, answers, files } = await compare({ onEvent: (event) => events.push(event) });
    const { headSize } = TINY_LLAMA;
    expect(header.task).toMatchObject({ validationItems: 8, testItems: 40 });
    expect(header.methods.map(({ method, acts }) => [method, acts])).toEqual([
      ['austeer', header.methods[0]!.setting!.k],
      ['iti', 2 * headSize],
      ['sadi/official', 2 * headSize],
    ]);
    const idsOf = (condition: string) =>
      answers.filter((line) => line.phase === 'test' && line.condition === condition).map(({ id }) => id);
    for (const name of ['austeer', 'iti', 'sadi/official']) expect(idsOf(name)).toEqual(idsOf('vanilla'));
    for (const { summary, seconds, againstVanilla } of header.methods) {
      expect(summary!.items).toBe(40);
      expect(againstVanilla!.items).toBe(40);
      for (const time of Object.values(seconds!)) expect(time).toBeGreaterThan(0);
    }
    expect(header.methods.map(({ againstReference }) => againstReference?.items)).toEqual([
      undefined,
      40,
      40,
    ]);
    expect(Object.keys(files)).toEqual([
      'austeer.plan.safetensors',
      'iti.plan.safetensors',
      'sadi-official.plan.safetensors',
    ]);
    expect(planFromSafetensors(files['iti.plan.safetensors']!).provenance).toMatchObject({
      method: 'iti',
      task: 'letters',
    });
    const kinds = (method: string) =>
      events.filter((event) => event.method === method).map(({ kind }) => kind);
    expect(kinds('austeer')).toEqual(['fitting', 'cell', 'cell', 'testing']);
  });

  it('equals the run of one method', async () => {
    const { header } = await compare();
    const alone = await runTask({
      model,
      task,
      method: { use: createMethod('iti'), settings: [{ budget: 2, strength: 5 }], validationItems: 8 },
      testItems: 40,
      tool: { name: 'test', version: '0' },
      precision: 'fp32',
    });
    const iti = header.methods[1]!;
    expect(alone.log.header).toMatchObject({
      method: { name: 'iti' },
      selection: { chosen: { k: 2, alpha: 5 } },
    });
    expect(alone.log.header).not.toHaveProperty('localization');
    expect(alone.steered!.accuracy).toEqual(iti.summary!.accuracy);
    expect(alone.comparison!.accuracy.pValue).toBe(iti.againstVanilla!.accuracy.pValue);
    expect(alone.vanilla.accuracy).toEqual(header.vanilla.summary.accuracy);
  });

  it('names what a method refuses, and goes on', async () => {
    const { header } = await compare({
      methods: [
        { method: createMethod('iti'), settings: [{ budget: 999, strength: 5 }] },
        { method: createMethod('caa'), settings: [{ strength: 1 }] },
      ],
    });
    const [refused, caa] = header.methods;
    expect(refused).toEqual({ method: 'iti', refused: expect.stringContaining('budget is 999') });
    expect(caa!.acts).toBe(TINY_LLAMA.hidden);
    const { content, notes } = comparisonFigure(header, { command: 'compare' });
    expect(content.rows.map(({ label }) => label)).toEqual(['vanilla', 'iti', 'caa']);
    expect(content.rows[1]!.cells.accuracy).toBeNull();
    expect(notes).toEqual(['A note.', expect.stringContaining('iti: budget is 999')]);
  });

  it('throws what is no refusal', async () => {
    const broken: SteeringMethod = {
      ...createAusteerMethod(),
      name: 'broken',
      fit: () => Promise.reject(new TypeError('a mistake')),
    };
    await expect(compare({ methods: [{ method: broken }] })).rejects.toThrow('a mistake');
    await expect(compare({ methods: [] })).rejects.toMatchObject({ code: 'EMPTY_INPUT' });
    const iti = { method: createMethod('iti') };
    await expect(compare({ methods: [iti, iti] })).rejects.toMatchObject({ argument: 'methods' });
    await expect(compare({ methods: [iti], validationItems: 0 })).rejects.toMatchObject({
      argument: 'validationItems',
    });
  });

  it('is a table, and a folder', async () => {
    const log = await compare();
    const { content } = comparisonFigure(log.header, { command: 'compare' });
    const keys = new Set(content.columns.map(({ key }) => key));
    for (const { cells } of content.rows) {
      for (const key of Object.keys(cells).filter((one) => one !== 'valid')) expect(keys).toContain(key);
    }
    const long = { answer: 'one\n\n  two three four five six', share: 0.5, count: 1 };
    const summary = { ...log.header.vanilla.summary, answerShares: [long], otherAnswers: 0.5 };
    const { content: free } = comparisonFigure(
      { ...log.header, vanilla: { ...log.header.vanilla, summary } },
      { command: 'compare' },
    );
    expect(free.rows[0]!.cells.answers).toBe('one two three four five… 0.50, other 0.50');
    expect(content.rows[2]!.cells).toMatchObject({
      setting: 'k 2 α 5',
      pVanilla: { value: expect.any(Number) },
    });
    const out = join(folder, 'runs/compared');
    await writeRunLog(out, log);
    expect((await readdir(out)).sort()).toEqual(
      ['answers.jsonl', 'comparison.json', ...Object.keys(log.files)].sort(),
    );
    expect(JSON.parse(await readFile(join(out, 'comparison.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(log.header)),
    );
  });
});

describe('steering that depends on the prompt', () => {
  it('is made for each item, also beyond the items that are in memory at once', async () => {
    const { fitted } = await fitOnTask({ model, task, method: createSadiMethod({ variant: 'official' }) });
    const sizes: number[] = [];
    const watched = {
      ...fitted,
      steer: (...args: Parameters<NonNullable<typeof fitted.steer>>) => {
        sizes.push(args[0].length);
        return fitted.steer!(...args);
      },
    };
    const setting = { budget: 2, strength: 9 };
    const condition = conditionOf(watched, setting, model);
    const items = task.items.slice(0, 40);
    const [vanilla, steered] = await answerItems({ model, task, items, conditions: [undefined, condition] });
    expect(sizes).toEqual([32, 8]);
    const [last] = await answerItems({ model, task, items: items.slice(39), conditions: [condition] });
    expect(steered![39]!.margin!.value).toBeCloseTo(last![0]!.margin!.value, 4);
    expect(steered![39]!.margin!.value).not.toBeCloseTo(vanilla![39]!.margin!.value, 4);
    expect(steered!.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  });
});
