import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFormatError, FileMissingError, InvalidArgumentError, UnknownNameError } from '@austeer/core';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, serveHub } from '../hub/__fixtures__/hub-server.ts';
import type { NegativeRow } from '../nearest-number.ts';
import type { Task } from '../task.ts';
import { detoxItemPrompt, detoxPairPrompt, SAFE_REFUSAL } from '../tasks/detox.ts';
import { TASK_NAMES } from '../tasks/task-names.ts';
import { loadTask } from './load-task.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'austeer-load-task-'));
});
afterEach(() => rm(data, { recursive: true }));

async function put(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(data, file, '..'), { recursive: true });
  await writeFile(join(data, file), content);
}
const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const boolqRow = (question: string, answer: unknown) => ({ question, passage: 'Ice is cold.', answer });
const copaItem = (id: number, gold: string) =>
  `<item id="${id}" asks-for="cause" most-plausible-alternative="${gold}"><p>Tom &amp; I ran ${id}.</p><a1> A bus left. </a1><a2>007</a2></item>`;
const copaFile = (items: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE copa-corpus SYSTEM "copa.dtd">\n<copa-corpus version="1.0">\n${items.join('\n')}\n</copa-corpus>\n`;
/** Notes of a task but for the counts of Table 6, which no small file meets. */
const notesOf = (task: Task): string[] => task.source.notes.filter((note) => !note.startsWith('Table 6'));
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
    const differences = [
      'Table 6 of the paper has 1000 contrastive pairs, these data 2.',
      'Table 6 of the paper has 3270 test items, these data 1.',
    ];
    expect(task.source).toEqual({
      kind: 'published',
      files: ['boolq/train.jsonl', 'boolq/dev.jsonl'],
      notes: differences,
      table6: { paper: { pairs: 1000, items: 3270 }, found: { pairs: 2, items: 1 }, differences },
    });
    expect(JSON.parse(JSON.stringify(task))).toEqual(task);
  });

  it('notes a subset, prefers the file that the released code reads, and notes leaked questions', async () => {
    await put('boolq/train_subset.jsonl', lines([boolqRow('Is ice  cold', true)]));
    await put('boolq/dev.jsonl', lines([boolqRow('is ice cold', true)]));
    const subset = await loadTask('boolq', { data });
    expect(notesOf(subset)).toEqual([
      'Not what the paper used: boolq/train_subset.jsonl holds 1671 of the 9427 rows of boolq/train.jsonl, so its first rows are others.',
      'Questions that occur among the pairs and among the test items: 1.',
    ]);
    await put('boolq/train.jsonl', lines([boolqRow('is ice warm', false)]));
    const whole = await loadTask('boolq', { data });
    expect(whole.source.files).toEqual(['boolq/train.jsonl', 'boolq/dev.jsonl']);
    expect(notesOf(whole)).toEqual([]);
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
    expect(notesOf(task)[0]).toContain('nearest-number');
  });

  it('takes wrong answers from a function, blank where it returns the right one', async () => {
    await put('svamp/train.json', JSON.stringify([svampRow('a', 1), svampRow('b', 2)]));
    await put('svamp/test.json', JSON.stringify([svampRow('d', 3)]));
    const next = async (answers: readonly string[]) => answers.map(() => '2.0');
    const task = await loadTask('svamp', { data, negatives: next });
    expect(task.pairs.map(({ negative }) => negative)).toEqual(['2.0', ' ']);
    expect(notesOf(task)).toEqual([
      'Wrong answers: function next.',
      'Wrong answers left blank, as no different answer was found: 1.',
    ]);
    await expect(loadTask('svamp', { data, negatives: () => ['2.0'] })).rejects.toThrow('expected 2 texts');
  });
});

describe('loadTask, the tasks of generated text', () => {
  const scored = (prompt: string, promptScore: number | null, continuation: string, score: number) => ({
    challenging: false,
    prompt: { text: prompt, toxicity: promptScore },
    continuation: { text: continuation, toxicity: score },
  });
  const challenging = (text: string) => ({ ...scored(text, 0.9, ' x', 0.1), challenging: true });
  const PROMPTS = [
    scored('mild', 0.05, ' rude', 0.9),
    scored('mild too', 0.05, ' nice', 0.1),
    scored('rude', 0.6, ' rude', 0.9),
    scored('unscored', null, ' rude', 0.9),
    challenging('tempting'),
    scored('tempting', 0.05, ' rude', 0.9),
  ];

  it('detox: the refusal alone against a toxic continuation, by the released rule', async () => {
    await put('realtoxicityprompts/prompts.jsonl', lines(PROMPTS));
    const task = await loadTask('detox', { data });
    expect(task.pairs).toEqual([
      {
        id: 'realtoxicityprompts/prompts.jsonl:1',
        question: detoxPairPrompt({ prompt: 'mild' }),
        positiveQuestion: '',
        rawQuestion: 'mild',
        positive: SAFE_REFUSAL,
        negative: '\n rude',
      },
    ]);
    expect(task.items).toEqual([
      {
        id: 'realtoxicityprompts/prompts.jsonl:5',
        prompt: detoxItemPrompt({ prompt: 'tempting' }),
        gold: '',
        question: 'tempting',
      },
    ]);
    expect(task).toMatchObject({ answerKind: 'continuation', maxNewTokens: 50 });
    expect(notesOf(task)).toEqual([
      'Rows of realtoxicityprompts/prompts.jsonl that the rule "official" takes as pairs: 2 of 6.',
      'Rows of realtoxicityprompts/prompts.jsonl that the rule "official" takes as test items: 1 of 6.',
      'Pairs left out because a test item asks the same, as released: 1.',
    ]);
  });

  it('detox: toxic beginnings, as the paper has it', async () => {
    await put('realtoxicityprompts/prompts.jsonl', lines(PROMPTS));
    const task = await loadTask('detox', { data, variant: 'paper' });
    expect(task.pairs.map(({ rawQuestion }) => rawQuestion)).toEqual(['rude']);
    expect(task.source.notes).toContain('Pairs by the rule "paper", not the released one.');
  });

  it('detox: reads the released list of challenging prompts, and several files without their common rows', async () => {
    await put('realtoxicityprompts/prompts.jsonl', lines(PROMPTS));
    await put('realtoxicityprompts/challenge_prompts.jsonl', lines([{ prompt: 'a' }, { prompt: 'b' }]));
    expect((await loadTask('detox', { data })).items.map(({ question }) => question)).toEqual(['a', 'b']);
    await rm(join(data, 'realtoxicityprompts'), { recursive: true });
    await put('realtoxicityprompts/nontoxic.jsonl', lines([PROMPTS[0]]));
    await put(
      'realtoxicityprompts/quark_val.jsonl',
      lines([PROMPTS[0], scored('other', 0.05, ' rude', 0.9)]),
    );
    await put('realtoxicityprompts/toxic.jsonl', lines([challenging('tempting')]));
    const task = await loadTask('detox', { data });
    expect(task.pairs.map(({ id }) => id)).toEqual([
      'realtoxicityprompts/nontoxic.jsonl:1',
      'realtoxicityprompts/quark_val.jsonl:2',
    ]);
    expect(notesOf(task)).toContainEqual(expect.stringMatching(/^Rows repeated among .*: 1\.$/));
  });

  it('bpo: both responses of one prompt, empty ones counted, and what a judge needs', async () => {
    const row = { prompt: 'Say hi.', optimized_prompt: 'Say hi kindly.', good_res: 'Hello!', bad_res: '' };
    await put('bpo/test.json', JSON.stringify([row]));
    const validation = { ...row, prompt: undefined, instruction: 'Greet.', context: 'Ann' };
    await put('bpo/val.json', JSON.stringify([validation, { ...validation, context: '' }]));
    const task = await loadTask('bpo', { data });
    expect(task.pairs.map(({ question }) => question)).toEqual(['Greet.\nAnn', 'Greet.']);
    expect(task.pairs[0]).toMatchObject({ positive: 'Hello!', negative: '' });
    expect(task.items[0]).toEqual({
      id: 'bpo/test.json:1',
      prompt: 'Say hi.',
      gold: '',
      question: 'Say hi.',
      instruction: 'Say hi.',
      reference: 'Hello!',
    });
    expect(task.source.notes).toContain('Wrong answers that are empty in the data: 2.');
  });
});

describe('loadTask, MAWPS', () => {
  const header = 'Question,Numbers,Equation,Answer\n';
  const row = (index: number) =>
    `A has number0 and gets number1 . ${index} ?,${index + 1}.0 3.0,+ number0 number1,${index + 4}.0`;

  it('draws test items from a pool by the seed, disjoint and of the number of Table 6', async () => {
    const rows = Array.from({ length: 400 }, (_, index) => row(index));
    await put('mawps/pool_1772.csv', header + rows.join('\n'));
    const task = await loadTask('mawps', { data });
    expect([task.pairs.length, task.items.length]).toEqual([45, 355]);
    expect(task.pairs[0]?.positive).toMatch(/^\d+ \+ 3 = \d+ #### \d+$/);
    const ids = [...task.pairs, ...task.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(400);
    expect(await loadTask('mawps', { data })).toEqual(task);
    expect((await loadTask('mawps', { data, seed: 1 })).items).not.toEqual(task.items);
    expect(task.source.notes).toContain('Test items were drawn from the pool with seed 0.');
  });

  it('reads the released Parquet files first, and leaves five spaces where no answer differs', async () => {
    await put('mawps/pool_1772.csv', header + row(1));
    const columnData = [
      { name: 'question', data: ['One ?', 'Two ?'] },
      { name: 'answer', data: ['1 + 1 = 2 #### 2', '3 - 1 = 2 #### 2'] },
    ];
    await put('mawps/train.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    await put('mawps/test.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    const task = await loadTask('mawps', { data });
    expect(task.source.files).toEqual(['mawps/train.parquet', 'mawps/test.parquet']);
    expect(task.pairs.map(({ negative }) => negative)).toEqual(['     ', '     ']);
    expect(task.items[0]).toMatchObject({ gold: '1 + 1 = 2 #### 2', id: 'mawps/test.parquet:1' });
  });
});

describe('loadTask, wordings and wrong answers', () => {
  const chat = { prompt: (message: string) => `<user>${message}<assistant>`, end: '<end>' };

  it.each(TASK_NAMES)('puts the same text of %s through the chat format', async (name) => {
    if (name === 'brevity') return;
    const plain = await loadTask(name);
    const task = await loadTask(name, { wording: 'chat', chat });
    for (const [index, pair] of task.pairs.entries()) {
      expect(pair).toEqual({ ...plain.pairs[index]!, question: chat.prompt(plain.pairs[index]!.question) });
    }
    for (const [index, item] of task.items.entries()) {
      expect(item).toEqual({ ...plain.items[index]!, prompt: chat.prompt(plain.items[index]!.prompt) });
    }
    expect(task.source.notes).toContain('Prompts are messages in the chat format of the model.');
  });

  it('takes a function for any task, gives it answers and rows, and names its rule', async () => {
    const seen: NegativeRow[] = [];
    const finder = Object.assign(
      (answers: readonly string[], rows: readonly NegativeRow[]) => {
        seen.push(...rows);
        return answers.map((answer) => `not ${answer}`);
      },
      { rule: 'the opposite' },
    );
    const task = await loadTask('boolq', { negatives: finder, pairLimit: 2 });
    expect(task.pairs[0]?.negative).toBe(`not ${task.pairs[0]?.positive}`);
    expect(seen[0]).toEqual({ id: task.pairs[0]?.id, question: task.pairs[0]?.rawQuestion });
    expect(task.source.notes).toContain('Wrong answers: the opposite.');
  });

  it.each([
    ['boolq', 'boolq/train.jsonl', 'boolq/dev.jsonl', boolqRow('same', true)],
    [
      'winogrande',
      'winogrande/train_m.jsonl',
      'winogrande/dev.jsonl',
      { sentence: 'The _ fell.', option1: 'cup', option2: 'jar', answer: '1' },
    ],
    ['svamp', 'svamp/train.json', 'svamp/test.json', [svampRow('same', 4)]],
    ['bpo', 'bpo/train.json', 'bpo/test.json', [{ prompt: 'p', good_res: 'g', bad_res: 'b' }]],
    [
      'mawps',
      'mawps/mwptoolkit/trainset.json',
      'mawps/mwptoolkit/testset.json',
      [{ original_text: 'q', equation: 'x=1+1', ans: 2 }],
    ],
    [
      'copa',
      'copa/train.csv',
      'copa/test.csv',
      'premise,question,choice1,choice2,label\nSame.,cause,a,b,0\n',
    ],
  ])('reports questions of %s on both sides', async (name, pairs, items, row) => {
    const content = typeof row === 'string' ? row : JSON.stringify(row);
    await put(pairs, content);
    await put(items, content);
    const { source } = await loadTask(name, { data });
    expect(source.notes.at(-1)).toBe('Questions that occur among the pairs and among the test items: 1.');
  });
});

describe('loadTask, the hub', () => {
  it('reads the Parquet edition of a data set, every side from its split', async () => {
    const parquet = (columns: Readonly<Record<string, unknown[]>>) =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: Object.entries(columns).map(([name, values]) => ({ name, data: values })),
        }),
      );
    const hub = await serveHub('google/boolq', {
      'default/train/0000.parquet': parquet({
        question: ['q1', 'q2'],
        passage: ['p1', 'p2'],
        answer: [true, false],
      }),
      'default/validation/0000.parquet': parquet({ question: ['q3'], passage: ['p3'], answer: [true] }),
    });
    const access = { hubEndpoint: hub.endpoint, cacheDirectory: data, offline: false };
    const task = await loadTask('boolq', { hub: access });
    expect(task.pairs.map(({ id, positive }) => [id, positive])).toEqual([
      ['google/boolq/default/train/0000.parquet:1', 'Yes'],
      ['google/boolq/default/train/0000.parquet:2', 'No'],
    ]);
    expect(task.items[0]?.gold).toBe(' yes');
    expect(task.source.files).toEqual([
      `google/boolq@${COMMIT}/default/train/0000.parquet`,
      `google/boolq@${COMMIT}/default/validation/0000.parquet`,
    ]);
    expect(task.source.kind).toBe('published');
    expect(await loadTask('boolq', { hub: { ...access, offline: true } })).toEqual(task);
    await expect(loadTask('brevity', { hub: true, chat: { prompt: String, end: '' } })).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it('tells test items from pairs where both are in one split', async () => {
    const columnData = [
      { name: 'challenging', data: [true, false] },
      {
        name: 'prompt',
        data: [
          { text: 'a', toxicity: 0.9 },
          { text: 'b', toxicity: 0.01 },
        ],
      },
      {
        name: 'continuation',
        data: [
          { text: ' c', toxicity: 0.1 },
          { text: ' d', toxicity: 0.95 },
        ],
      },
    ];
    const scores = (name: string) => [
      { name, num_children: 2, repetition_type: 'OPTIONAL' as const },
      {
        name: 'text',
        type: 'BYTE_ARRAY' as const,
        converted_type: 'UTF8' as const,
        repetition_type: 'OPTIONAL' as const,
      },
      { name: 'toxicity', type: 'DOUBLE' as const, repetition_type: 'OPTIONAL' as const },
    ];
    const schema = [
      { name: 'root', num_children: 3 },
      { name: 'challenging', type: 'BOOLEAN' as const, repetition_type: 'OPTIONAL' as const },
      ...scores('prompt'),
      ...scores('continuation'),
    ];
    const hub = await serveHub('allenai/real-toxicity-prompts', {
      'default/train/0000.parquet': new Uint8Array(parquetWriteBuffer({ columnData, schema })),
    });
    const task = await loadTask('detox', {
      hub: { hubEndpoint: hub.endpoint, cacheDirectory: data, offline: false },
    });
    expect(task.pairs.map(({ rawQuestion }) => rawQuestion)).toEqual(['b']);
    expect(task.items.map(({ question }) => question)).toEqual(['a']);
    expect(task.source.files).toHaveLength(1);
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
    expect(notesOf(task)).toEqual(['Malformed rows of boolq/train.jsonl left out: 2.']);
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
    await put('svamp/train.json', JSON.stringify([svampRow('a', 1), svampRow('b', 'two')]));
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
    await expect(failure).rejects.toThrow(
      'must hold boolq/train.jsonl and boolq/dev.jsonl, or boolq/train_subset.jsonl and boolq/dev.jsonl',
    );
  });

  it('refuses unknown names and options out of range', async () => {
    await expect(loadTask('bolq')).rejects.toThrow(UnknownNameError);
    await expect(loadTask('boolq', { wording: 'paper' as 'official' })).rejects.toThrow(UnknownNameError);
    await expect(loadTask('boolq', { variant: 'paper' })).rejects.toThrow(UnknownNameError);
    for (const options of [
      { pairLimit: 0 },
      { itemLimit: 1.5 },
      { seed: -1 },
      { negatives: 'nearest-number' as const },
      { wording: 'chat' as const },
      { data, hub: true as const },
    ]) {
      await expect(loadTask('boolq', options)).rejects.toThrow(InvalidArgumentError);
    }
  });
});
