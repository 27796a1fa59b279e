/**
 * Wrong answers at random: the rule of the paper for multiple choice and yes/no (appendix B.1).
 *
 * @module
 */
import { createRandom } from '@austeer/core';
import { answerKey } from './answer-row.ts';
import { byCode, createPoolOrder, type NegativeSource, rowRandom, wrongChoices } from './negative-source.ts';

/**
 * One of the row's own wrong choices, each as likely as the others; where the row has none, one of the other
 * answers of the pool. What a row gets depends on the seed, its id and the set of answers, not on the order of rows.
 *
 * @param options.seed whole number in [0, 2³²). @default 0
 * @throws InvalidArgumentError for another seed.
 *
 * @example
 * ```ts
 * const row = { id: '1', question: 'Is water wet?', answer: 'yes', choices: ['yes', 'no'] };
 * (await randomNegatives({ seed: 7 }).find([row], []))[0]; // 'no'
 * ```
 */
export function randomNegatives(options: { readonly seed?: number | undefined } = {}): NegativeSource {
  const { seed = 0 } = options;
  createRandom(seed);
  const ordered = createPoolOrder((pool) => pool.toSorted(byCode));
  return {
    name: `random, seed ${seed}`,
    usesPool: true,
    rowsAtOnce: 1024,
    async find(rows, pool) {
      const all = ordered(pool);
      return rows.map((row) => {
        const random = rowRandom(seed, row);
        const choices = wrongChoices(row);
        if (choices !== undefined) return choices[random.integer(choices.length)];
        return drawOther(all, answerKey(row.answer), (below) => random.integer(below));
      });
    },
  };
}

/** Any answer but the one of the key; nearly always the first draw is one. */
function drawOther(
  pool: readonly string[],
  key: string,
  integer: (below: number) => number,
): string | undefined {
  if (pool.length === 0) return undefined;
  const drawn = pool[integer(pool.length)]!;
  if (answerKey(drawn) !== key) return drawn;
  const others = pool.filter((answer) => answerKey(answer) !== key);
  return others.length === 0 ? undefined : others[integer(others.length)];
}
