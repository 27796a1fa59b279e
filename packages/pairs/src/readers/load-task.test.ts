import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFormatError, FileMissingError, InvalidArgumentError, UnknownNameError } from '@austeer/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTask } from './load-task.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'austeer-load-task-'));
});
afterEach(() => rm(data, { recursive: true }));

async function put(file: string, content: string): Promise<void> {
  await mkdir(join(data, file, '..'), { recursive: true });
  await writeFile(join(data, file), content);
}
const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const boolqRow = (question: string, answer: unknown) => ({ question, passage: 'Ice is cold.', answer });
const copaItem = (id: number, gold: string) =>
  `<item id="${id}" asks-for="cause" most-plausible-alternative="${gold}"><p>Tom &amp; I ran ${id}.</p><a1> A bus left. </a1><a2>007</a2></item>`;
const copaFile = (items: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE copa-corpus SYSTEM "copa.dtd">\n<copa-corpus version="1.0">\n${items.join('\n')}\n</copa-corpus>\n`;
const svampRow = (Body: string, Answer: unknown) => ({ ID: 'x', Body, Question: 'How many?', Answer });

describe('loadTask, published files', () => {
  it('loads BoolQ with the released answers and ids that name file and line', async () => {
    await put('boolq/train.jsonl', lines([boolqRow('is ice warm', false), boolqRow('is ice cold', true)]));
    await put('boolq/dev.jsonl', lines([boolqRow('is ice cool', 'True')]));
    const task = await loadTask('boolq', { data });
    expect(task.pairs.map(({ id, positive, negative, label }) => [id, positive, negative, label])).toEqual([
      ['boolq/train.jsonl:1', 'No', 'Yes', 'no'],
      ['boolq/train.jsonl:2', 'Yes', 'No', 'yes'],
    ]);
    expect(task.items).toEqual([
      {
        id: 'boolq/dev.jsonl:1',
        prompt:
          "Is the answer to the question encapsulated in the passage? Please confirm with 'yes' or 'no'.\n\nPassage: Ice is cold.\n\nQuestion: is ice cool\n\nAnswer:",
        gold: ' yes',
        label: 'yes',
        question: 'is ice cool',
      },
    ]);
    expect(task.answerForms?.no).toEqual(['no', ' no', 'No', ' No']);
    expect(task).toMatchObject({ name: 'boolq', answerKind: 'label', maxNewTokens: 1 });
    expect(task.source).toEqual({
      kind: 'published',
      files: ['boolq/train.jsonl', 'boolq/dev.jsonl'],
      notes: [],
    });
    expect(JSON.parse(JSON.stringify(task))).toEqual(task);
  });

  it('notes a subset, prefers the file that the released code reads, and notes leaked questions', async () => {
    await put('boolq/train_subset.jsonl', lines([boolqRow('Is ice  cold', true)]));
    await put('boolq/dev.jsonl', lines([boolqRow('is ice cold', true)]));
    const subset = await loadTask('boolq', { data });
    expect(subset.source.notes).toEqual([
      'Pairs come from boolq/train_subset.jsonl; the released code reads boolq/train.jsonl.',
      'Questions that occur among the pairs and among the test items: 1.',
    ]);
    await put('boolq/train.jsonl', lines([boolqRow('is ice warm', false)]));
    expect((await loadTask('boolq', { data })).source).toMatchObject({
      files: ['boolq/train.jsonl', 'boolq/dev.jsonl'],
      notes: [],
    });
  });

  it('takes pairs and items from the start up to the limits', async () => {
    const rows = ['a', 'b', 'c'].map((question) => boolqRow(question, true));
    await put('boolq/train.jsonl', lines(rows));
    await put('boolq/dev.jsonl', lines(rows));
    const task = await loadTask('boolq', { data, pairLimit: 2, itemLimit: 1 });
    expect(task.pairs.map(({ rawQuestion }) => rawQuestion)).toEqual(['a', 'b']);
    expect(task.items.map(({ question }) => question)).toEqual(['a']);
  });

  it('loads WinoGrande, the training size of the released code first', async () => {
    const row = { sentence: 'The _ fell.', option1: 'cup', option2: 'jar', answer: '1' };
    await put('winogrande/train_xl.jsonl', lines([{ ...row, answer: '2' }]));
    await put('winogrande/train_m.jsonl', lines([row]));
    await put('winogrande/dev.jsonl', lines([row]));
    const task = await loadTask('winogrande', { data });
    expect(task.pairs[0]).toMatchObject({ positive: 'A', negative: 'B', label: 'A' });
    expect(task.items[0]).toMatchObject({ gold: 'A', label: 'A' });
    expect(task.answerForms).toEqual({ A: ['A', ' A', 'a', ' a'], B: ['B', ' B', 'b', ' b'] });
    expect(task.source.files).toEqual(['winogrande/train_m.jsonl', 'winogrande/dev.jsonl']);
  });

  it('loads COPA from its XML, balanced pairs first, texts left as texts', async () => {
    await put('copa/copa-dev.xml', copaFile([copaItem(1, '1'), copaItem(2, '2')]));
    await put('copa/copa-test.xml', copaFile([copaItem(501, '2')]));
    const plain = await loadTask('copa', { data });
    expect(plain.pairs.map(({ positive }) => positive)).toEqual(['A', 'B']);
    expect(plain.items[0]).toEqual({
      id: 'copa/copa-test.xml:1',
      prompt:
        'Question:\nTom & I ran 501. Based on the previous passage, choose the most reasonable cause.\nA:A bus left.\nB:007\n\nAnswer:\n',
      gold: 'B',
      label: 'B',
      question: 'Tom & I ran 501.',
    });
    await put('copa/balanced-copa-dev-all.xml', copaFile([copaItem(1001, '2')]));
    expect((await loadTask('copa', { data })).source.files[0]).toBe('copa/balanced-copa-dev-all.xml');
  });

  it('loads SVAMP with the nearest different answer as the wrong one, over all rows before the limit', async () => {
    await put('svamp/train.json', JSON.stringify([svampRow('a', 10), svampRow('b', 40), svampRow('c', 12)]));
    await put('svamp/test.json', JSON.stringify([svampRow('d', 3)]));
    const task = await loadTask('svamp', { data, pairLimit: 2 });
    expect(task.pairs.map(({ positive, negative }) => [positive, negative])).toEqual([
      ['10.0', '12.0'],
      ['40.0', '12.0'],
    ]);
    expect(task.items[0]?.gold).toBe('3.0');
    expect(task.answerKind).toBe('number');
    expect(task.answerForms).toBeUndefined();
    expect(task.source.notes[0]).toContain('nearest-number');
  });

  it('takes wrong answers from a function, blank where it returns the right one', async () => {
    await put('svamp/train.json', JSON.stringify([svampRow('a', 1), svampRow('b', 2)]));
    await put('svamp/test.json', JSON.stringify([svampRow('d', 3)]));
    const next = async (answers: readonly string[]) => answers.map(() => '2.0');
    const task = await loadTask('svamp', { data, negatives: next });
    expect(task.pairs.map(({ negative }) => negative)).toEqual(['2.0', ' ']);
    expect(task.source.notes).toEqual([
      'Wrong answers: function next.',
      'Wrong answers left blank, as no different answer was found: 1.',
    ]);
    await expect(loadTask('svamp', { data, negatives: () => ['2.0'] })).rejects.toThrow('expected 2 texts');
  });
});

describe('loadTask, what goes wrong', () => {
  it('names file and line of a malformed row, or leaves such rows out and counts them', async () => {
    await put('boolq/train.jsonl', `${lines([boolqRow('a', true), boolqRow('b', 'maybe')])}\n{"question":`);
    await put('boolq/dev.jsonl', lines([boolqRow('c', true)]));
    await expect(loadTask('boolq', { data })).rejects.toThrow(FileFormatError);
    await expect(loadTask('boolq', { data })).rejects.toThrow(/train\.jsonl.*line 2: "answer" is "maybe"/);
    const task = await loadTask('boolq', { data, skipBadRows: true });
    expect(task.pairs).toHaveLength(1);
    expect(task.source.notes).toEqual(['Malformed rows of boolq/train.jsonl left out: 2.']);
  });

  it('refuses files without a usable row', async () => {
    await put('boolq/train.jsonl', '{}\n');
    await put('boolq/dev.jsonl', '');
    const failure = loadTask('boolq', { data, skipBadRows: true });
    await expect(failure).rejects.toThrow('no usable row (malformed rows left out: 1)');
  });

  it('refuses truncated or foreign SVAMP files', async () => {
    await put('svamp/test.json', JSON.stringify([svampRow('d', 3)]));
    await put('svamp/train.json', JSON.stringify([svampRow('a', 1)]).slice(0, -5));
    await expect(loadTask('svamp', { data })).rejects.toThrow(FileFormatError);
    await put('svamp/train.json', '{"rows":[]}');
    await expect(loadTask('svamp', { data })).rejects.toThrow('not an array');
    await put('svamp/train.json', JSON.stringify([svampRow('a', 1), svampRow('b', '2')]));
    await expect(loadTask('svamp', { data })).rejects.toThrow('row 2: "Answer"');
  });

  it('refuses truncated or broken COPA files', async () => {
    const whole = copaFile([copaItem(1, '1'), copaItem(2, '2')]);
    await put('copa/copa-test.xml', whole);
    for (const [broken, message] of [
      [whole.slice(0, -30), 'does not end in </copa-corpus>'],
      [whole.replace('</item>', ''), 'it opens 2 items'],
      [whole.replace('<a2>007</a2>', ''), 'row 1: "a2" is absent'],
      [whole.replace('alternative="1"', 'alternative="3"'), 'row 1: "most-plausible-alternative" is "3"'],
      [copaFile([]), 'it opens 0 items'],
    ] as const) {
      await put('copa/copa-dev.xml', broken);
      await expect(loadTask('copa', { data }), message).rejects.toThrow(FileFormatError);
      await expect(loadTask('copa', { data })).rejects.toThrow(message);
    }
  });

  it('says which files a folder should hold', async () => {
    const failure = loadTask('boolq', { data });
    await expect(failure).rejects.toThrow(FileMissingError);
    await expect(failure).rejects.toThrow('boolq/train.jsonl or boolq/train_subset.jsonl');
  });

  it('says how to get COPA, which has no samples', async () => {
    await expect(loadTask('copa')).rejects.toThrow(FileMissingError);
    await expect(loadTask('copa')).rejects.toThrow('--data');
  });

  it('refuses unknown names and options out of range', async () => {
    await expect(loadTask('bolq')).rejects.toThrow(UnknownNameError);
    await expect(loadTask('mawps')).rejects.toThrow(UnknownNameError);
    await expect(loadTask('boolq', { wording: 'paper' as 'official' })).rejects.toThrow(UnknownNameError);
    for (const options of [
      { pairLimit: 0 },
      { itemLimit: 1.5 },
      { seed: -1 },
      { negatives: 'nearest-number' as const },
    ]) {
      await expect(loadTask('boolq', options)).rejects.toThrow(InvalidArgumentError);
    }
  });
});
