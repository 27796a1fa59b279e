/**
 * A question with its right answer, before it has a wrong one.
 *
 * @module
 */

/** One row that pairs are made of. */
export interface AnswerRow {
  readonly id: string;
  /** The whole prompt that both answers continue. */
  readonly question: string;
  /** Right answer, without the space before it. */
  readonly answer: string;
  /** The answers on offer where the question is a choice; the right one may be among them. */
  readonly choices?: readonly string[] | undefined;
  /** Wrong answer that the data set gives. */
  readonly wrong?: string | undefined;
  /** Class of the right answer. */
  readonly label?: string | undefined;
}

/**
 * What makes two answers the same one: numbers of one value (`6`, `6.0`, `1,000`), other texts of one wording but for
 * case and white space. A wrong answer must differ from the right one by this measure.
 *
 * @example
 * ```ts
 * answerKey('1,250.0') === answerKey(' 1250'); // true
 * answerKey('New  York') === answerKey('new york'); // true
 * ```
 */
export function answerKey(answer: string): string {
  const text = answer.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
  const digits = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(digits)) return text;
  const number = Number(digits);
  // Longer numbers than a double tells apart are compared as they are written. Adding 0 takes the sign from -0.
  return Number.isSafeInteger(Math.trunc(number)) ? String(number + 0) : digits;
}

/**
 * The different answers among rows, in the order in which they first occur. Where an answer is written in several
 * ways, the first in code order stands for all, so that it does not depend on the order of the rows.
 *
 * @example
 * ```ts
 * const pool = createAnswerPool();
 * for (const answer of ['six', '6', 'Six', '6.0']) pool.add(answer);
 * pool.answers().join(); // 'Six,6'
 * ```
 */
export function createAnswerPool(): { add(answer: string): void; answers(): readonly string[] } {
  const forms = new Map<string, string>();
  return {
    add(answer) {
      const text = answer.trim();
      if (text === '') return;
      const key = answerKey(text);
      const known = forms.get(key);
      if (known === undefined || text < known) forms.set(key, text);
    },
    answers: () => [...forms.values()],
  };
}
