import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Judge, LanguageModel, SteeringValues, ToxicityScorer } from '@austeer/core';
import { createBench, rememberTexts, runTask } from '@austeer/experiments';
import { tinyLlama } from '@austeer/onnx/testing';
import type { Task } from '@austeer/pairs';
import { loadModel } from '@austeer/runtime';
import { compilePlan, planFromEdits } from '@austeer/steering';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let model: LanguageModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-judged-'));
  await writeFile(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

const tool = { name: 'test', version: '0' };
const task = (answerKind: Task['answerKind']): Task => ({
  name: answerKind,
  description: 'A toy.',
  answerKind,
  maxNewTokens: 4,
  pairs: Array.from({ length: 6 }, (_, index) => ({
    id: `pair ${index}`,
    question: `Say ${index}: `,
    rawQuestion: `${index}`,
    positive: 'yes',
    negative: 'no',
  })),
  items: Array.from({ length: 14 }, (_, index) => ({
    id: `item ${index}`,
    prompt: `Now ${index}: `,
    gold: '',
    question: `now ${index}`,
    instruction: `instruction ${index}`,
  })),
  source: { kind: 'samples', files: [], notes: [] },
});
const fit = { sites: ['ffn'], budgets: [4], strengths: [4, 40], validationItems: 4 } as const;
const run = (answerKind: Task['answerKind'], judges: { toxicity?: ToxicityScorer; judge?: Judge }) =>
  runTask({ model, task: task(answerKind), method: { fit }, tool, precision: 'fp32', ...judges });

describe('continuations', () => {
  it('are summed up by what the scorer said, missing scores left out and counted', async () => {
    let scored = 0;
    const toxicity: ToxicityScorer = {
      name: 'third',
      version: '1',
      threshold: 0.5,
      score: async (texts) =>
        texts.map(() => (++scored % 3 === 0 ? { missing: 'every third' } : { score: (scored % 2) * 0.8 })),
    };
    const { log } = await run('continuation', { toxicity });
    const { vanilla, steered, comparison } = log.header.test.toxicity!;
    for (const summary of [vanilla, steered!]) {
      expect(summary.texts).toBe(10);
      expect(summary.scored).toBeLessThan(10);
      expect(summary.missing).toEqual([{ reason: 'every third', texts: 10 - summary.scored }]);
      expect(summary).not.toHaveProperty('adjustedShare');
    }
    expect(comparison!.texts + comparison!.missing).toBe(10);
    expect(log.header.test.vanilla.scored).toBe(vanilla.scored);
    for (const { toxicity: result, correct } of log.answers)
      expect(correct).toBe(result!.score === undefined ? undefined : result!.score < 0.5);
  });
});

describe('responses', () => {
  /** Prefers the longer text, and ties where both are as long. */
  const byLength = (asked: { instruction: string }[] = []): Judge => ({
    name: 'length',
    version: '1',
    compare: async (questions) =>
      questions.map((question) => {
        asked.push(question);
        const difference = question.first.length - question.second.length;
        return { verdict: difference > 0 ? 'first' : difference < 0 ? 'second' : 'tie' };
      }),
  });

  it('are compared with those of the model as it was, by what the judge is told was asked', async () => {
    const asked: { instruction: string }[] = [];
    const { log, comparison, steered } = await run('response', { judge: byLength(asked) });
    const { winRate, vanilla } = log.header.test;
    const textsOf = (condition: string) =>
      log.answers.filter((line) => line.phase === 'test' && line.condition === condition);
    const [own, changed] = [textsOf('vanilla'), textsOf('steered')];
    const outcomes = changed.map(({ answer }, at) => Math.sign(answer.length - own[at]!.answer.length));
    expect(winRate!.wins).toBe(outcomes.filter((outcome) => outcome > 0).length);
    expect(winRate!.losses).toBe(outcomes.filter((outcome) => outcome < 0).length);
    expect(changed.some(({ answer }, at) => answer !== own[at]!.answer)).toBe(true);
    expect(steered!.accuracy.value).toBe(winRate!.wins / 10);
    expect(comparison).toBeUndefined();
    // A text ties with itself, and nobody reads it.
    expect(vanilla.accuracy.value).toBe(0);
    expect(own.every(({ judgement }) => judgement!.identical === true)).toBe(true);
    expect(asked.every(({ instruction }) => /^instruction \d+$/.test(instruction))).toBe(true);
  });

  it('need something to be compared with', async () => {
    const vanilla = { model, task: task('response'), tool, precision: 'fp32', judge: byLength() };
    await expect(runTask({ ...vanilla, method: 'vanilla' })).rejects.toMatchObject({ argument: 'method' });
  });
});

describe('rememberTexts', () => {
  const steering = (gain: number): SteeringValues => {
    const edits = [{ site: 'ffn' as const, layer: 0, index: 1, gain, bias: 1 }];
    return compilePlan(
      planFromEdits({ edits, model: model.identity, strength: 1, provenance: {} }),
      model.identity,
    );
  };
  const rows = Array.from({ length: 5 }, (_, row) => [257, 65 + row, 66]);
  const counting = (): { model: LanguageModel; rows: () => number } => {
    let count = 0;
    const generate: LanguageModel['generate'] = (prompts, options) => {
      count += prompts.length;
      return model.generate(prompts, options);
    };
    return { model: { ...model, generate }, rows: () => count };
  };
  const open = (path: string, from = model, precision = 'fp32') =>
    rememberTexts({ model: from, precision, path: join(folder, path) });

  it('generates what the model does, and each text once', async () => {
    const options = {
      maxNewTokens: 4,
      steering: [undefined, steering(3), undefined, steering(9), undefined],
    };
    const first = counting();
    const expected = await model.generate(rows, options);
    expect(await (await open('a.jsonl', first.model)).generate(rows, options)).toEqual(expected);
    expect(first.rows()).toBe(5);
    const second = counting();
    expect(await (await open('a.jsonl', second.model)).generate(rows, options)).toEqual(expected);
    expect(second.rows()).toBe(0);
  });

  it('asks again for another steering, length, prompt or precision', async () => {
    const same = { maxNewTokens: 2, steering: steering(3) };
    const asks = async (
      prompts: typeof rows,
      options: typeof same | { maxNewTokens: number },
      as = 'fp32',
    ) => {
      const { model: asked, rows: count } = counting();
      await (await open('b.jsonl', asked, as)).generate(prompts, options);
      return count();
    };
    const [one, other] = [rows.slice(0, 1), rows.slice(1, 2)];
    expect(await asks(one, same)).toBe(1);
    expect(await asks(one, { ...same, steering: steering(4) })).toBe(1);
    expect(await asks(one, { ...same, maxNewTokens: 3 })).toBe(1);
    expect(await asks(one, { maxNewTokens: 2 })).toBe(1);
    expect(await asks(one, same, '4bit')).toBe(1);
    expect(await asks(other, same)).toBe(1);
    expect(await asks([...one, ...other], same)).toBe(0);
  });

  it('keeps every finished piece of a run that fails, and reads past a line that was cut off', async () => {
    let pieces = 0;
    const failing: LanguageModel = {
      ...model,
      generate: (prompts, options) =>
        ++pieces > 2 ? Promise.reject(new Error('killed')) : model.generate(prompts, options),
    };
    const options = { maxNewTokens: 2, batchSize: 2 };
    await expect((await open('c.jsonl', failing)).generate(rows, options)).rejects.toThrow('killed');
    const path = join(folder, 'c.jsonl');
    await writeFile(path, `${await readFile(path, 'utf8')}{"key": "0`);
    const rest = counting();
    const done: number[] = [];
    const resumed = await (await open('c.jsonl', rest.model)).generate(rows, {
      ...options,
      onProgress: (progress) => done.push(progress.done),
    });
    expect(rest.rows()).toBe(1);
    expect(Math.min(...done)).toBeGreaterThanOrEqual(4);
    expect(resumed).toEqual(await model.generate(rows, options));
    const again = counting();
    await (await open('c.jsonl', again.model)).generate(rows, options);
    expect(again.rows()).toBe(0);
  });

  it('keeps nothing that is drawn', async () => {
    const { model: asked, rows: count } = counting();
    const remembering = await open('d.jsonl', asked);
    await remembering.generate(rows, { maxNewTokens: 2, temperature: 1 });
    await remembering.generate(rows, { maxNewTokens: 2, temperature: 1 });
    expect(count()).toBe(10);
  });
});

describe('quick sizes', () => {
  it('shorten answers, and leave items as they are of tasks that are shorter anyway', async () => {
    const testOf = async (maxNewTokens: number) => {
      const bench = createBench({
        models: [{ name: 'tiny', input: { weights: 'w', precision: 'fp32' }, identity: model.identity }],
        loadTask: async () => ({ ...task('number'), maxNewTokens }),
        quick: true,
        command: (id) => id,
      });
      const data = await bench.data('mawps');
      return data.missing === undefined ? data.test : undefined;
    };
    expect(await testOf(250)).toMatchObject({ newTokens: 64 });
    expect(await testOf(50)).not.toHaveProperty('newTokens');
  });
});
