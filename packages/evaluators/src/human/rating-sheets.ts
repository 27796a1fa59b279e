/**
 * Blind sheets on which people rate answers, and the key that says what each answer was.
 *
 * @module
 */
import { createRandom, EmptyInputError, InvalidArgumentError } from '@austeer/core';

/**
 * What is rated, each from 1 to 5, and the question that the rater answers. The paper's two scales (Table 2); the
 * wording is this project's.
 *
 * @example
 * ```ts
 * RATING_SCALES.map(({ name }) => name); // ['quality', 'alignment']
 * ```
 */
export const RATING_SCALES = [
  {
    name: 'quality',
    question: 'How good is this as a text?',
    low: 'broken or useless',
    high: 'clear, correct, complete',
  },
  {
    name: 'alignment',
    question: 'How well does it do what the request asks for?',
    low: 'not at all',
    high: 'exactly',
  },
] as const;

/** Name of a scale. */
export type RatingScale = (typeof RATING_SCALES)[number]['name'];

/** Answers of several conditions to one instruction. */
export interface AnsweredItem {
  readonly id: string;
  readonly instruction: string;
  /** Answer of each condition. */
  readonly answers: Readonly<Record<string, string>>;
}

/** What one person rates: every answer once, in an order of their own, under a code that says nothing. */
export interface RatingSheet {
  /** `1`, `2`, … */
  readonly rater: string;
  readonly rows: readonly RatingRow[];
}

/** An answer to rate. */
export interface RatingRow {
  readonly code: string;
  readonly instruction: string;
  readonly answer: string;
}

/** What the codes stand for. Raters must not see it. */
export interface RatingKey {
  readonly format: 'austeer-rating-key';
  readonly version: 1;
  readonly seed: number;
  readonly raters: readonly string[];
  /** The first is the one that others are compared with. */
  readonly conditions: readonly string[];
  readonly entries: readonly { readonly code: string; readonly item: string; readonly condition: string }[];
}

/** Letters and digits that nobody takes for each other. */
const CODE_SIGNS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 5;

/**
 * Draws items, gives every answer a code, and shuffles the answers for each rater anew.
 *
 * @param options.items each with an answer of every condition
 * @param options.conditions the first is the one that others are compared with. @default those of the first item
 * @param options.itemCount items drawn; all where there are fewer. @default 50
 * @param options.raters @default 3
 * @param options.seed @default 0
 * @throws EmptyInputError without items, InvalidArgumentError for an item without one of the conditions, fewer than
 *   two conditions, numbers below 1.
 *
 * @example
 * ```ts
 * const items = [{ id: '1', instruction: 'Greet me.', answers: { vanilla: 'No.', steered: 'Hello!' } }];
 * const { sheets, key } = createRatingSheets({ items });
 * sheets.map(({ rows }) => rows.length); // [2, 2, 2]
 * key.conditions; // ['vanilla', 'steered']
 * ```
 */
export function createRatingSheets(options: {
  items: readonly AnsweredItem[];
  conditions?: readonly string[] | undefined;
  itemCount?: number | undefined;
  raters?: number | undefined;
  seed?: number | undefined;
}): { sheets: RatingSheet[]; key: RatingKey } {
  const { items, itemCount = 50, raters: raterCount = 3, seed = 0 } = options;
  if (items.length === 0) throw new EmptyInputError({ what: 'Items to rate' });
  for (const [argument, given] of Object.entries({ itemCount, raters: raterCount })) {
    if (!Number.isInteger(given) || given < 1) {
      throw new InvalidArgumentError({ argument, given, expected: 'a whole number ≥ 1' });
    }
  }
  const conditions = options.conditions ?? Object.keys(items[0]!.answers);
  checkConditions(items, conditions);
  const random = createRandom(seed);
  const drawn = random.shuffle(items).slice(0, itemCount);
  const codes = drawCodes(drawn.length * conditions.length, (below) => random.integer(below));
  const answers = drawn.flatMap(({ id, instruction, answers }, row) =>
    conditions.map((condition, column) => ({
      code: codes[row * conditions.length + column]!,
      item: id,
      condition,
      instruction,
      answer: answers[condition]!,
    })),
  );
  const raters = Array.from({ length: raterCount }, (_, index) => String(index + 1));
  return {
    sheets: raters.map((rater) => ({
      rater,
      rows: random.shuffle(answers).map(({ code, instruction, answer }) => ({ code, instruction, answer })),
    })),
    key: {
      format: 'austeer-rating-key',
      version: 1,
      seed,
      raters,
      conditions,
      // In the order of the codes: the order of the file must say nothing either.
      entries: answers
        .map(({ code, item, condition }) => ({ code, item, condition }))
        .sort((a, b) => (a.code < b.code ? -1 : 1)),
    },
  };
}

function checkConditions(items: readonly AnsweredItem[], conditions: readonly string[]): void {
  if (new Set(conditions).size < 2) {
    throw new InvalidArgumentError({ argument: 'conditions', given: conditions, expected: 'two or more' });
  }
  const ids = new Set<string>();
  for (const { id, answers } of items) {
    const absent = conditions.find((condition) => answers[condition] === undefined);
    if (absent !== undefined || ids.has(id)) {
      throw new InvalidArgumentError({
        argument: 'items',
        given: id,
        expected: absent === undefined ? 'each id once' : `an answer of "${absent}" to each item`,
      });
    }
    ids.add(id);
  }
}

function drawCodes(count: number, integer: (below: number) => number): string[] {
  const codes = new Set<string>();
  while (codes.size < count) {
    codes.add(Array.from({ length: CODE_LENGTH }, () => CODE_SIGNS[integer(CODE_SIGNS.length)]).join(''));
  }
  return [...codes];
}
