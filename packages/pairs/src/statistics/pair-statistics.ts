/**
 * What to know about pairs before a run is paid for.
 *
 * @module
 */
import type { ContrastivePair, Tokenizer } from '@austeer/core';
import { encodePairs } from '../encode-pairs.ts';
import { createCueCounter, type SurfaceCue } from './surface-cues.ts';

/** Lengths of the two answers of pairs. */
export interface LengthStatistics {
  readonly positiveMedian: number;
  readonly negativeMedian: number;
  /** Median of right − wrong. */
  readonly gapMedian: number;
  readonly longest: number;
}

/** Facts about pairs. JSON-safe. */
export interface PairStatistics {
  readonly pairs: number;
  readonly distinctQuestions: number;
  /** Both answers are the same text: such a pair tells nothing. */
  readonly identical: number;
  /** The wrong answer is blank. */
  readonly blankNegatives: number;
  /** Question and both answers occurred before. */
  readonly duplicates: number;
  /** An answer that is right in one pair is wrong in another of the same question. */
  readonly contradictions: number;
  /** The most frequent right and wrong answer. */
  readonly mostFrequent: {
    readonly positive: { readonly answer: string; readonly pairs: number };
    readonly negative: { readonly answer: string; readonly pairs: number };
  };
  /** Different right answers. */
  readonly distinctAnswers: number;
  /** In characters, white space around left out. */
  readonly characters: LengthStatistics;
  /** Mean over pairs of shared words ÷ all words of both answers, 0 to 1. */
  readonly wordOverlap: number;
  /** Pairs whose question holds the whole right, or the whole wrong, answer word for word. */
  readonly leaks: { readonly positive: number; readonly negative: number };
  /** Pairs of each label; empty where pairs have none. */
  readonly labels: Readonly<Record<string, number>>;
  readonly cues: readonly SurfaceCue[];
  /** With a tokenizer: what its tokens hide, in pairs. */
  readonly tokens?: {
    readonly limit: number;
    /** Longest text of question and answer. */
    readonly longest: number;
    readonly truncated: number;
    readonly answerLost: number;
    readonly joinedDifferently: number;
    readonly identical: number;
  };
}

/** Options of {@link createPairStatistics}. */
export interface PairStatisticsOptions {
  /** Of the model that the pairs are for. @default none: no statistics of tokens */
  readonly tokenizer?: Pick<Tokenizer, 'encode' | 'beginTokens'> | undefined;
  /** Tokens at which texts are cut, ≥ 1. @default 512, as released */
  readonly maxTokens?: number | undefined;
}

/**
 * Counts over pairs as they come. Memory holds each question's and answer's key once and two lengths a pair.
 *
 * @example
 * ```ts
 * const statistics = createPairStatistics();
 * statistics.add({ id: '1', question: 'Is ice cold? Yes or no?', positive: ' yes', negative: ' no' });
 * statistics.result().leaks; // { positive: 1, negative: 1 }
 * ```
 */
export function createPairStatistics(options: PairStatisticsOptions = {}): {
  add(pair: ContrastivePair): void;
  result(): PairStatistics;
} {
  const { tokenizer, maxTokens = 512 } = options;
  const cues = createCueCounter();
  const [positiveLengths, negativeLengths]: [number[], number[]] = [[], []];
  const [positives, negatives, labels] = [counter(), counter(), counter()];
  const seen = new Set<string>();
  /** What each question's answers were: 1 right, 2 wrong, 3 both. */
  const roles = new Map<string, Map<string, number>>();
  const counts = { pairs: 0, identical: 0, blankNegatives: 0, duplicates: 0, contradictions: 0 };
  const leaks = { positive: 0, negative: 0 };
  const tokens = { longest: 0, truncated: 0, answerLost: 0, joinedDifferently: 0, identical: 0 };
  let overlap = 0;

  const addRole = (answers: Map<string, number>, answer: string, role: 1 | 2): void => {
    const before = answers.get(answer) ?? 0;
    if ((before | role) === 3 && before !== 3) counts.contradictions += 1;
    answers.set(answer, before | role);
  };
  const addTokens = (pair: ContrastivePair): void => {
    if (tokenizer === undefined) return;
    const whole = encodePairs([pair], tokenizer, { maxTokens: Number.MAX_SAFE_INTEGER });
    const { positive, negative } = whole.pairs[0]!;
    const { report } = encodePairs([pair], tokenizer, { maxTokens });
    tokens.longest = Math.max(tokens.longest, positive.length, negative.length);
    tokens.truncated += report.truncated.length;
    tokens.answerLost += report.answerLost.length;
    tokens.joinedDifferently += report.joinedDifferently.length;
    tokens.identical += report.identical.length;
  };

  return {
    add(pair) {
      const { question } = pair;
      const [positive, negative] = [pair.positive.trim(), pair.negative.trim()];
      counts.pairs += 1;
      if (positive === negative) counts.identical += 1;
      if (negative === '') counts.blankNegatives += 1;
      const key = JSON.stringify([pair.positiveQuestion ?? '', question, positive, negative]);
      const answers = roles.get(question) ?? new Map<string, number>();
      roles.set(question, answers);
      if (seen.has(key)) counts.duplicates += 1;
      else if (positive !== negative) {
        addRole(answers, positive, 1);
        addRole(answers, negative, 2);
      }
      seen.add(key);
      positives.add(positive);
      negatives.add(negative);
      if (pair.label !== undefined) labels.add(pair.label);
      positiveLengths.push(positive.length);
      negativeLengths.push(negative.length);
      overlap += wordOverlap(positive, negative);
      const words = spacedWords(pair.positiveQuestion ?? question);
      if (holds(words, positive)) leaks.positive += 1;
      if (holds(words, negative)) leaks.negative += 1;
      cues.add(pair.positive, pair.negative);
      addTokens(pair);
    },
    result: () => ({
      ...counts,
      distinctQuestions: roles.size,
      mostFrequent: { positive: positives.most(), negative: negatives.most() },
      distinctAnswers: positives.counts.size,
      characters: {
        positiveMedian: median(positiveLengths),
        negativeMedian: median(negativeLengths),
        gapMedian: median(positiveLengths.map((length, index) => length - negativeLengths[index]!)),
        longest: positiveLengths.reduce(
          (most, length, at) => Math.max(most, length, negativeLengths[at]!),
          0,
        ),
      },
      wordOverlap: counts.pairs === 0 ? 0 : overlap / counts.pairs,
      leaks: { ...leaks },
      labels: Object.fromEntries([...labels.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
      cues: cues.result(),
      ...(tokenizer !== undefined && { tokens: { limit: maxTokens, ...tokens } }),
    }),
  };
}

/**
 * Statistics of pairs that are at hand.
 *
 * @example
 * ```ts
 * const pairs = [{ id: '1', question: 'Sugar is', positive: ' sweet', negative: ' sour' }];
 * (await describePairs(pairs)).characters.gapMedian; // 1
 * ```
 */
export async function describePairs(
  pairs: Iterable<ContrastivePair> | AsyncIterable<ContrastivePair>,
  options: PairStatisticsOptions = {},
): Promise<PairStatistics> {
  const statistics = createPairStatistics(options);
  for await (const pair of pairs) statistics.add(pair);
  return statistics.result();
}

function counter() {
  const counts = new Map<string, number>();
  return {
    counts,
    add: (text: string): void => void counts.set(text, (counts.get(text) ?? 0) + 1),
    most(): { answer: string; pairs: number } {
      let best = { answer: '', pairs: 0 };
      for (const [answer, pairs] of counts) if (pairs > best.pairs) best = { answer, pairs };
      return best;
    },
  };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const spacedWords = (text: string): string => ` ${wordsOf(text).join(' ')} `;

function holds(question: string, answer: string): boolean {
  const words = spacedWords(answer);
  return words.trim() !== '' && question.includes(words);
}

/** Jaccard's measure: 1 where both answers have the same words, 0 where they share none. */
function wordOverlap(positive: string, negative: string): number {
  const [first, second] = [new Set(wordsOf(positive)), new Set(wordsOf(negative))];
  const all = new Set([...first, ...second]).size;
  return all === 0 ? 1 : (first.size + second.size - all) / all;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
