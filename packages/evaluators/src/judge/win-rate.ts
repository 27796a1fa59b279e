/**
 * How often a judge prefers one model's answers to another's.
 *
 * @module
 */
import { EmptyInputError, type Judge, type ModelCallOptions } from '@austeer/core';
import { bootstrapInterval, type Estimate, wilsonInterval } from '../intervals.ts';
import { mcNemarExact } from '../mcnemar.ts';
import {
  candidateScore,
  type JudgedItem,
  type JudgedPair,
  type JudgeProtocol,
  type JudgeReading,
  planJudging,
  settleJudging,
} from './protocol.ts';

/** What the verdicts of a judge come to. Intervals are 95 %: Wilson for shares, bootstrap over pairs for the rest. */
export interface WinRateSummary {
  readonly judge: { readonly name: string; readonly version: string };
  readonly protocol: JudgeProtocol;
  /** Of the coin of `bpo-single` and of the bootstrap. */
  readonly seed: number;
  readonly items: number;
  /** Pairs with an outcome. The rates below are of these; without any they are absent. */
  readonly scored: number;
  /** Pairs without an outcome, by cause. */
  readonly missing: Readonly<Record<string, number>>;
  /** Pairs of equal answers that nobody had to read: ties. */
  readonly identical: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly winRate?: Estimate | undefined;
  readonly tieRate?: Estimate | undefined;
  readonly loseRate?: Estimate | undefined;
  /** ΔWR: wins minus losses, over scored pairs. */
  readonly deltaWinRate?: Estimate | undefined;
  /** Exact sign test of wins against losses, two-sided; ties say nothing. */
  readonly pValue: number;
  /**
   * Share of verdicts for the answer that was read first minus that for the one read second. Both orders: what is
   * left of the answers themselves is nothing, and this is the judge's liking for a place. One order: the coin leaves some.
   */
  readonly positionBias?: Estimate | undefined;
  /** Both orders only: what swapping the answers did to the verdict. */
  readonly flips?: FlipRates | undefined;
  /** The numbers that the released scripts of the protocol would print. */
  readonly asReleased?: ReleasedRates | undefined;
  /** Tokens of all replies that came with a count, also of those remembered from an earlier run. */
  readonly tokens: { readonly prompt: number; readonly completion: number };
}

/** Shares of the pairs that were read in both orders. */
export interface FlipRates {
  /** The two verdicts differ in any way. */
  readonly changed: Estimate;
  /** The other answer won: the judge named the same place twice. */
  readonly reversed: Estimate;
}

/** Rates by the rule of another program. */
export interface ReleasedRates {
  /** How they are computed. */
  readonly rule: string;
  readonly win: number;
  readonly tie: number;
  readonly lose: number;
  /** MT-bench: wins and half of the ties. */
  readonly adjustedWin?: number | undefined;
  /** BPO: win − lose. */
  readonly delta?: number | undefined;
}

/** A comparison whole. */
export interface WinRateResult {
  readonly summary: WinRateSummary;
  /** One for each pair, in order. */
  readonly items: readonly JudgedItem[];
}

/**
 * Lets a judge compare the answers of two models.
 *
 * @param options.judge see `createOpenAiJudge`, `createLocalJudge`; `rememberReplies` around one makes a run that was
 *   stopped go on where it was
 * @param options.protocol @default 'both-orders'
 * @param options.seed of the coin and the bootstrap. @default 0
 * @throws EmptyInputError without pairs; what the judge rejects with.
 *
 * @example
 * ```ts
 * const judge: Judge = {
 *   name: 'longer',
 *   version: '1',
 *   compare: async (questions) =>
 *     questions.map(({ first, second }) => ({ verdict: first.length > second.length ? 'first' : 'second' })),
 * };
 * const pairs = [{ id: '1', instruction: 'Why is the sky blue?', baseline: 'It is.', candidate: 'Air scatters blue light.' }];
 * const { summary } = await judgeWinRate({ judge, pairs });
 * console.log(summary.wins, summary.deltaWinRate);
 * ```
 */
export async function judgeWinRate(
  options: {
    judge: Judge;
    pairs: readonly JudgedPair[];
    protocol?: JudgeProtocol | undefined;
    seed?: number | undefined;
  } & ModelCallOptions,
): Promise<WinRateResult> {
  const { judge, pairs, protocol = 'both-orders', seed = 0, ...callOptions } = options;
  if (pairs.length === 0) throw new EmptyInputError({ what: 'Pairs to judge' });
  const questions = planJudging({ pairs, protocol, seed });
  const replies = await judge.compare(questions, callOptions);
  const items = settleJudging({ pairs, questions, replies, protocol });
  return { summary: summarizeJudging({ judge, items, protocol, seed }), items };
}

/**
 * Counts what was judged.
 *
 * @throws EmptyInputError without items.
 *
 * @example
 * ```ts
 * const reply = { verdict: 'tie' as const };
 * const items = [{ id: '1', outcome: 'tie' as const, readings: [{ candidateFirst: true, reply }] }];
 * summarizeJudging({ judge: { name: 'me', version: '1' }, items, protocol: 'bpo-single' }).ties; // 1
 * ```
 */
export function summarizeJudging(options: {
  judge: Pick<Judge, 'name' | 'version'>;
  items: readonly JudgedItem[];
  protocol: JudgeProtocol;
  seed?: number | undefined;
}): WinRateSummary {
  const { judge, items, protocol, seed = 0 } = options;
  if (items.length === 0) throw new EmptyInputError({ what: 'Judged pairs' });
  const scored = items.filter(({ outcome }) => outcome !== undefined);
  const count = (outcome: JudgedItem['outcome']): number =>
    scored.filter((item) => item.outcome === outcome).length;
  const [wins, ties, losses] = [count('win'), count('tie'), count('lose')];
  const share = (successes: number): Estimate | undefined =>
    scored.length === 0 ? undefined : wilsonInterval({ successes, trials: scored.length });
  const scores = scored.map(({ outcome }) => (outcome === 'win' ? 1 : outcome === 'lose' ? -1 : 0));
  const read = scored.filter(({ readings }) => readings.length > 0);
  const leanings = read.map(({ readings }) => mean(readings.map(placeScore)));
  const missing: Record<string, number> = {};
  for (const item of items) {
    if (item.missing !== undefined) missing[item.missing] = (missing[item.missing] ?? 0) + 1;
  }
  return {
    judge: { name: judge.name, version: judge.version },
    protocol,
    seed,
    items: items.length,
    scored: scored.length,
    missing,
    identical: items.filter(({ identical }) => identical).length,
    wins,
    ties,
    losses,
    winRate: share(wins),
    tieRate: share(ties),
    loseRate: share(losses),
    deltaWinRate: meanInterval(scores, seed),
    pValue: mcNemarExact({ onlyFirst: losses, onlySecond: wins }),
    positionBias: meanInterval(leanings, seed),
    flips: flipRates(read),
    asReleased: releasedRates(protocol, { wins, ties, losses, items: items.length, scored: scored.length }),
    tokens: countTokens(items),
  };
}

/** 1 for the answer that was read first, −1 for the other. */
function placeScore({ reply }: JudgeReading): number {
  return reply.verdict === 'first' ? 1 : reply.verdict === 'second' ? -1 : 0;
}

function flipRates(read: readonly JudgedItem[]): FlipRates | undefined {
  const twice = read
    .filter(({ readings }) => readings.length === 2)
    .map(({ readings }) => readings.map(candidateScore));
  if (twice.length === 0) return undefined;
  const share = (test: (scores: number[]) => boolean): Estimate =>
    wilsonInterval({ successes: twice.filter(test).length, trials: twice.length });
  return {
    changed: share(([one, other]) => one !== other),
    reversed: share(([one, other]) => one! * other! === -1),
  };
}

function releasedRates(
  protocol: JudgeProtocol,
  counts: { wins: number; ties: number; losses: number; items: number; scored: number },
): ReleasedRates | undefined {
  const { wins, ties, losses, items, scored } = counts;
  if (protocol === 'bpo-single') {
    return {
      rule: 'BPO: over all pairs, also those without a verdict',
      win: wins / items,
      tie: ties / items,
      lose: losses / items,
      delta: (wins - losses) / items,
    };
  }
  if (protocol === 'both-orders' || scored === 0) return undefined;
  return {
    rule: 'MT-bench: over pairs with both verdicts; adjusted = (wins + ties / 2) / pairs',
    win: wins / scored,
    tie: ties / scored,
    lose: losses / scored,
    adjustedWin: (wins + ties / 2) / scored,
  };
}

function countTokens(items: readonly JudgedItem[]): WinRateSummary['tokens'] {
  let [prompt, completion] = [0, 0];
  for (const { reply } of items.flatMap(({ readings }) => readings)) {
    prompt += reply.tokens?.prompt ?? 0;
    completion += reply.tokens?.completion ?? 0;
  }
  return { prompt, completion };
}

function meanInterval(values: readonly number[], seed: number): Estimate | undefined {
  if (values.length === 0) return undefined;
  return bootstrapInterval({
    rows: values.length,
    statistic: (rows) => mean(rows.map((row) => values[row]!)),
    seed,
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
