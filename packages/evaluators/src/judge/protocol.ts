/**
 * In which order a judge reads two answers, how often, and what its verdicts come to.
 *
 * @module
 */
import { createRandom, type JudgeQuestion, type JudgeReply, UnknownNameError } from '@austeer/core';

/**
 * How two answers are compared.
 *
 * - `both-orders`: each pair is read in both orders; the answer that is preferred on balance wins. Equal answers tie
 *   without being read.
 * - `mt-bench`: both orders; an answer wins only when both verdicts name it. Source: `show_result.py` of FastChat.
 * - `bpo-single`: one order, drawn by a coin for each pair, and one verdict. The released coin has no seed; this one
 *   has. Source: `gpt4_score.py` of BPO.
 *
 * @example
 * ```ts
 * JUDGE_PROTOCOLS; // ['both-orders', 'mt-bench', 'bpo-single']
 * ```
 */
export const JUDGE_PROTOCOLS = ['both-orders', 'mt-bench', 'bpo-single'] as const;

/** One of {@link JUDGE_PROTOCOLS}. */
export type JudgeProtocol = (typeof JUDGE_PROTOCOLS)[number];

/** Two answers to one instruction. */
export interface JudgedPair {
  readonly id: string;
  readonly instruction: string;
  /** Answer of the model as it was. */
  readonly baseline: string;
  /** Answer that is hoped to be better: a win is a win of this one. */
  readonly candidate: string;
}

/** What became of one pair. */
export interface JudgedItem {
  readonly id: string;
  /** Who won, of the candidate's view; absent when a reply is missing. */
  readonly outcome?: 'win' | 'tie' | 'lose' | undefined;
  /** Why there is no outcome: the cause of the first missing reply. */
  readonly missing?: string | undefined;
  /** Both answers are the same text, and nobody was asked. */
  readonly identical?: true | undefined;
  /** The replies, one for each order in which the pair was read. */
  readonly readings: readonly JudgeReading[];
}

/** One reading of a pair. */
export interface JudgeReading {
  /** Whether the judge read the candidate's answer first. */
  readonly candidateFirst: boolean;
  readonly reply: JudgeReply;
}

/** A question and what it asks about. */
export interface PlannedQuestion extends JudgeQuestion {
  /** Place of the pair in the list. */
  readonly item: number;
  readonly candidateFirst: boolean;
}

/**
 * The questions that a protocol asks, in the order of the pairs.
 *
 * @param options.protocol @default 'both-orders'
 * @param options.seed of the coin of `bpo-single`. @default 0
 * @throws UnknownNameError for another protocol.
 *
 * @example
 * ```ts
 * const pairs = [{ id: '1', instruction: 'Name a prime.', baseline: '8', candidate: '7' }];
 * planJudging({ pairs }).map(({ id, first }) => [id, first]); // [['1/candidate-first', '7'], ['1/baseline-first', '8']]
 * ```
 */
export function planJudging(options: {
  pairs: readonly JudgedPair[];
  protocol?: JudgeProtocol | undefined;
  seed?: number | undefined;
}): PlannedQuestion[] {
  const { pairs, protocol = 'both-orders', seed = 0 } = options;
  if (!JUDGE_PROTOCOLS.includes(protocol)) {
    throw new UnknownNameError({ kind: 'judge protocol', given: protocol, known: JUDGE_PROTOCOLS });
  }
  const coin = createRandom(seed);
  return pairs.flatMap((pair, item) => {
    if (protocol === 'bpo-single') return [question(pair, item, coin.integer(2) === 0)];
    if (protocol === 'both-orders' && pair.baseline === pair.candidate) return [];
    return [question(pair, item, true), question(pair, item, false)];
  });
}

function question(pair: JudgedPair, item: number, candidateFirst: boolean): PlannedQuestion {
  const { id, instruction, baseline, candidate } = pair;
  return {
    id: `${id}/${candidateFirst ? 'candidate' : 'baseline'}-first`,
    instruction,
    first: candidateFirst ? candidate : baseline,
    second: candidateFirst ? baseline : candidate,
    item,
    candidateFirst,
  };
}

/**
 * What the replies to the questions of a plan come to, pair by pair.
 *
 * A pair of which a reply is missing has no outcome: half of it would be the judge's liking for one place.
 *
 * @param options.replies one for each question of the plan
 *
 * @example
 * ```ts
 * const pairs = [{ id: '1', instruction: 'Name a prime.', baseline: '8', candidate: '7' }];
 * const questions = planJudging({ pairs });
 * const replies = [{ verdict: 'first' as const }, { verdict: 'tie' as const }];
 * settleJudging({ pairs, questions, replies, protocol: 'both-orders' })[0]?.outcome; // 'win'
 * settleJudging({ pairs, questions, replies, protocol: 'mt-bench' })[0]?.outcome; // 'tie'
 * ```
 */
export function settleJudging(options: {
  pairs: readonly JudgedPair[];
  questions: readonly PlannedQuestion[];
  replies: readonly JudgeReply[];
  protocol: JudgeProtocol;
}): JudgedItem[] {
  const { pairs, questions, replies, protocol } = options;
  const readings = pairs.map((): JudgeReading[] => []);
  for (const [index, { item, candidateFirst }] of questions.entries()) {
    readings[item]!.push({ candidateFirst, reply: replies[index]! });
  }
  return pairs.map(({ id }, index): JudgedItem => {
    const own = readings[index]!;
    if (own.length === 0) return { id, outcome: 'tie', identical: true, readings: [] };
    const missing = own.find(({ reply }) => reply.missing !== undefined)?.reply.missing;
    if (missing !== undefined) return { id, missing, readings: own };
    const scores = own.map(candidateScore);
    const sum = scores.reduce((total, score) => total + score, 0);
    const agreed = scores.every((score) => score === scores[0]);
    const score = protocol === 'mt-bench' && !agreed ? 0 : sum;
    return { id, outcome: score > 0 ? 'win' : score < 0 ? 'lose' : 'tie', readings: own };
  });
}

/**
 * 1 where the verdict names the candidate, −1 where the baseline, 0 for a tie.
 *
 * @example
 * ```ts
 * candidateScore({ candidateFirst: false, reply: { verdict: 'first' } }); // -1
 * ```
 */
export function candidateScore({ candidateFirst, reply }: JudgeReading): number {
  if (reply.verdict === undefined || reply.verdict === 'tie') return 0;
  return (reply.verdict === 'first') === candidateFirst ? 1 : -1;
}
