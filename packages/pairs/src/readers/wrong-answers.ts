/**
 * The wrong answer of each pair: told by its row, or found among the answers of the others.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import { BLANK_ANSWER, type NegativeFinder, nearestNumberNegatives } from '../nearest-number.ts';
import type { TaskDefinition } from '../tasks/task-definition.ts';
import type { IdentifiedExample } from './task-sides.ts';

/** Wrong answers in the order of the rows, and what to note about them. */
export interface WrongAnswers {
  readonly answers: readonly string[];
  readonly notes: readonly string[];
}

/** Without a rule, wrong answers of the rows are taken where these tell them, else the nearest number. */
export async function wrongAnswers(options: {
  definition: TaskDefinition;
  examples: readonly IdentifiedExample[];
  rule: 'nearest-number' | NegativeFinder | undefined;
  seed: number;
}): Promise<WrongAnswers> {
  const { definition, examples, rule, seed } = options;
  const { name, answerKind, blankAnswer = BLANK_ANSWER } = definition;
  const told = examples.flatMap(({ wrongAnswer }) => wrongAnswer ?? []);
  const areTold = told.length === examples.length && answerKind !== 'number';
  if (rule === 'nearest-number' && answerKind !== 'number') {
    throw new InvalidArgumentError({
      argument: 'negatives',
      given: rule,
      expected: `a function, or undefined: the answers of ${name} are no numbers`,
    });
  }
  if (rule === undefined && areTold) {
    const empty = told.filter((answer) => answer === '').length;
    return {
      answers: told,
      notes: empty === 0 ? [] : [`Wrong answers that are empty in the data: ${empty}.`],
    };
  }
  const right = examples.map(({ answer }) => answer);
  const rows = examples.map(({ id, question }) => ({ id, question }));
  const isFunction = typeof rule === 'function';
  const found = isFunction ? await rule([...right], rows) : nearestNumberNegatives(right, { seed });
  if (found.length !== right.length || found.some((answer) => typeof answer !== 'string')) {
    throw new InvalidArgumentError({
      argument: 'negatives',
      given: `a function that returned ${found.length} answers`,
      expected: `${right.length} texts, one per right answer`,
    });
  }
  const isBlank = found.map((answer, index) => answer === right[index] || answer === BLANK_ANSWER);
  const answers = found.map((answer, index) => (isBlank[index] ? blankAnswer : answer));
  const blank = isBlank.filter(Boolean).length;
  const words = isFunction
    ? (rule.rule ?? `function ${rule.name || 'without a name'}`)
    : `nearest-number: the nearest different answer among the pair rows, ties by seed ${seed} (the paper takes the most similar answer by all-MiniLM-L6-v2)`;
  return {
    answers,
    notes: [
      `Wrong answers: ${words}.`,
      ...(blank === 0 ? [] : [`Wrong answers left blank, as no different answer was found: ${blank}.`]),
    ],
  };
}
