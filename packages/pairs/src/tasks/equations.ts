/**
 * Arithmetic as people write it, from the ways in which data sets keep it.
 *
 * @module
 */

const STRENGTH: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2 };

/** A number without an empty fraction: `504.0` is `504`. */
export function plainNumber(text: string): string {
  return text.trim().replace(/^([-+]?\d+)\.0+$/, '$1');
}

/** `- + 3 9 10` as `3 + 9 - 10`, with the brackets that it needs; `undefined` when it is no such equation. */
export function prefixToInfix(text: string): string | undefined {
  const words = text.trim().split(/\s+/);
  let next = 0;
  const term = (): { text: string; strength: number } | undefined => {
    const word = words[next];
    next += 1;
    if (word === undefined) return undefined;
    const strength = STRENGTH[word];
    if (strength === undefined) {
      return /^[-+]?\d+(\.\d+)?$/.test(word) ? { text: word, strength: 3 } : undefined;
    }
    const left = term();
    const right = left && term();
    if (left === undefined || right === undefined) return undefined;
    const first = left.strength < strength ? `(${left.text})` : left.text;
    // Also where equal strengths meet: 9 - (4 - 1), 8 / (4 * 2).
    const isLoose = right.strength < strength || (right.strength === strength && /[-/]/.test(word));
    return { text: `${first} ${word} ${isLoose ? `(${right.text})` : right.text}`, strength };
  };
  const whole = term();
  return next === words.length ? whole?.text : undefined;
}

/** `(7.0*(8.0+2.0))` as `7 * (8 + 2)`. */
export function tidyEquation(text: string): string {
  const spaced = text
    .replaceAll(/\d+\.0+(?!\d)/g, (number) => plainNumber(number))
    .replaceAll(/\s*([-+*/])\s*/g, ' $1 ')
    .trim();
  return isBracketed(spaced) ? spaced.slice(1, -1).trim() : spaced;
}

/** Whether the first bracket closes at the end. */
function isBracketed(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (const [index, letter] of [...text].entries()) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (depth === 0) return index === text.length - 1;
  }
  return false;
}
