/**
 * WinoGrande (Sakaguchi et al., 2020): which of two options fills the blank of a sentence.
 *
 * @module
 */
import { badRow, choiceField, rowObject, textField } from '../rows.ts';
import { OPTION_ANSWERS, type TaskDefinition, TWO_OPTION_FORMS } from './task-definition.ts';

/**
 * The WinoGrande prompt, word for word as released; all texts are trimmed.
 * Source: `zijian678/AUSteer utils/load_dataset.py`, `load_winogrande`.
 *
 * @example
 * ```ts
 * winograndePrompt({ sentence: 'The cup did not fit the box as the _ was too big.', option1: 'cup', option2: 'box' });
 * ```
 */
export function winograndePrompt(row: {
  readonly sentence: string;
  readonly option1: string;
  readonly option2: string;
}): string {
  return `Please fill in the blanks. Write A or B as the answer.\n\nSentence: ${row.sentence.trim()}\nA. ${row.option1.trim()}\nB. ${row.option2.trim()}\nAnswer:`;
}

export const winogrande: TaskDefinition = {
  name: 'winogrande',
  description: 'Choose which of two options fills the blank of a sentence.',
  answerKind: 'label',
  answerForms: TWO_OPTION_FORMS,
  maxNewTokens: 1,
  editions: [
    { pairs: ['winogrande/train_m.jsonl'], items: ['winogrande/dev.jsonl'] },
    ...['l', 'xl', 's', 'xs'].map((size) => ({
      pairs: [`winogrande/train_${size}.jsonl`],
      items: ['winogrande/dev.jsonl'],
      differs: `winogrande/train_${size}.jsonl is another size of the training set than winogrande/train_m.jsonl`,
    })),
    {
      pairs: ['winogrande/train_subset.jsonl'],
      items: ['winogrande/dev.jsonl'],
      differs:
        'winogrande/train_subset.jsonl holds 250 rows of train_xl; winogrande/train_m.jsonl is not there',
    },
    {
      pairs: ['winogrande/train.jsonl'],
      items: ['winogrande/dev.jsonl'],
      differs: 'winogrande/train.jsonl is read in place of winogrande/train_m.jsonl',
    },
  ],
  hub: { repository: 'allenai/winogrande', pairs: 'winogrande_m/train', items: 'winogrande_m/validation' },
  paperCounts: { pairs: 1000, items: 1267 },
  publishedNotes: [],
  sampleFile: 'winogrande/samples.jsonl',
  template: winograndePrompt({ sentence: '{sentence}', option1: '{option1}', option2: '{option2}' }),
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const sentence = textField(row, 'sentence', place);
    const option1 = textField(row, 'option1', place);
    const option2 = textField(row, 'option2', place);
    const { right, wrong } = choiceField(row, 'answer', OPTION_ANSWERS, place);
    if (sentence.split('_').length !== 2) throw badRow(place, '"sentence" must hold exactly one blank "_"');
    if (option1.trim() === option2.trim()) throw badRow(place, 'both options are the same');
    return {
      prompt: winograndePrompt({ sentence, option1, option2 }),
      question: sentence.trim(),
      // Twin sentences, which differ in one word and in the answer, share their options.
      group: JSON.stringify([option1.trim(), option2.trim()].sort()),
      answer: right,
      wrongAnswer: wrong,
      gold: right,
      label: right,
    };
  },
};
