/**
 * COPA (Roemmele et al., 2011): the more plausible cause or effect of a premise.
 *
 * @module
 */
import { choiceField, rowObject, textField } from '../rows.ts';
import { OPTION_ANSWERS, type TaskDefinition, TWO_OPTION_FORMS } from './task-definition.ts';

const ASKS_FOR: ReadonlyMap<unknown, 'cause' | 'effect'> = new Map([
  ['cause', 'cause'],
  ['effect', 'effect'],
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
  format: 'copa-xml',
  pairFiles: ['copa/balanced-copa-dev-all.xml', 'copa/copa-dev.xml'],
  itemFiles: ['copa/copa-test.xml'],
  releasedPairFile: 'copa/balanced-copa-dev-all.xml',
  publishedNotes: [
    'The released code reads a CSV edition of COPA that orders the alternatives of some training rows otherwise.',
  ],
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const premise = textField(row, 'p', place);
    const option1 = textField(row, 'a1', place);
    const option2 = textField(row, 'a2', place);
    const asksFor = choiceField(row, 'asks-for', ASKS_FOR, place);
    const { right, wrong } = choiceField(row, 'most-plausible-alternative', OPTION_ANSWERS, place);
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
