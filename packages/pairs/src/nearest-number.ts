/**
 * Wrong answers for tasks whose rows carry only the right one.
 *
 * @module
 */
import { createRandom, InvalidArgumentError } from '@austeer/core';

/** What a finder of wrong answers may know of a row beside its answer. */
export interface NegativeRow {
  readonly id: string;
  /** What the row asks, without instructions. */
  readonly question: string;
}

/**
 * Finds a wrong answer for every right one: gets the right answers of all rows and the rows themselves, returns as many
 * texts in the same order. May be asynchronous, so that a sentence encoder fits.
 */
export interface NegativeFinder {
  (answers: readonly string[], rows: readonly NegativeRow[]): readonly string[] | Promise<readonly string[]>;
  /** The rule in words, for run logs. @default the function's name */
  readonly rule?: string | undefined;
}

/**
 * Wrong answer where no other row has a different one. Source: `zijian678/AUSteer utils/load_dataset.py`,
 * `load_svamp`, which puts one space where the most similar answer equals the right one.
 *
 * @example
 * ```ts
 * BLANK_ANSWER; // ' '
 * ```
 */
export const BLANK_ANSWER = ' ';

/**
 * For each answer the one whose number is nearest but different, among all answers; where one above and one below are equally
 * near, the seed decides. A stand-in for the paper's rule (most similar answer by all-MiniLM-L6-v2), which
 * needs a sentence encoder.
 *
 * @param answers right answers, each a decimal number such as `145.0`, or a text with its number after `####`
 * @param options.seed whole number in [0, 2³²). @default 0
 * @returns one of the other rows' answers per row, or {@link BLANK_ANSWER} where all rows have the same answer
 * @throws InvalidArgumentError when an answer is not a number.
 *
 * @example
 * ```ts
 * nearestNumberNegatives(['1.0', '4.0', '5.0']); // ['4.0', '5.0', '4.0']
 * ```
 */
export function nearestNumberNegatives(
  answers: readonly string[],
  options: { seed?: number } = {},
): string[] {
  const { seed = 0 } = options;
  const random = createRandom(seed);
  const texts = new Map<number, string>();
  const numbers = answers.map((answer, index) => {
    const text = answer.split('####').at(-1)!.trim();
    const number = text === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(number)) {
      throw new InvalidArgumentError({ argument: `answers[${index}]`, given: answer, expected: 'a number' });
    }
    if (!texts.has(number)) texts.set(number, answer);
    return number;
  });
  const sorted = [...texts.keys()].sort((a, b) => a - b);
  const positions = new Map(sorted.map((number, position) => [number, position]));
  return numbers.map((number) => {
    const position = positions.get(number)!;
    const below = sorted[position - 1] ?? Number.NEGATIVE_INFINITY;
    const above = sorted[position + 1] ?? Number.POSITIVE_INFINITY;
    const gap = number - below - (above - number);
    // With no neighbour on either side the gap is NaN and no text is found.
    const nearest = gap < 0 || (gap === 0 && random.integer(2) === 0) ? below : above;
    return texts.get(nearest) ?? BLANK_ANSWER;
  });
}
