/**
 * COPA (Roemmele et al., 2011): the more plausible cause or effect of a premise.
 *
 * @module
 */
import { choiceField, type RowPlace, rowObject, textField } from '../rows.ts';
import {
  OPTION_ANSWERS,
  type OptionAnswer,
  type TaskDefinition,
  TWO_OPTION_FORMS,
} from './task-definition.ts';

const ASKS_FOR: ReadonlyMap<unknown, 'cause' | 'effect'> = new Map([
  ['cause', 'cause'],
  ['effect', 'effect'],
]);

const TABLE_ANSWERS: ReadonlyMap<unknown, OptionAnswer> = new Map<unknown, OptionAnswer>([
  [0, { right: 'A', wrong: 'B' }],
  [1, { right: 'B', wrong: 'A' }],
  ['0', { right: 'A', wrong: 'B' }],
  ['1', { right: 'B', wrong: 'A' }],
]);

/**
 * The COPA prompt, word for word as released (no space after `A:` and `B:`, a line break after `Answer:`); all
 * texts are trimmed. Source: `zijian678/AUSteer utils/load_dataset.py`, `load_copa`.
 *
 * @example
 * ```ts
 * copaPrompt({ premise: 'It rained.', asksFor: 'effect', option1: 'The street got wet.', option2: 'The sun rose.' });
 * ```
 */
export function copaPrompt(row: {
  readonly premise: string;
  readonly asksFor: 'cause' | 'effect';
  readonly option1: string;
  readonly option2: string;
}): string {
  return `Question:\n${row.premise.trim()} Based on the previous passage, choose the most reasonable ${row.asksFor}.\nA:${row.option1.trim()}\nB:${row.option2.trim()}\n\nAnswer:\n`;
}

export const copa: TaskDefinition = {
  name: 'copa',
  description: 'Choose the more plausible cause or effect of a premise.',
  answerKind: 'label',
  answerForms: TWO_OPTION_FORMS,
  maxNewTokens: 1,
  editions: [
    { pairs: ['copa/train.csv'], items: ['copa/test.csv'] },
    {
      pairs: ['copa/balanced-copa-dev-all.xml'],
      items: ['copa/copa-test.xml'],
      differs:
        'copa/balanced-copa-dev-all.xml orders the alternatives of some rows otherwise than copa/train.csv',
    },
    {
      pairs: ['copa/copa-dev.xml'],
      items: ['copa/copa-test.xml'],
      differs: 'copa/copa-dev.xml has the 500 rows of COPA without their 500 mirrored twins',
    },
  ],
  hub: { repository: 'pkavumba/balanced-copa', pairs: 'default/train', items: 'default/test' },
  paperCounts: { pairs: 1000, items: 500 },
  publishedNotes: [],
  sampleFile: 'copa/samples.jsonl',
  template: copaPrompt({
    premise: '{premise}',
    // The only part that is a choice and not a text.
    asksFor: '{cause or effect}' as 'cause',
    option1: '{alternative 1}',
    option2: '{alternative 2}',
  }),
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const { premise, asksFor, option1, option2, right, wrong } =
      'p' in row ? xmlItem(row, place) : tableRow(row, place);
    return {
      prompt: copaPrompt({ premise, asksFor, option1, option2 }),
      question: premise.trim(),
      group: JSON.stringify([option1.trim(), option2.trim()].sort()),
      answer: right,
      wrongAnswer: wrong,
      gold: right,
      label: right,
    };
  },
};

type Row = Readonly<Record<string, unknown>>;
type Item = Parameters<typeof copaPrompt>[0] & OptionAnswer;

/** The original XML, alternatives numbered from 1. */
function xmlItem(row: Row, place: RowPlace): Item {
  return {
    premise: textField(row, 'p', place),
    option1: textField(row, 'a1', place),
    option2: textField(row, 'a2', place),
    asksFor: choiceField(row, 'asks-for', ASKS_FOR, place),
    ...choiceField(row, 'most-plausible-alternative', OPTION_ANSWERS, place),
  };
}

/** The tables of SuperGLUE, of the hub and of the released code, alternatives numbered from 0. */
function tableRow(row: Row, place: RowPlace): Item {
  return {
    premise: textField(row, 'premise', place),
    option1: textField(row, 'choice1', place),
    option2: textField(row, 'choice2', place),
    asksFor: choiceField(row, 'question', ASKS_FOR, place),
    ...choiceField(row, 'label', TABLE_ANSWERS, place),
  };
}
