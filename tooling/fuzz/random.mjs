/**
 * Random numbers of one input: the seed of the run and the number of the input give the same bytes on every machine,
 * so that a find is made again without the inputs before it.
 *
 * @module
 */

/** @typedef {{ below: (n: number) => number, chance: (share: number) => boolean, pick: <T>(list: readonly T[]) => T }} Dice */

/**
 * @param {number} seed
 * @param {number} index
 * @returns {Dice}
 */
export function diceOf(seed, index) {
  // splitmix32 over a mix of both.
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const below = (/** @type {number} */ n) => (n <= 1 ? 0 : next() % n);
  return {
    below,
    chance: (share) => next() / 2 ** 32 < share,
    pick: (list) => /** @type {(typeof list)[number]} */ (list[below(list.length)]),
  };
}
