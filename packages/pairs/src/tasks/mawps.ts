/**
 * MAWPS (Koncel-Kedziorski et al., 2016): a word problem whose answer is worked out, the number after `####`.
 *
 * @module
 */
import { badRow, kindOf, type RowPlace, rowObject, textField } from '../rows.ts';
import { plainNumber, prefixToInfix, tidyEquation } from './equations.ts';
import type { Example, TaskDefinition } from './task-definition.ts';

/**
 * The MAWPS prompt, word for word as released: a space and a line break after `answer:`, nothing is trimmed.
 * Source: `zijian678/AUSteer utils/load_dataset.py`, `load_mawps`.
 *
 * @example
 * ```ts
 * mawpsPrompt({ question: '2 birds sat on a fence . 4 more came . How many are there ?' }).endsWith('\nanswer: \n'); // true
 * ```
 */
export function mawpsPrompt(row: { readonly question: string }): string {
  return `Answer the grade school math word problem below, using step-by-step problem-solving process. Print the final answer after "####".\nquestion: ${row.question}\nanswer: \n`;
}

const SPLIT_DIFFERS =
  'which rows of the pool are the 355 test rows is not known, so they are drawn by the seed';

export const mawps: TaskDefinition = {
  name: 'mawps',
  description: 'Solve a word problem step by step; the answer is the number after "####".',
  answerKind: 'number',
  // The released driver takes 250, for Qwen models 150.
  maxNewTokens: 250,
  // `get_model_gsm8k` of utils/utils.py
  cutAfter: '####',
  editions: [
    { pairs: ['mawps/train.parquet'], items: ['mawps/test.parquet'] },
    {
      pairs: ['mawps/pool_1772.csv'],
      items: ['mawps/pool_1772.csv'],
      testRows: 355,
      differs: `mawps/pool_1772.csv has the rows with numbers and equations apart, put together here; ${SPLIT_DIFFERS}`,
    },
    {
      pairs: ['mawps/cv_mawps/fold0/train.csv'],
      items: ['mawps/cv_mawps/fold0/dev.csv'],
      differs: 'mawps/cv_mawps is the five-fold edition of the SVAMP paper, its first fold is read',
    },
    {
      pairs: ['mawps/mwptoolkit/trainset.json'],
      items: ['mawps/mwptoolkit/testset.json'],
      differs: 'mawps/mwptoolkit is the edition of MWPToolkit with its own split',
    },
    {
      pairs: ['mawps/mawps_source.json'],
      items: ['mawps/mawps_source.json'],
      testRows: 355,
      differs: `mawps/mawps_source.json has 2373 rows, more than the paper's pool; ${SPLIT_DIFFERS}`,
    },
  ],
  hub: { repository: 'garrethlee/MAWPS', pairs: 'default/train', items: 'default/test' },
  paperCounts: { pairs: 1000, items: 355 },
  publishedNotes: [],
  blankAnswer: '     ',
  sampleFile: 'mawps/samples.jsonl',
  template: mawpsPrompt({ question: '{question}' }),
  parseRow: (value, place) => {
    const row = rowObject(value, place);
    const { question, answer, group = question } = readLayout(row, place);
    return { prompt: mawpsPrompt({ question }), question: question.trim(), group, answer, gold: answer };
  },
};

type Row = Readonly<Record<string, unknown>>;
type Worded = Pick<Example, 'question' | 'answer'> & { readonly group?: string | undefined };

/** The four layouts in which MAWPS is published. */
function readLayout(row: Row, place: RowPlace): Worded {
  if ('Numbers' in row) return templatedRow(row, place);
  if ('sQuestion' in row) {
    const [equation] = textsField(row, 'lEquations', place);
    const [result] = textsField(row, 'lSolutions', place);
    return { question: textField(row, 'sQuestion', place).trim(), answer: worked(equation!, result!) };
  }
  if ('original_text' in row) {
    const [equation] = textsField({ equation: [row.equation] }, 'equation', place);
    const [result] = textsField({ ans: [row.ans] }, 'ans', place);
    return { question: textField(row, 'original_text', place).trim(), answer: worked(equation!, result!) };
  }
  const answer = textField(row, 'answer', place);
  if (!/####\s*[-+]?\d/.test(answer)) throw badRow(place, '"answer" has no number after "####"');
  const question = textField(row, 'question', place);
  // Rows that differ in their numbers only are one problem.
  return { question, answer, group: question.replaceAll(/\d+(\.\d+)?/g, '0') };
}

/** The cross-validation edition: `number0`, `number1` … in the text, the numbers and a prefix equation beside it. */
function templatedRow(row: Row, place: RowPlace): Worded {
  const template = textField(row, 'Question', place);
  const numbers = textField(row, 'Numbers', place).trim().split(/\s+/);
  const fill = (text: string): string =>
    text.replaceAll(/number(\d+)/g, (name, index) => {
      const number = numbers[Number(index)];
      if (number === undefined) throw badRow(place, `"Numbers" has no ${name}`);
      return plainNumber(number);
    });
  const equation = prefixToInfix(fill(textField(row, 'Equation', place)));
  if (equation === undefined) throw badRow(place, '"Equation" is no prefix equation of + - * /');
  const result = plainNumber(textField(row, 'Answer', place));
  if (!Number.isFinite(Number(result))) throw badRow(place, '"Answer" is not a number');
  return { question: fill(template), answer: `${equation} = ${result} #### ${result}`, group: template };
}

/** An equation in `x`: solved for it where it says so itself, else as it stands. */
function worked(equation: string, result: string): string {
  const number = plainNumber(result);
  const sides = equation.split('=').map((side) => side.trim());
  const known = sides.find((side) => !/[a-z]/i.test(side));
  const solved = sides.length === 2 && known !== undefined && sides.some((side) => /^[a-z_]+$/i.test(side));
  return solved ? `${tidyEquation(known)} = ${number} #### ${number}` : `${equation.trim()} #### ${number}`;
}

/** A list whose first entry is a text or a number, as texts. */
function textsField(row: Row, field: string, place: RowPlace): string[] {
  const list = row[field];
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (
    (typeof first === 'string' && first.trim() !== '') ||
    (typeof first === 'number' && Number.isFinite(first))
  )
    return [String(first)];
  throw badRow(place, `"${field}" has ${kindOf(first)}; expected a text or number first`);
}
