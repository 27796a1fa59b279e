/**
 * How written texts are made: how long, how varied, how repetitive.
 *
 * @module
 */
import { isRefusal } from './refusal.ts';

/** Measures of one text. What a text is too short for is `undefined`. */
export interface TextMeasures {
  /** Words: runs of letters and digits, with apostrophes and hyphens inside. */
  readonly words: number;
  /** Share of runs of four words that have occurred before in the text. Source: seq-rep-4 of Welleck et al. (2020). */
  readonly repetition?: number | undefined;
  /**
   * Entropy of its pairs and triples of words in bits, (2/3) · pairs + (4/3) · triples, halved: high for varied text,
   * 0 for one word over and over. It grows with length, so compare texts of like length. Source: Zhang et al. (2018),
   * with the weights of Meng et al. (2022).
   */
  readonly entropy?: number | undefined;
  /** Different words per word. Source: distinct-1 of Li et al. (2016), within one text. */
  readonly distinct1?: number | undefined;
  /** Different pairs of words per pair. */
  readonly distinct2?: number | undefined;
  readonly refusal: boolean;
}

/**
 * Measures one text.
 *
 * @example
 * ```ts
 * measureText('one two'); // { words: 2, repetition: undefined, entropy: undefined, distinct1: 1, distinct2: 1, refusal: false }
 * ```
 */
export function measureText(text: string): TextMeasures {
  const words = wordsOf(text);
  const four = ngrams(words, 4);
  const [pairs, triples] = [ngrams(words, 2), ngrams(words, 3)];
  return {
    words: words.length,
    repetition: four.length === 0 ? undefined : 1 - new Set(four).size / four.length,
    entropy: triples.length === 0 ? undefined : (entropyOf(pairs) * 2) / 6 + (entropyOf(triples) * 4) / 6,
    distinct1: words.length === 0 ? undefined : new Set(words).size / words.length,
    distinct2: pairs.length === 0 ? undefined : new Set(pairs).size / pairs.length,
    refusal: isRefusal(text),
  };
}

/**
 * Different n-grams per n-gram over all texts together: falls as texts are added, so compare equally many texts of
 * like length. Source: Li et al. (2016).
 *
 * @returns `undefined` when no text has n words
 *
 * @example
 * ```ts
 * distinctOverall(['the same', 'the same'], 2); // 0.5
 * ```
 */
export function distinctOverall(texts: readonly string[], n: number): number | undefined {
  const all = texts.flatMap((text) => ngrams(wordsOf(text), n));
  return all.length === 0 ? undefined : new Set(all).size / all.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}

function ngrams(words: readonly string[], n: number): string[] {
  return words.slice(n - 1).map((_, index) => words.slice(index, index + n).join(' '));
}

function entropyOf(items: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  // Written so that a single item gives 0, not −0.
  return [...counts.values()].reduce((sum, n) => sum + (n / items.length) * Math.log2(items.length / n), 0);
}
