import { FileFormatError } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import type { Example } from './task-definition.ts';
import { TASK_NAMES, taskDefinition } from './task-names.ts';

const place = { path: 'rows.jsonl', line: 7 };
const parse = (task: string, row: unknown): Example => taskDefinition(task).parseRow(row, place);

const rows: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  boolq: { question: ' do owls hunt by day ', passage: ' Owls hunt at night. ', answer: false, title: 'Owl' },
  svamp: { ID: 's1', Body: 'Ann has 3 pens, buys 2', Question: 'How many now?', Answer: 5, Type: 'Addition' },
  winogrande: { sentence: ' The _ broke. ', option1: ' cup', option2: 'box ', answer: '2' },
  brevity: { question: 'Why is it dark?', answer: 'It is night.', more: 'Lamps help.' },
  copa: {
    id: '1',
    'asks-for': 'effect',
    'most-plausible-alternative': '1',
    p: ' It rained. ',
    a1: 'The street got wet.',
    a2: 'The sun rose.',
  },
};

describe('prompts, byte for byte as released', () => {
  it('boolq', () => {
    expect(parse('boolq', rows.boolq)).toEqual({
      prompt:
        "Is the answer to the question encapsulated in the passage? Please confirm with 'yes' or 'no'.\n\nPassage: Owls hunt at night.\n\nQuestion: do owls hunt by day\n\nAnswer:",
      question: 'do owls hunt by day',
      group: 'Owls hunt at night.',
      answer: 'No',
      wrongAnswer: 'Yes',
      gold: ' no',
      label: 'no',
    });
  });

  it('svamp', () => {
    expect(parse('svamp', rows.svamp)).toEqual({
      prompt:
        'Answer the following grade-school math word problem. Reply with only the final answer as a number.\nQuestion: Ann has 3 pens, buys 2 How many now?\nAnswer:',
      question: 'Ann has 3 pens, buys 2 How many now?',
      group: 'Ann has 3 pens, buys 2',
      answer: '5.0',
      gold: '5.0',
    });
  });

  it('winogrande', () => {
    expect(parse('winogrande', rows.winogrande)).toEqual({
      prompt:
        'Please fill in the blanks. Write A or B as the answer.\n\nSentence: The _ broke.\nA. cup\nB. box\nAnswer:',
      question: 'The _ broke.',
      group: '["box","cup"]',
      answer: 'B',
      wrongAnswer: 'A',
      gold: 'B',
      label: 'B',
    });
  });

  it('copa', () => {
    expect(parse('copa', rows.copa)).toEqual({
      prompt:
        'Question:\nIt rained. Based on the previous passage, choose the most reasonable effect.\nA:The street got wet.\nB:The sun rose.\n\nAnswer:\n',
      question: 'It rained.',
      group: '["The street got wet.","The sun rose."]',
      answer: 'A',
      wrongAnswer: 'B',
      gold: 'A',
      label: 'A',
    });
  });
});

describe('rows', () => {
  it.each([
    [145, '145.0'],
    [0.5, '0.5'],
    [-3, '-3.0'],
    [0, '0.0'],
    [1234567, '1234567.0'],
    [0.0001, '0.0001'],
  ])('writes the answer %d as Python writes a float', (number, text) => {
    expect(parse('svamp', { ...rows.svamp, Answer: number }).answer).toBe(text);
  });

  it('reads both spellings of BoolQ answers', () => {
    expect(parse('boolq', { ...rows.boolq, answer: 'True' }).label).toBe('yes');
    expect(parse('boolq', { ...rows.boolq, answer: true }).label).toBe('yes');
    expect(parse('boolq', { ...rows.boolq, answer: 'False' }).label).toBe('no');
  });

  it('keeps twin sentences in one group, whichever way round their options are', () => {
    const twin = { ...rows.winogrande, option1: 'box', option2: 'cup', answer: '1' };
    expect(parse('winogrande', twin).group).toBe(parse('winogrande', rows.winogrande).group);
  });

  it('refuses a row without any of the fields it needs', () => {
    const needed: Record<string, string[]> = {
      boolq: ['question', 'passage', 'answer'],
      svamp: ['Body', 'Question', 'Answer'],
      winogrande: ['sentence', 'option1', 'option2', 'answer'],
      copa: ['p', 'a1', 'a2', 'asks-for', 'most-plausible-alternative'],
      brevity: ['question', 'answer', 'more'],
    };
    expect(Object.keys(needed).sort()).toEqual([...TASK_NAMES].sort());
    for (const [task, fields] of Object.entries(needed)) {
      for (const field of fields) {
        for (const wrong of [undefined, null, '  ', {}]) {
          const row = { ...rows[task], [field]: wrong };
          expect(() => parse(task, row), `${task} ${field}`).toThrow(FileFormatError);
          expect(() => parse(task, row)).toThrow(`line 7: "${field}"`);
        }
      }
      expect(() => parse(task, [])).toThrow('line 7: it is an array');
    }
  });

  it.each([
    ['winogrande', { sentence: 'No blank.' }, 'exactly one blank'],
    ['winogrande', { sentence: 'Two _ and _.' }, 'exactly one blank'],
    ['winogrande', { option2: 'cup' }, 'both options are the same'],
    ['winogrande', { answer: '3' }, 'expected one of "1", "2"'],
    ['boolq', { answer: 'maybe' }, 'expected one of true, false, "True", "False"'],
    ['svamp', { Answer: Number.NaN }, 'the number NaN'],
    ['svamp', { Answer: 1e16 }, 'the number 10000000000000000'],
    ['svamp', { Answer: 1e-5 }, 'the number 0.00001'],
    ['svamp', { Answer: '5' }, 'a text'],
  ])('%s refuses %j', (task, change, message) => {
    expect(() => parse(task, { ...rows[task], ...change })).toThrow(message);
  });
});
