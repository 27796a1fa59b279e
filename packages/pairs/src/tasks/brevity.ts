/**
 * Brevity: a behaviour, not a question. The same answer either ends after its first sentence or goes on. Not a
 * task of the paper; original to this project, because a behaviour shows in the text.
 *
 * @module
 */
import { badRow, rowObject, textField } from '../rows.ts';
import type { TaskDefinition } from './task-definition.ts';

export const brevity: TaskDefinition = {
  name: 'brevity',
  description:
    'Answer in chat; an answer counts when it comes to an end by itself within the tokens allowed.',
  answerKind: 'ending',
  maxNewTokens: 48,
  isChat: true,
  editions: [{ pairs: ['brevity/pairs.jsonl'], items: ['brevity/test.jsonl'] }],
  publishedNotes: [],
  sampleFile: 'brevity/samples.jsonl',
  template: '{question}',
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const question = textField(row, 'question', place);
    const answer = textField(row, 'answer', place);
    const [next] = textField(row, 'more', place).trim().split(/\s+/);
    if (next === undefined || next === '') throw badRow(place, '"more" has no word');
    return {
      prompt: question,
      question,
      group: question,
      answer,
      wrongAnswer: `${answer} ${next}`,
      gold: '',
    };
  },
};
