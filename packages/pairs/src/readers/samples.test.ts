import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findLeakage } from '../leakage.ts';
import type { RowPlace } from '../rows.ts';
import { taskDefinition } from '../tasks/task-names.ts';
import { readJsonArray } from './json-array.ts';
import { readJsonLines } from './json-lines.ts';
import { loadTask } from './load-task.ts';

const SMALLEST = { boolq: 200, svamp: 200, winogrande: 150 };

describe.each(Object.entries(SMALLEST))('samples of %s', (name, smallest) => {
  const { parseRow, sampleFile, format } = taskDefinition(name);
  const path = fileURLToPath(new URL(`../../data/${sampleFile}`, import.meta.url));
  const parse = (value: unknown, place: RowPlace) => parseRow(value, place);
  const read = format === 'json-lines' ? readJsonLines : readJsonArray;

  it('are valid, many enough, without duplicates, and balanced', async () => {
    const examples = [];
    for await (const { value } of read(path, { parse })) examples.push(value);
    expect(examples.length).toBeGreaterThanOrEqual(smallest);
    expect(new Set(examples.map(({ question }) => question.toLowerCase())).size).toBe(examples.length);
    if (name === 'svamp') return;
    const labels = [...new Set(examples.map(({ label }) => label))];
    expect(labels).toHaveLength(2);
    for (const label of labels) {
      const share = examples.filter((example) => example.label === label).length / examples.length;
      expect(share).toBeGreaterThanOrEqual(0.45);
      expect(share).toBeLessThanOrEqual(0.55);
    }
  });

  it('divide into disjoint pairs and test items by the seed', async () => {
    const task = await loadTask(name);
    expect(task.source).toMatchObject({ kind: 'samples', files: [sampleFile] });
    expect(task.pairs.length).toBeGreaterThanOrEqual(smallest * 0.4);
    expect(task.items.length).toBeGreaterThanOrEqual(smallest * 0.4);
    const ids = [...task.pairs, ...task.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(findLeakage(task.pairs, task.items)).toEqual([]);
    if (name !== 'svamp') {
      const [first, second] = Object.keys(task.answerForms ?? {}).map(
        (label) => task.pairs.filter((pair) => pair.label === label).length,
      );
      expect(first).toBe(second);
    }
    expect(task.pairs.every(({ positive, negative }) => positive !== negative)).toBe(true);
    expect(await loadTask(name)).toEqual(task);
    expect((await loadTask(name, { seed: 1 })).pairs).not.toEqual(task.pairs);
    expect((await loadTask(name, { pairLimit: 10 })).items).toEqual(task.items);
  });
});

describe('samples of brevity', () => {
  const chat = { prompt: (message: string) => `<user>${message}<assistant>`, end: '<end>' };

  it('end after one sentence, or go on', async () => {
    const task = await loadTask('brevity', { chat });
    expect(task.pairs.length).toBeGreaterThanOrEqual(40);
    for (const { question, positive, negative } of task.pairs) {
      expect(question).toMatch(/^<user>.+<assistant>$/);
      const answer = positive.slice(0, -chat.end.length);
      expect(positive).toBe(`${answer}<end>`);
      expect(negative.startsWith(`${answer} `)).toBe(true);
      expect(negative.slice(answer.length + 1)).toMatch(/^\S+$/);
    }
    expect(task.items.every(({ prompt }) => prompt.startsWith('<user>'))).toBe(true);
    expect(findLeakage(task.pairs, task.items)).toEqual([]);
  });

  it('need to know how the model writes a conversation', async () => {
    await expect(loadTask('brevity')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'chat' });
  });
});
