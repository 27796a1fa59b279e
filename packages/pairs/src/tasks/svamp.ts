/**
 * SVAMP (Patel et al., 2021): a grade-school word problem whose answer is one number.
 *
 * @module
 */
import { badRow, kindOf, rowObject, textField } from '../rows.ts';
import type { TaskDefinition } from './task-definition.ts';

/**
 * The SVAMP prompt, word for word as released. Nothing is trimmed, as released.
 * Source: `zijian678/AUSteer utils/load_dataset.py`, `load_svamp`.
 *
 * @example
 * ```ts
 * svampPrompt({ body: 'Ann has 3 pens and buys 2.', question: 'How many has she now?' }).endsWith('\nAnswer:'); // true
 * ```
 */
export function svampPrompt(row: { readonly body: string; readonly question: string }): string {
  return `Answer the following grade-school math word problem. Reply with only the final answer as a number.\nQuestion: ${row.body} ${row.question}\nAnswer:`;
}

export const svamp: TaskDefinition = {
  name: 'svamp',
  description: 'Solve a grade-school word problem; the answer is one number.',
  answerKind: 'number',
  // The released driver takes 5, for Llama models 50 and for Qwen models 100. Fifty lets a model that writes
  // a sentence reach its number.
  maxNewTokens: 50,
  // `get_model_svamp` of utils/utils.py
  cutAfter: 'Answer',
  editions: [{ pairs: ['svamp/train.json'], items: ['svamp/test.json'] }],
  hub: { repository: 'ChilleD/SVAMP', pairs: 'default/train', items: 'default/test' },
  paperCounts: { pairs: 700, items: 300 },
  publishedNotes: [],
  sampleFile: 'svamp/samples.json',
  template: svampPrompt({ body: '{body}', question: '{question}' }),
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const body = textField(row, 'Body', place);
    const question = textField(row, 'Question', place);
    // The hub's edition writes the number as a text.
    const given = row.Answer;
    const number = typeof given === 'string' && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
    const answer = typeof number === 'number' ? pythonFloatText(number) : undefined;
    if (answer === undefined) {
      throw badRow(
        place,
        `"Answer" is ${kindOf(number)}; expected 0 or a number from 0.0001 to 1e16 in size`,
      );
    }
    return {
      prompt: svampPrompt({ body, question }),
      question: `${body.trim()} ${question.trim()}`,
      group: body.trim(),
      answer,
      gold: answer,
    };
  },
};

/**
 * `str(float)` of Python, which the released code takes for an answer's text: `145.0`, `0.5`. In the range
 * where Python writes no exponent, both languages print the shortest digits that read back as the number.
 */
function pythonFloatText(number: number): string | undefined {
  const size = Math.abs(number);
  if (!(size < 1e16) || (size !== 0 && size < 1e-4)) return undefined;
  if (Number.isInteger(number)) return `${number}.0`;
  // JavaScript changes to exponents only below 1e-6, so no exponent can occur here.
  return String(number);
}
