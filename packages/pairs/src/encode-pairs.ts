/**
 * Pairs as token ids, ready to be captured, with a report of what the tokens hide.
 *
 * @module
 */
import {
  type ContrastivePair,
  EmptyInputError,
  encodePrompt,
  InvalidArgumentError,
  type Tokenizer,
  type TokenPair,
  UnknownNameError,
} from '@austeer/core';

const JOINS = ['text', 'tokens'] as const;
const CUTS = ['end', 'question'] as const;

/** How {@link encodePairs} joins and cuts. */
export interface EncodePairsOptions {
  /**
   * `text`: question and answer are joined, then tokenized, as released; an answer may melt into the
   * question's last token (`:A`). `tokens`: both are tokenized alone, then joined. @default 'text'
   */
  readonly join?: (typeof JOINS)[number] | undefined;
  /** Most tokens of a text, ≥ 1. @default 512, as released */
  readonly maxTokens?: number | undefined;
  /**
   * What a text that is too long loses. `end`: its end, as released, and with it the answer. `question`: the
   * beginning of its question, the same tokens in both texts of a pair. @default 'end'
   */
  readonly cut?: (typeof CUTS)[number] | undefined;
}

/** What happened to the pairs: ids of the pairs concerned, in order. */
export interface EncodeReport {
  /** Joining text and joining tokens give different tokens. */
  readonly joinedDifferently: readonly string[];
  /** At least one of the texts was cut. */
  readonly truncated: readonly string[];
  /** At least one of the texts lost its whole answer to the cut. */
  readonly answerLost: readonly string[];
  /** Both texts have the same tokens, so the pair tells nothing; it still counts among the pairs. */
  readonly identical: readonly string[];
}

/** Token ids of one text and where its answer begins. */
interface JoinedText {
  readonly tokens: readonly number[];
  readonly answerStart: number;
  readonly joinedDifferently: boolean;
}

/**
 * Tokenizes pairs. No token is added (put a model's beginning token into the question's text if it wants one).
 * Source: AUSteer as released joins text and cuts at 512 tokens on the right (`steer.py`).
 *
 * @returns one token pair per pair, in order, and a report to show to the user
 * @throws EmptyInputError without pairs; InvalidArgumentError when a number is out of range or a text has no
 *   token; UnknownNameError for an unknown `join` or `cut`.
 *
 * @example
 * ```ts
 * const tokenizer = { encode: (text: string) => [...text].map((letter) => letter.codePointAt(0)!) };
 * const pair = { id: '1', question: 'Wet?', positive: 'Yes', negative: 'No' };
 * encodePairs([pair], tokenizer, { maxTokens: 4 }).report.answerLost; // ['1']
 * ```
 */
export function encodePairs(
  pairs: readonly ContrastivePair[],
  tokenizer: Pick<Tokenizer, 'encode' | 'beginTokens'>,
  options: EncodePairsOptions = {},
): { pairs: TokenPair[]; report: EncodeReport } {
  const { join = 'text', maxTokens = 512, cut = 'end' } = options;
  if (!JOINS.includes(join)) throw new UnknownNameError({ kind: 'join', given: join, known: JOINS });
  if (!CUTS.includes(cut)) throw new UnknownNameError({ kind: 'cut', given: cut, known: CUTS });
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new InvalidArgumentError({
      argument: 'maxTokens',
      given: maxTokens,
      expected: 'a whole number ≥ 1',
    });
  }
  if (pairs.length === 0) throw new EmptyInputError({ what: 'Pairs to encode' });

  const report = {
    joinedDifferently: [] as string[],
    truncated: [] as string[],
    answerLost: [] as string[],
    identical: [] as string[],
  };
  const { beginTokens = [] } = tokenizer;
  const room = maxTokens - beginTokens.length;
  const encoded = pairs.map((pair): TokenPair => {
    const { id, question, positiveQuestion = question, label } = pair;
    const texts = [
      joinText(tokenizer, positiveQuestion, pair.positive, join),
      joinText(tokenizer, question, pair.negative, join),
    ] as const;
    if (texts.some(({ tokens }) => tokens.length === 0)) {
      throw new InvalidArgumentError({
        argument: `pair "${id}"`,
        given: pair,
        expected: 'texts of at least one token',
      });
    }
    const excess = texts.map(({ tokens }) => Math.max(0, tokens.length - room));
    const starts = texts.map(({ answerStart }) => answerStart);
    // One number for both texts of one question keeps their common beginning, and with it their difference.
    const sameQuestion = positiveQuestion === question;
    const dropped = texts.map((_, index) => {
      if (cut === 'end') return 0;
      return sameQuestion
        ? Math.min(Math.max(...excess), ...starts)
        : Math.min(excess[index]!, starts[index]!);
    });
    const [positive, negative] = texts.map(({ tokens }, index) => [
      ...beginTokens,
      ...tokens.slice(dropped[index]!, dropped[index]! + room),
    ]) as [number[], number[]];

    if (texts.some((text) => text.joinedDifferently)) report.joinedDifferently.push(id);
    if (excess.some((count) => count > 0)) report.truncated.push(id);
    if (texts.some((text, index) => text.tokens.length > room && starts[index]! - dropped[index]! >= room))
      report.answerLost.push(id);
    if (sameTokens(positive, negative)) report.identical.push(id);
    return label === undefined ? { id, positive, negative } : { id, positive, negative, label };
  });
  return { pairs: encoded, report };
}

function joinText(
  tokenizer: Pick<Tokenizer, 'encode' | 'beginTokens'>,
  question: string,
  answer: string,
  join: (typeof JOINS)[number],
): JoinedText {
  // Beginning tokens are put in front at the end: a cut must not take them, and a template may have written them.
  const encodeFirst = (text: string): number[] =>
    encodePrompt(tokenizer, text).slice(tokenizer.beginTokens?.length ?? 0);
  const questionTokens = encodeFirst(question);
  const joinedTokens = [...questionTokens, ...tokenizer.encode(answer)];
  const joinedText = encodeFirst(question + answer);
  const tokens = join === 'text' ? joinedText : joinedTokens;
  // Where the answer melted into the question's last token, that token is the beginning of the answer.
  let answerStart = 0;
  while (answerStart < questionTokens.length && tokens[answerStart] === questionTokens[answerStart]) {
    answerStart += 1;
  }
  return { tokens, answerStart, joinedDifferently: !sameTokens(joinedText, joinedTokens) };
}

function sameTokens(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((token, index) => token === b[index]);
}
