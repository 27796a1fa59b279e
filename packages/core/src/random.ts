/**
 * Seeded random numbers that are the same on every machine: xoshiro128** (Blackman and Vigna, public
 * domain), seeded through SplitMix32.
 *
 * @module
 */
import { InvalidArgumentError } from './errors.ts';

/** A stream of random numbers; the same seed gives the same stream everywhere. */
export interface Random {
  /** Next float in [0, 1), 32 bits fine. */
  next(): number;
  /** Next whole number in [0, below). */
  integer(below: number): number;
  /** Next draw of the standard normal distribution (Box-Muller). */
  normal(): number;
  /** A shuffled copy (Fisher-Yates). The input is left as it is. */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * Makes a seeded random stream.
 *
 * @param seed whole number in [0, 2³²)
 * @throws InvalidArgumentError for any other seed.
 *
 * @example
 * ```ts
 * createRandom(7).shuffle(['a', 'b', 'c']).length; // 3
 * ```
 */
export function createRandom(seed: number): Random {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new InvalidArgumentError({
      argument: 'seed',
      given: seed,
      expected: 'a whole number in [0, 2^32)',
    });
  }
  let mixer = seed | 0;
  const splitMix = (): number => {
    mixer = (mixer + 0x9e3779b9) | 0;
    let z = mixer;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let d = splitMix();

  const bits = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };

  const integer = (below: number): number => {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
      throw new InvalidArgumentError({
        argument: 'below',
        given: below,
        expected: 'a whole number in [1, 2^32]',
      });
    }
    // Rejection keeps every outcome equally likely.
    const limit = 2 ** 32 - (2 ** 32 % below);
    let value = bits();
    while (value >= limit) value = bits();
    return value % below;
  };

  return {
    next: () => bits() / 2 ** 32,
    integer,
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log((bits() + 1) / 2 ** 32));
      return radius * Math.cos((2 * Math.PI * bits()) / 2 ** 32);
    },
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
  };
}
