/**
 * BoolQ (Clark et al., 2019): a yes-or-no question about a passage.
 *
 * @module
 */
import { choiceField, rowObject, textField } from '../rows.ts';
import type { TaskDefinition } from './task-definition.ts';

// The original files write a JSON boolean; a widely copied edition of the dev set writes "True" and "False".
const ANSWERS: ReadonlyMap<unknown, 'yes' | 'no'> = new Map<unknown, 'yes' | 'no'>([
  [true, 'yes'],
  [false, 'no'],
  ['True', 'yes'],
  ['False', 'no'],
]);

/**
 * The BoolQ prompt, word for word as released; passage and question are trimmed.
 * Source: `zijian678/AUSteer utils/load_dataset.py`, `load_boolq`.
 *
 * @example
 * ```ts
 * boolqPrompt({ passage: 'Owls hunt at night.', question: 'do owls hunt by day' }).endsWith('\n\nAnswer:'); // true
 * ```
 */
export function boolqPrompt(row: { readonly passage: string; readonly question: string }): string {
  return `Is the answer to the question encapsulated in the passage? Please confirm with 'yes' or 'no'.\n\nPassage: ${row.passage.trim()}\n\nQuestion: ${row.question.trim()}\n\nAnswer:`;
}

export const boolq: TaskDefinition = {
  name: 'boolq',
  description: 'Answer a yes-or-no question about a passage.',
  answerKind: 'label',
  answerForms: { yes: ['yes', ' yes', 'Yes', ' Yes'], no: ['no', ' no', 'No', ' No'] },
  maxNewTokens: 1,
  editions: [
    { pairs: ['boolq/train.jsonl'], items: ['boolq/dev.jsonl'] },
    {
      pairs: ['boolq/train_subset.jsonl'],
      items: ['boolq/dev.jsonl'],
      differs:
        'boolq/train_subset.jsonl holds 1671 of the 9427 rows of boolq/train.jsonl, so its first rows are others',
    },
  ],
  hub: { repository: 'google/boolq', pairs: 'default/train', items: 'default/validation' },
  paperCounts: { pairs: 1000, items: 3270 },
  publishedNotes: [],
  sampleFile: 'boolq/samples.jsonl',
  template: boolqPrompt({ passage: '{passage}', question: '{question}' }),
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const passage = textField(row, 'passage', place);
    const question = textField(row, 'question', place);
    const label = choiceField(row, 'answer', ANSWERS, place);
    // As released: pairs say Yes/No straight after the colon, test items expect " yes"/" no".
    const [answer, wrongAnswer] = label === 'yes' ? ['Yes', 'No'] : ['No', 'Yes'];
    return {
      prompt: boolqPrompt({ passage, question }),
      question: question.trim(),
      group: passage.trim(),
      answer: answer!,
      wrongAnswer,
      gold: ` ${label}`,
      label,
    };
  },
};
