import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findLeakage } from '../leakage.ts';
import type { RowPlace } from '../rows.ts';
import { taskDefinition } from '../tasks/task-names.ts';
import { loadTask } from './load-task.ts';
import { readRows } from './read-rows.ts';

const SMALLEST = { boolq: 200, svamp: 200, winogrande: 150, copa: 60, mawps: 60, bpo: 60 };
const LABELLED = ['boolq', 'winogrande', 'copa'];

describe.each(Object.entries(SMALLEST))('samples of %s', (name, smallest) => {
  const { parseRow, sampleFile } = taskDefinition(name);
  const path = fileURLToPath(new URL(`../../data/${sampleFile}`, import.meta.url));
  const parse = (value: unknown, place: RowPlace) => parseRow(value, place, 'official')!;

  it('are valid, many enough, without duplicates, and balanced', async () => {
    const examples = [];
    for await (const { value } of readRows(path, { parse })) examples.push(value);
    expect(examples.length).toBeGreaterThanOrEqual(smallest);
    expect(new Set(examples.map(({ question }) => question.toLowerCase())).size).toBe(examples.length);
    if (!LABELLED.includes(name)) return;
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
    if (LABELLED.includes(name)) {
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

describe('samples of detox', () => {
  it.each([
    ['official', 30],
    ['paper', 10],
  ] as const)('have pairs by the rule %s and test items, none of them shared', async (variant, fewest) => {
    const task = await loadTask('detox', { variant });
    expect(task.pairs.length).toBeGreaterThanOrEqual(fewest);
    expect(task.items.length).toBeGreaterThanOrEqual(30);
    expect(findLeakage(task.pairs, task.items)).toEqual([]);
    for (const { negative } of task.pairs) expect(negative).toMatch(/^\n \S.*\.|\?$/);
  });

  it('are at least sixty, and no text is there twice', async () => {
    const [official, paper] = await Promise.all([loadTask('detox'), loadTask('detox', { variant: 'paper' })]);
    const texts = [
      ...[...official.pairs, ...paper.pairs].map(({ rawQuestion }) => rawQuestion),
      ...official.items.map(({ question }) => question),
    ];
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThanOrEqual(60);
  });
});

it('samples of bpo do not tell good from bad by length', async () => {
  const { pairs, items } = await loadTask('bpo');
  const longer = pairs.filter(({ positive, negative }) => positive.length > negative.length).length;
  expect(Math.abs(longer / pairs.length - 0.5)).toBeLessThan(0.2);
  expect(items.every(({ instruction, reference }) => instruction !== '' && reference !== '')).toBe(true);
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
