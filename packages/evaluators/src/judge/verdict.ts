/**
 * What a judge's words come to.
 *
 * @module
 */

/** The reply that a judge prefers, by the letters that the prompt gives them. */
export type Verdict = 'A' | 'B' | 'tie';

/** Verdicts in double brackets, as MT-bench asks for them: `[[C]]` is a tie. */
const BRACKETS: Readonly<Record<string, Verdict>> = { A: 'A', B: 'B', C: 'tie' };

/**
 * Reads the verdict of a judge: the field `verdict` of a JSON object, else the last paragraph that has a letter in
 * double brackets. A paragraph with two different letters (a judge that repeats what it was offered) is no verdict.
 *
 * @returns `undefined` when there is none: the comparison stays without a score
 *
 * @example
 * ```ts
 * parseVerdict('Reply B is wrong about the year. [[A]]'); // 'A'
 * parseVerdict('{"grounds": "Both are right.", "verdict": "tie"}'); // 'tie'
 * parseVerdict('I would say [[A]] or [[B]].'); // undefined
 * ```
 */
export function parseVerdict(text: string): Verdict | undefined {
  return verdictOfJson(text) ?? verdictInBrackets(text);
}

function verdictOfJson(text: string): Verdict | undefined {
  // Some models put their object into a fenced block, and llama.cpp's grammars allow raw line breaks in strings.
  const plain = text
    .trim()
    .replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1')
    .replaceAll(/\p{Cc}+/gu, ' ');
  if (!plain.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch {
    return undefined;
  }
  const verdict = (value as { verdict?: unknown }).verdict;
  return verdict === 'A' || verdict === 'B' || verdict === 'tie' ? verdict : undefined;
}

function verdictInBrackets(text: string): Verdict | undefined {
  for (const paragraph of text.split(/\n\s*\n/).reverse()) {
    const letters = new Set(Array.from(paragraph.matchAll(/\[\[([ABC])\]\]/g), ([, letter]) => letter!));
    if (letters.size > 0) return letters.size === 1 ? BRACKETS[[...letters][0]!] : undefined;
  }
  return undefined;
}
