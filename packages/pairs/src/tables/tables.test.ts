import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../readers/read-rows.ts';
import { type AnswerColumns, answerRowParser } from './answer-row-parser.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-tables-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
async function read(path: string, columns: AnswerColumns) {
  const rows = [];
  for await (const { value } of readRows(path, { parse: answerRowParser(columns) })) rows.push(value);
  return rows;
}

describe('tables', () => {
  const expected = [
    { id: '2', question: 'Two, and two?', answer: '4' },
    { id: '3', question: 'Say "no"', answer: 'no' },
  ];
  it.each([
    ['a.csv', 'Q,A\n"Two, and two?",4\n"Say ""no""",no\n', 0],
    ['a.tsv', 'Q\tA\nTwo, and two?\t4\n"Say ""no"""\tno\n', 0],
    ['a.jsonl', '{"Q": "Two, and two?", "A": 4}\n{"Q": "Say \\"no\\"", "A": "no"}\n', 1],
    ['a.json', '[{"Q": "Two, and two?", "A": 4}, {"Q": "Say \\"no\\"", "A": "no"}]', 1],
  ])('of the form %s hold the same rows', async (name, content, shift) => {
    const rows = await read(file(name, content), { question: 'Q', answer: 'A' });
    expect(rows).toEqual(expected.map((row) => ({ ...row, id: String(Number(row.id) - shift) })));
  });
});

describe('rows with questions and answers', () => {
  const csv = () => file('b.csv', 'q,a,b,right,no,n\nSky?,green,blue,B,red,17\nGrass?,green,blue,A,,18\n');

  it('fill a prompt, choices, a wrong answer, label and id', async () => {
    const columns: AnswerColumns = {
      question: 'q',
      answer: 'right',
      choices: ['a', 'b'],
      answerForm: 'letter',
      wrong: 'no',
      label: 'right',
      id: 'n',
      prompt: 'Q: {q} ({a} or {b})\nA:',
    };
    expect(await read(csv(), columns)).toEqual([
      {
        id: '17',
        question: 'Q: Sky? (green or blue)\nA:',
        answer: 'blue',
        choices: ['green', 'blue'],
        wrong: 'red',
        label: 'B',
      },
      {
        id: '18',
        question: 'Q: Grass? (green or blue)\nA:',
        answer: 'green',
        choices: ['green', 'blue'],
        wrong: undefined,
        label: 'A',
      },
    ]);
  });

  it.each<[string, unknown, AnswerColumns['answerForm'], string]>([
    ['a list of JSON', { q: 'Q', c: ['x', 7], r: 1 }, 'from-0', '7'],
    ['a list in a text', { q: 'Q', c: '["x", "y"]', r: '1' }, 'from-1', 'x'],
    ['the answer itself', { q: 'Q', c: ['x', 'y'], r: 'y' }, 'text', 'y'],
  ])('take choices from %s', (_, row, answerForm, answer) => {
    const parse = answerRowParser({ question: 'q', answer: 'r', choices: ['c'], answerForm });
    expect(parse(row, { path: 'p', line: 1 }).answer).toBe(answer);
  });

  it('name a column that is not there, and those that are', async () => {
    await expect(read(csv(), { question: 'question', answer: 'right' })).rejects.toThrow(
      /no column "question".*q, a, b, right, no, n/,
    );
    await expect(read(csv(), { question: 'q', answer: 'right', prompt: '{q} {rigt}' })).rejects.toThrow(
      /no column "rigt"\. Did you mean "right"/,
    );
  });

  it('name file, line and column of a cell that is not usable', async () => {
    const path = file('c.csv', 'Q,A\nfine,1\n,2\n');
    await expect(read(path, { question: 'Q', answer: 'A' })).rejects.toThrow(
      /c\.csv.*line 3: "Q" is a blank/,
    );
    await expect(
      read(csv(), { question: 'q', answer: 'n', choices: ['a', 'b'], answerForm: 'from-0' }),
    ).rejects.toThrow(/line 2: "n" is "17"; expected the place \(from-0\) of one of 2 choices/);
    expect(() => answerRowParser({ question: 'q', answer: 'n', answerForm: 'letter' })).toThrow(/choices/);
    const parse = answerRowParser({ question: 'q', answer: 'a' });
    expect(() => parse({ q: { x: 1 }, a: 1 }, { path: 'p', line: 4 })).toThrow(/line 4: "q" is an object/);
  });
});
