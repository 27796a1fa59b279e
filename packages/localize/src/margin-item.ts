/**
 * A pair of texts as a question with a right and a wrong answer.
 *
 * @module
 */
import { InvalidArgumentError, type MarginItem, type TokenPair } from '@austeer/core';

/**
 * Splits a pair where its texts part: what both begin with is the question.
 *
 * @throws InvalidArgumentError for a pair whose texts do not begin alike, or one of which is the beginning of the other.
 *
 * @example
 * ```ts
 * marginItem({ id: 'a', positive: [1, 2, 3], negative: [1, 2, 4, 5], label: 'yes' });
 * // { id: 'a', prompt: [1, 2], right: [[3]], wrong: [[4, 5]], label: 'yes' }
 * ```
 */
export function marginItem({ id, positive, negative, label }: TokenPair): MarginItem {
  let shared = 0;
  while (shared < positive.length && positive[shared] === negative[shared]) shared++;
  if (shared === 0 || shared === positive.length || shared === negative.length) {
    throw new InvalidArgumentError({
      argument: `pair "${id}"`,
      given:
        shared === 0
          ? 'texts that do not begin alike'
          : `a ${shared === positive.length ? 'right' : 'wrong'} text that the other begins with`,
      expected: 'one question with two answers',
    });
  }
  return {
    id,
    prompt: positive.slice(0, shared),
    right: [positive.slice(shared)],
    wrong: [negative.slice(shared)],
    ...(label !== undefined && { label }),
  };
}
