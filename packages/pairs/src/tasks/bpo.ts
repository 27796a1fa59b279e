/**
 * BPO (Cheng et al., 2024): a better and a worse response to one prompt; responses are compared by a judge.
 *
 * @module
 */
import { badRow, kindOf, type RowPlace, rowObject, textField } from '../rows.ts';
import type { TaskDefinition } from './task-definition.ts';

export const bpo: TaskDefinition = {
  name: 'bpo',
  description: 'Respond to a prompt as people prefer; a judge compares the responses of two conditions.',
  answerKind: 'response',
  maxNewTokens: 500,
  editions: [
    { pairs: ['bpo/train.json'], items: ['bpo/test.json'] },
    {
      pairs: ['bpo/val.json'],
      items: ['bpo/test.json'],
      differs: 'bpo/val.json is the validation split of 300 rows, read in place of bpo/train.json',
    },
  ],
  hub: { repository: 'THUDM/BPO', pairs: 'default/train', items: 'default/test' },
  paperCounts: { pairs: 1000, items: 200 },
  publishedNotes: ['Better responses are longer than worse ones, so length alone tells them apart in part.'],
  sampleFile: 'bpo/samples.json',
  template: '{prompt}',
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const prompt = promptOf(row, place);
    const better = responseField(row, 'good_res', place);
    return {
      prompt,
      question: prompt.trim(),
      group: prompt.trim(),
      answer: better,
      wrongAnswer: responseField(row, 'bad_res', place),
      gold: '',
      instruction: prompt,
      reference: better,
    };
  },
};

type Row = Readonly<Record<string, unknown>>;

/** As released where there is a `prompt`; the validation split keeps instruction and context apart. */
function promptOf(row: Row, place: RowPlace): string {
  if ('prompt' in row) return textField(row, 'prompt', place);
  const instruction = textField(row, 'instruction', place);
  const { context = '' } = row;
  if (typeof context !== 'string') throw badRow(place, `"context" is ${kindOf(context)}; expected a text`);
  return context === '' ? instruction : `${instruction}\n${context}`;
}

/** The data set has empty responses, and the released code takes them as they are. */
function responseField(row: Row, field: string, place: RowPlace): string {
  const value = row[field];
  if (typeof value !== 'string') throw badRow(place, `"${field}" is ${kindOf(value)}; expected a text`);
  return value;
}
