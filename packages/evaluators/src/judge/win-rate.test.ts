import { createRandom, type Judge, type JudgeQuestion, type JudgeReply } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatWinRate } from './format-win-rate.ts';
import { JUDGE_PROTOCOLS, type JudgedPair, planJudging } from './protocol.ts';
import { judgeWinRate } from './win-rate.ts';

const pairsOf = (count: number): JudgedPair[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${index}`,
    instruction: `Question ${index}`,
    baseline: `calm ${index}`,
    candidate: `loud ${index}!`,
  }));

const judgeOf = (decide: (question: JudgeQuestion, index: number) => JudgeReply): Judge => ({
  name: 'rule',
  version: '1',
  compare: async (questions) => questions.map(decide),
});
const likesLoud = judgeOf(({ first }) => ({ verdict: first.includes('!') ? 'first' : 'second' }));
const likesFirst = judgeOf(() => ({ verdict: 'first' }));

describe('judgeWinRate', () => {
  it.each(JUDGE_PROTOCOLS)('%s: a judge that likes the candidate lets it win', async (protocol) => {
    const { summary, items } = await judgeWinRate({ judge: likesLoud, pairs: pairsOf(40), protocol });
    expect(summary).toMatchObject({
      scored: 40,
      wins: 40,
      deltaWinRate: { value: 1, low: 1, high: 1 },
      missing: {},
    });
    expect(summary.pValue).toBeLessThan(1e-10);
    expect(items.every(({ readings }) => readings.length === (protocol === 'bpo-single' ? 1 : 2))).toBe(true);
  });

  it('shows a judge that only likes a place for what it is', async () => {
    const both = (await judgeWinRate({ judge: likesFirst, pairs: pairsOf(40) })).summary;
    expect(both).toMatchObject({
      ties: 40,
      pValue: 1,
      positionBias: { value: 1 },
      flips: { changed: { value: 1 }, reversed: { value: 1 } },
    });
    // One order: the same judge looks as if it compared something.
    const single = (
      await judgeWinRate({ judge: likesFirst, pairs: pairsOf(40), protocol: 'bpo-single', seed: 3 })
    ).summary;
    expect(single.wins + single.losses).toBe(40);
    expect(single.wins).toBeGreaterThan(8);
    expect(single.losses).toBeGreaterThan(8);
    expect(single).toMatchObject({ positionBias: { value: 1 }, flips: undefined });
  });

  it('tells the protocols apart where the orders disagree', async () => {
    // The candidate wins when it is read first, and ties when second.
    const judge = judgeOf(({ first }) => ({ verdict: first.includes('!') ? 'first' : 'tie' }));
    const outcome = async (protocol: (typeof JUDGE_PROTOCOLS)[number]) => {
      const { summary } = await judgeWinRate({ judge, pairs: pairsOf(10), protocol });
      return [summary.wins, summary.ties, summary.losses];
    };
    expect(await outcome('both-orders')).toEqual([10, 0, 0]);
    expect(await outcome('mt-bench')).toEqual([0, 10, 0]);
    const coin = planJudging({ pairs: pairsOf(10), protocol: 'bpo-single' });
    const first = coin.filter(({ candidateFirst }) => candidateFirst).length;
    expect(await outcome('bpo-single')).toEqual([first, 10 - first, 0]);
  });

  it('counts what is missing by its cause, and scores none of it', async () => {
    const judge = judgeOf(({ id }) => {
      if (id.startsWith('1/')) return { missing: 'timeout' };
      if (id === '2/candidate-first') return { missing: 'unparsed', text: 'Hm.' };
      return likesLoud.name === 'rule' ? { verdict: 'tie' } : { missing: 'never' };
    });
    const { summary, items } = await judgeWinRate({ judge, pairs: pairsOf(5) });
    expect(summary).toMatchObject({ items: 5, scored: 3, missing: { timeout: 1, unparsed: 1 }, ties: 3 });
    expect(items[2]).toMatchObject({ missing: 'unparsed' });
    expect(items[2]).not.toHaveProperty('outcome');
    expect(formatWinRate(summary).join('\n')).toContain('missing 2 of 5: timeout 1, unparsed 1');
    // The released BPO script keeps them in the denominator only.
    const bpo = await judgeWinRate({
      judge: judgeOf((_, index) => (index < 2 ? { missing: 'unparsed' } : { verdict: 'tie' })),
      pairs: pairsOf(8),
      protocol: 'bpo-single',
    });
    expect(bpo.summary).toMatchObject({ tieRate: { value: 1 }, asReleased: { tie: 0.75, delta: 0 } });
  });

  it('has no rates when nothing could be judged', async () => {
    const { summary } = await judgeWinRate({
      judge: judgeOf(() => ({ missing: 'refused' })),
      pairs: pairsOf(2),
    });
    expect(summary).toMatchObject({
      scored: 0,
      winRate: undefined,
      deltaWinRate: undefined,
      flips: undefined,
    });
    expect(formatWinRate(summary)).toEqual(['no pair of 2 could be judged', 'missing 2 of 2: refused 2']);
  });

  it('asks nobody about equal answers, unless a released protocol would', async () => {
    const pairs = pairsOf(4).map((pair, index) => (index < 2 ? { ...pair, candidate: pair.baseline } : pair));
    const both = await judgeWinRate({ judge: likesLoud, pairs });
    expect(both.summary).toMatchObject({ identical: 2, ties: 2, wins: 2, flips: { changed: { value: 0 } } });
    expect(both.items[0]).toEqual({ id: '0', outcome: 'tie', identical: true, readings: [] });
    expect(planJudging({ pairs, protocol: 'mt-bench' })).toHaveLength(8);
    expect(planJudging({ pairs, protocol: 'bpo-single' })).toHaveLength(4);
  });

  it('gives MT-bench its adjusted rate', async () => {
    const verdicts: JudgeReply['verdict'][] = [
      'first',
      'second',
      'tie',
      'tie',
      'second',
      'first',
      'first',
      'first',
    ];
    const judge = judgeOf((_, index) => ({ verdict: verdicts[index]! }));
    const { summary } = await judgeWinRate({ judge, pairs: pairsOf(4), protocol: 'mt-bench' });
    // Win, tie, lose, and a flip that is a tie.
    expect(summary).toMatchObject({
      asReleased: { win: 0.25, tie: 0.5, lose: 0.25, adjustedWin: 0.5 },
      flips: { changed: { value: 0.25 }, reversed: { value: 0.25 } },
    });
  });

  it('turns round with the answers, and repeats itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.constantFrom('both-orders', 'mt-bench'), async (seed, protocol) => {
        const pairs = pairsOf(12);
        const verdictOf = (text: string): JudgeReply => {
          const draw = createRandom(
            [...text].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)!) % 1e9, seed),
          );
          return { verdict: (['first', 'second', 'tie'] as const)[draw.integer(3)]! };
        };
        const judge = judgeOf(({ first, second }) => verdictOf(`${first}|${second}`));
        const swapped = pairs.map(({ baseline, candidate, ...pair }) => ({
          ...pair,
          baseline: candidate,
          candidate: baseline,
        }));
        const one = (await judgeWinRate({ judge, pairs, protocol })).summary;
        const other = (await judgeWinRate({ judge, pairs: swapped, protocol })).summary;
        expect([one.wins, one.ties, one.losses]).toEqual([other.losses, other.ties, other.wins]);
        expect(one.deltaWinRate!.value).toBeCloseTo(-other.deltaWinRate!.value, 12);
        expect(one.positionBias!.value).toBeCloseTo(other.positionBias!.value, 12);
        expect(one.flips).toEqual(other.flips);
        expect((await judgeWinRate({ judge, pairs, protocol })).summary).toEqual(one);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses nothing, and protocols that it does not know', async () => {
    await expect(judgeWinRate({ judge: likesLoud, pairs: [] })).rejects.toMatchObject({
      code: 'EMPTY_INPUT',
    });
    const protocol = 'mt_bench' as 'mt-bench';
    await expect(judgeWinRate({ judge: likesLoud, pairs: pairsOf(1), protocol })).rejects.toThrow(
      'Did you mean "mt-bench"?',
    );
  });
});
