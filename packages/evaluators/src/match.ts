/**
 * Whether an answer is right, by the reference's rules and by stricter ones.
 *
 * @module
 */

/**
 * The released exact match: both texts trimmed and lower-cased, then equal. Source: `main_test.py` of the
 * released code.
 *
 * @example
 * ```ts
 * exactMatch({ answer: ' Yes', gold: ' yes' }); // true
 * ```
 */
export function exactMatch({ answer, gold }: { answer: string; gold: string }): boolean {
  return normalizeAnswer(answer) === normalizeAnswer(gold);
}

/**
 * A text as the released code compares it: trimmed, lower case.
 *
 * @example
 * ```ts
 * normalizeAnswer(' Yes\n'); // 'yes'
 * ```
 */
export function normalizeAnswer(answer: string): string {
  return answer.trim().toLowerCase();
}

/**
 * How a number is found in an answer.
 *
 * - `official`: the number right after the first `####`, else the last number or fraction `a/b` of the text. A
 *   fraction is found but never equals a number (the released code cannot turn it into one). Thousands
 *   separators split a number: `1,200` ends in `200`. Source: `extract_gsm8k_number` of `utils/utils.py`.
 * - `strict`: as `official`, but
 *   - thousands separators belong to the number: `1,200` is 1200
 *   - a fraction is divided: `3/4` is 0.75
 *   - a sign (also the typographic minus) counts only where no digit or letter stands before it: `5-3` ends in 3
 *   - a currency sign before and a unit behind are left out: `-$5` is −5, `5kg` is 5, `50%` is 50
 *   - `.5` is 0.5
 *   - ordinals (`2nd`) and numbers within codes (`x2`, `4x4`, `1.2.3`) are none
 */
export type NumberRule = 'official' | 'strict';

/**
 * The number that an answer gives.
 *
 * @returns `undefined` when there is none
 *
 * @example
 * ```ts
 * extractNumber('She has 12 - 4 = 8 apples.', 'official'); // 8
 * ```
 */
export function extractNumber(text: string, rule: NumberRule): number | undefined {
  const found = rule === 'official' ? officialNumber(text) : strictNumber(text);
  if (found === undefined) return undefined;
  const [numerator, denominator] = found
    .replaceAll(/[\s,$€£]/g, '')
    .replace('\u2212', '-')
    .split('/')
    .map(Number);
  if (denominator === undefined) return numerator;
  if (rule === 'official' || denominator === 0) return undefined;
  return numerator! / denominator;
}

/**
 * Whether an answer gives the gold number.
 *
 * @returns `undefined` when the gold text has no number: the item cannot be scored
 *
 * @example
 * ```ts
 * numericMatch({ answer: 'The answer is 145', gold: '145.0', rule: 'official' }); // true
 * ```
 */
export function numericMatch(options: {
  answer: string;
  gold: string;
  rule: NumberRule;
}): boolean | undefined {
  const { answer, gold, rule } = options;
  const expected = extractNumber(gold, rule);
  return expected === undefined ? undefined : extractNumber(answer, rule) === expected;
}

/**
 * An answer cut after a word, with the one word that follows it; unchanged where the word does not occur. The
 * released code does this before it reads the number of a SVAMP answer (`Answer`). Source: `get_model_svamp`
 * of `utils/utils.py`.
 *
 * @example
 * ```ts
 * cutAfterWord('So. Answer: 8 because 3', 'Answer'); // 'So. Answer: 8'
 * ```
 */
export function cutAfterWord(answer: string, word: string): string {
  const at = answer.indexOf(word);
  if (at < 0) return answer;
  return answer.slice(0, at) + answer.slice(at).split(/\s+/).slice(0, 2).join(' ');
}

const OFFICIAL = String.raw`[-+]?\d+(?:\.\d+)?|\d+\s*/\s*\d+`;

function officialNumber(text: string): string | undefined {
  const marked = new RegExp(String.raw`####\s*(${OFFICIAL})`).exec(text);
  return marked?.[1] ?? text.match(new RegExp(OFFICIAL, 'g'))?.at(-1);
}

// The last two groups refuse what goes on as a number or a code (1.2.3, 4x4), and ordinals.
const STRICT = [
  String.raw`(?<![\w.])[-+\u2212]?[$€£]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d+)?(?:\s*/\s*\d+)?`,
  String.raw`(?!\.?\w*\d)(?!(?:st|nd|rd|th)\b)`,
].join('');

function strictNumber(text: string): string | undefined {
  const after = text.split('####')[1];
  const marked = after === undefined ? undefined : new RegExp(STRICT).exec(after)?.[0];
  return marked ?? text.match(new RegExp(STRICT, 'g'))?.at(-1);
}
