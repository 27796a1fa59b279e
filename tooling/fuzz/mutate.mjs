/**
 * Damage that files have and that attackers make: of bytes, of JSON and tables.
 *
 * @module
 */

/** @typedef {import('./random.mjs').Dice} Dice */

/** What counts and lengths are overwritten with: nothing, one off, sign bits, all ones, what overflows when multiplied. */
export const COUNTS = [
  0n,
  1n,
  2n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  (1n << 53n) - 1n,
  1n << 53n,
  1n << 60n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1e999',
  '-1e999',
  '1e-400',
  '4294967296',
  '9007199254740993',
  '0.1',
  'null',
  'true',
  '""',
  '[]',
  '{}',
];
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'x'.repeat(300),
  '\u0000',
  '../../x',
  '\ud800',
];
const CHARACTERS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\\',
  '\n',
  '\r',
  '\t',
  "'",
  '\u0000',
  '\u2028',
  '\ufeff',
  '9',
  '-',
  'e',
  ';',
];

/**
 * @param {Uint8Array} seed
 * @param {Dice} dice
 * @param {readonly Uint8Array[]} others to splice with
 * @returns {Uint8Array}
 */
export function mutateBytes(seed, dice, others = [seed]) {
  /** @type {Uint8Array} */
  let bytes = Uint8Array.from(seed);
  for (let round = 1 + dice.below(4); round > 0; round--) bytes = mutateOnce(bytes, dice, others);
  return bytes;
}

/** @param {Uint8Array} bytes @param {Dice} dice @param {readonly Uint8Array[]} others @returns {Uint8Array} */
export function mutateOnce(bytes, dice, others) {
  if (bytes.length === 0) return Uint8Array.of(dice.below(256));
  // Headers are where structure is: half of the damage goes to the first bytes, some to the last.
  const edge = Math.min(bytes.length, 256);
  const at = dice.pick([
    dice.below(bytes.length),
    dice.below(edge),
    dice.below(edge),
    bytes.length - 1 - dice.below(Math.min(edge, 64)),
  ]);
  const size = Math.min(bytes.length - at, 1 + dice.below(dice.pick([4, 16, 256])));
  switch (dice.below(8)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    case 1:
      bytes[at] = dice.pick([0, 1, 0x7f, 0x80, 0xff, dice.below(256)]);
      return bytes;
    case 2:
    case 3: {
      const width = dice.pick([2, 4, 8]);
      const value = dice.pick(COUNTS);
      for (let byte = 0; byte < width && at + byte < bytes.length; byte++) {
        bytes[at + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
      }
      return bytes;
    }
    case 4:
      return bytes.slice(0, at);
    case 5:
      return join(bytes.subarray(0, at), bytes.subarray(at + size));
    case 6:
      return join(bytes.subarray(0, at), bytes.subarray(at, at + size), bytes.subarray(at));
    default: {
      const other = dice.pick(others);
      return join(bytes.subarray(0, at), other.subarray(dice.below(other.length)));
    }
  }
}

/**
 * @param {string} seed JSON, JSON lines or a table
 * @param {Dice} dice
 * @param {readonly string[]} others
 * @returns {string}
 */
export function mutateText(seed, dice, others = [seed]) {
  let text = seed;
  for (let round = 1 + dice.below(3); round > 0; round--) text = mutateTextOnce(text, dice, others);
  return text;
}

/** @param {string} text @param {Dice} dice @param {readonly string[]} others @returns {string} */
function mutateTextOnce(text, dice, others) {
  const at = dice.below(text.length + 1);
  const insert = (/** @type {string} */ part, cut = 0) => text.slice(0, at) + part + text.slice(at + cut);
  switch (dice.below(10)) {
    case 0:
      return insert(dice.pick(CHARACTERS), dice.below(2));
    case 1:
      return insert('', 1 + dice.below(20));
    case 2:
      return text.slice(0, at);
    case 3:
      return replaceNth(text, /-?\d+(\.\d+)?([eE][-+]?\d+)?/g, dice, () => dice.pick(NUMBERS));
    case 4:
      return replaceNth(text, /"(?:[^"\\]|\\.)*"/g, dice, () => JSON.stringify(dice.pick(KEYS)));
    case 5:
      return replaceNth(text, /\{/g, dice, () => `{${JSON.stringify(dice.pick(KEYS))}:{"polluted":true},`);
    case 6: {
      const depth = dice.chance(0.05) ? 20_000 : dice.pick([10, 1000]);
      const [open, close] = dice.pick([
        ['[', ']'],
        ['{"a":', '}'],
        ['(', ')'],
        ['"', '"'],
      ]);
      return insert(open.repeat(depth) + (dice.chance(0.5) ? `1${close.repeat(depth)}` : ''), dice.below(3));
    }
    case 7:
      return insert(text.slice(at, at + 1 + dice.below(60)));
    case 8:
      return insert(dice.pick(['x', ',', '\n', ' ']).repeat(dice.chance(0.05) ? 10_000 : 100));
    default: {
      const other = dice.pick(others);
      return text.slice(0, at) + other.slice(dice.below(other.length));
    }
  }
}

/** @param {string} text @param {RegExp} pattern @param {Dice} dice @param {() => string} replacement */
function replaceNth(text, pattern, dice, replacement) {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const match = dice.pick(found);
  return text.slice(0, match.index) + replacement() + text.slice(match.index + match[0].length);
}

/** @param {...Uint8Array} parts @returns {Uint8Array} */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
