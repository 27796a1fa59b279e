/**
 * What the local scorer sees of a text: hashed words, pairs of words and parts of words. Training and scoring read
 * texts with this same file.
 *
 * @module
 */

/** Buckets into which features are hashed: the low 18 bits. */
export const BUCKETS = 2 ** 18;

/** Longest part of a word, in code points with the space at either end counted. */
const LONGEST_PART = 5;

/** Bad words are often written with these in place of letters, so they stand in words. */
const WORD = /[a-z0-9*@$#_]+(?:'[a-z]+)?|[^\sa-z0-9*@$#_]/gu;

/**
 * A text without what does not matter for its tone: letter case, accents, forms of characters, links, long runs of
 * one character.
 *
 * @example
 * ```ts
 * normalizeText('  Sooooo GOOD, see https://example.com '); // 'soo good, see'
 * ```
 */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019]/gu, "'")
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/https?:\/\/\S+|www\.\S+/gu, ' ')
    .replace(/(.)\1{2,}/gsu, '$1$1')
    .trim();
}

/**
 * The distinct buckets of a text, in no particular order: every word, every two words in a row (with the ends of the
 * text), and the parts of two to five characters of every word with a space at either end.
 *
 * @returns bucket numbers in [0, {@link BUCKETS})
 *
 * @example
 * ```ts
 * textFeatures('').length; // 1
 * ```
 */
export function textFeatures(text: string): number[] {
  const words = normalizeText(text).match(WORD) ?? [];
  const found = new Set<number>();
  for (const word of words) {
    found.add(bucketOf(`w${word}`));
    if (word.length > 1 || /[a-z0-9]/.test(word)) addParts(word, found);
  }
  const framed = ['<', ...words, '>'];
  for (let index = 1; index < framed.length; index++) {
    found.add(bucketOf(`b${framed[index - 1]} ${framed[index]}`));
  }
  return [...found];
}

/**
 * What each bucket of a text counts: less in a long text, where more of them say nothing.
 *
 * @param buckets distinct buckets of the text
 *
 * @example
 * ```ts
 * featureValue(1); // 1
 * ```
 */
export function featureValue(buckets: number): number {
  return buckets ** -0.15;
}

/** Proper parts of a word with a space at either end. */
function addParts(word: string, found: Set<number>): void {
  const characters = [...` ${word} `];
  for (let start = 0; start < characters.length; start++) {
    let hash = extend(OFFSET, 'c');
    const end = Math.min(start + LONGEST_PART, characters.length);
    for (let at = start; at < end; at++) {
      hash = extend(hash, characters[at]!);
      const length = at - start + 1;
      if (length >= 2 && length < characters.length) found.add(finish(hash) % BUCKETS);
    }
  }
}

/** Start and factor of FNV-1a with 32 bits. */
const OFFSET = 0x811c9dc5;
const FACTOR = 0x01000193;

/**
 * Hash of a feature: FNV-1a over UTF-8, its bits mixed as murmur3 ends, because the low bits of FNV alone are poor.
 *
 * @returns whole number in [0, 2³²)
 *
 * @example
 * ```ts
 * featureHash('wé'); // 3250796975
 * ```
 */
export function featureHash(feature: string): number {
  return finish(extend(OFFSET, feature));
}

function bucketOf(feature: string): number {
  return featureHash(feature) % BUCKETS;
}

function extend(hash: number, text: string): number {
  let state = hash;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) state = Math.imul(state ^ code, FACTOR);
    else for (const byte of encoder.encode(character)) state = Math.imul(state ^ byte, FACTOR);
  }
  return state;
}

const encoder = new TextEncoder();

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
