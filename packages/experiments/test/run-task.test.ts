import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModel } from '@austeer/core';
import { answerItems, type RunEvent, readRunLog, runTask, writeRunLog } from '@austeer/experiments';
import { tinyLlama } from '@austeer/onnx/testing';
import type { Task } from '@austeer/pairs';
import { loadModel } from '@austeer/runtime';
import { compilePlan, planFromSafetensors } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let model: LanguageModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-run-'));
  await writeFile(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

const tool = { name: 'test', version: '0' };
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
    positive: index % 2 ? 'a' : 'b',
    negative: index % 2 ? 'b' : 'a',
    label: index % 2 ? 'a' : 'b',
  })),
  items: Array.from({ length: 30 }, (_, index) => ({
    id: `item ${index}`,
    prompt: `Now letter ${index}: `,
    gold: index % 2 ? 'a' : 'b',
    label: index % 2 ? 'a' : 'b',
    question: `now ${index}`,
  })),
  source: { kind: 'samples', files: [], notes: [] },
};
const fit = { sites: ['ffn'], budgets: [4, 16], strengths: [2, 8], validationItems: 10 } as const;

describe('runTask', () => {
  it('never tests on items that it chose by', async () => {
    const { log } = await runTask({ model, task, method: { fit }, tool, precision: 'fp32' });
    const ids = (phase: string) =>
      new Set(log.answers.filter((line) => line.phase === phase).map(({ id }) => id));
    expect(ids('validation').size).toBe(10);
    expect(ids('test').size).toBe(20);
    expect([...ids('test')].filter((id) => ids('validation').has(id))).toEqual([]);
  });

  it('repeats itself for a seed, whatever the batch size', async () => {
    const run = (seed: number, batchSize: number) =>
      runTask({ model, task, method: { fit }, tool, precision: 'fp32', seed, batchSize });
    const [first, again, other] = [await run(1, 4), await run(1, 7), await run(2, 4)];
    const facts = ({ log }: typeof first) => ({ ...log.header, startedAt: '', seconds: 0 });
    const text = (value: unknown) =>
      JSON.stringify(value, (_, x) => (typeof x === 'number' ? Number(x.toFixed(6)) : x));
    expect(text(facts(again))).toBe(text(facts(first)));
    expect(text(facts(other))).not.toBe(text(facts(first)));
  });

  it('chooses among gains of ± α for a causal ranking', async () => {
    const causal = { sites: ['ffn'], budgets: [3], ranking: 'causal', validationItems: 10 } as const;
    const { plan } = await runTask({ model, task, method: { fit: causal }, tool, precision: 'fp32' });
    expect(plan?.edits.map(({ gain }) => Math.abs(gain))).toEqual([1, 1, 1]);
    expect([0.05, 0.25, 1]).toContain(plan?.strength);
  });

  it('tells what happens, and its plan is the one it logs', async () => {
    const events: RunEvent[] = [];
    const { log, plan } = await runTask({
      model,
      task,
      method: { fit },
      tool,
      precision: 'fp32',
      onEvent: (event) => events.push(event),
    });
    expect(events.map(({ kind }) => kind)).toEqual([
      'localized',
      'cell',
      'cell',
      'cell',
      'cell',
      'selected',
      'testing',
    ]);
    expect(planFromSafetensors(log.files['plan.safetensors']!)).toEqual(plan);
    const { chosen } = log.header.selection!;
    expect(plan).toMatchObject({ strength: chosen.alpha });
    expect(plan!.edits).toHaveLength(chosen.k!);
    const replayed = await runTask({ model, task, method: { plan: plan! }, tool, precision: 'fp32' });
    expect(replayed.log.header).not.toHaveProperty('selection');
  });

  it('refuses a grid without validation items, pairs or test items', async () => {
    const run = (change: Partial<Task>, validationItems = 10) =>
      runTask({
        model,
        task: { ...task, ...change },
        method: { fit: { ...fit, validationItems } },
        tool,
        precision: 'fp32',
      });
    await expect(run({}, 0)).rejects.toMatchObject({ argument: 'validationItems' });
    await expect(run({ pairs: [] })).rejects.toMatchObject({ code: 'EMPTY_INPUT' });
    await expect(run({ items: [] })).rejects.toMatchObject({ code: 'EMPTY_INPUT' });
    await expect(run({}, 30)).rejects.toMatchObject({ argument: 'validation' });
    await expect(run({ answerKind: 'continuation' })).rejects.toMatchObject({ argument: 'toxicity' });
    await expect(run({ answerKind: 'response' })).rejects.toMatchObject({ argument: 'judge' });
    const responses = { ...task, answerKind: 'response' as const };
    const items = { model, task: responses, items: task.items, conditions: [undefined] };
    await expect(answerItems(items)).rejects.toMatchObject({ argument: 'task', given: task.name });
  });

  it('stops when asked', async () => {
    const controller = new AbortController();
    const work = runTask({
      model,
      task,
      method: { fit },
      tool,
      precision: 'fp32',
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'cell' && controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });
});

describe('answerItems', () => {
  it('answers under each condition as under that condition alone', async () => {
    const { plan } = await runTask({ model, task, method: { fit }, tool, precision: 'fp32' });
    const values = compilePlan(plan!, model.identity);
    const items = task.items.slice(0, 6);
    const [vanilla, steered] = await answerItems({ model, task, items, conditions: [undefined, values] });
    const [alone] = await answerItems({ model, task, items, conditions: [values] });
    expect(steered!.map(({ answer }) => answer)).toEqual(alone!.map(({ answer }) => answer));
    expect(vanilla!.map(({ margin }) => margin!.value)).not.toEqual(
      steered!.map(({ margin }) => margin!.value),
    );
  });

  it('reads numbers and endings out of generated text', async () => {
    const items = task.items.slice(0, 3).map((item) => ({ ...item, gold: '5' }));
    const [numbers] = await answerItems({
      model,
      task: { ...task, answerKind: 'number', maxNewTokens: 4 },
      items,
      conditions: [undefined],
    });
    expect(numbers!.every(({ correct, valid }) => correct !== undefined && typeof valid === 'boolean')).toBe(
      true,
    );
    const [missing] = await answerItems({
      model,
      task: { ...task, answerKind: 'number', maxNewTokens: 4 },
      items: items.map((item) => ({ ...item, gold: 'none' })),
      conditions: [undefined],
    });
    expect(missing!.every(({ correct }) => correct === undefined)).toBe(true);
    const [endings] = await answerItems({
      model,
      task: { ...task, answerKind: 'ending', maxNewTokens: 4 },
      items,
      conditions: [undefined],
    });
    expect(endings!.every(({ correct, answer }) => correct === false || answer !== '')).toBe(true);
  });
});

describe('run log', () => {
  it('is written whole and read again', async () => {
    const { log } = await runTask({ model, task, method: { fit }, tool, precision: 'fp32' });
    const out = join(folder, 'runs/one');
    await writeRunLog(out, log);
    const { header, answers } = await readRunLog(out);
    expect(header).toEqual(JSON.parse(JSON.stringify(log.header)));
    expect(answers).toEqual(JSON.parse(JSON.stringify(log.answers)));
    await expect(writeRunLog(out, log)).rejects.toMatchObject({ argument: 'out' });
    expect(await readdir(join(folder, 'runs'))).toEqual(['one']);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const { log } = await runTask({ model, task, method: 'vanilla', tool, precision: 'fp32' });
    const broken = { ...log, files: { 'no/such/folder': Uint8Array.of(1) } };
    await expect(writeRunLog(join(folder, 'broken/run'), broken)).rejects.toThrow();
    expect(await readdir(join(folder, 'broken'))).toEqual([]);
  });

  it('names what is not a run log', async () => {
    await expect(readRunLog(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await writeFile(join(folder, 'run.json'), '{"format": "other"}');
    await expect(readRunLog(folder)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });
});
