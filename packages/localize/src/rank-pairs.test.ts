import { createRandom, floatTensor } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { naturalGains } from './gain-information.ts';
import { causalScores, measureGradients } from './gradient-moments.ts';
import { measurePairs } from './label-counts.ts';
import { needsGradients, needsInformation, RANKINGS, type Ranking, rankPairs } from './rank-pairs.ts';

const ffn = (...values: number[]) => ({ ffn: floatTensor(Float32Array.from(values), [1, values.length]) });

/** Unit 0 tells the label, 1 is right by little each time, 2 once by much, 3 by the same in each pair. */
const measured = () =>
  measurePairs(
    [
      { id: 'a', label: 'yes', positive: ffn(1, 0.1, 9, 0.5), negative: ffn(0, 0, 0, 0) },
      { id: 'b', label: 'yes', positive: ffn(1, 0.2, 0, 0.5), negative: ffn(0, 0, 0.1, 0) },
      { id: 'c', label: 'yes', positive: ffn(1, 0.1, 0, 0.5), negative: ffn(0, 0, 0.1, 0) },
      { id: 'd', label: 'no', positive: ffn(0, 0.1, 0, 0.5), negative: ffn(1, 0, 0.1, 0) },
    ],
    { sites: ['ffn'] },
  );

/** Unit 0 harms both classes, 1 helps a little, 2 helps one class much, 3 was not measured. */
const withGradients = async () => {
  const effects = (label: string, ...values: number[]) => ({
    id: label,
    label,
    margin: 1,
    gradients: ffn(...values),
  });
  const items = [effects('yes', -2, 1, 4, Number.NaN), effects('no', -4, 1, 0, Number.NaN)];
  return { ...(await measured()), gradients: await measureGradients(items, { sites: ['ffn'] }) };
};

/** Two layers of three units at two sites, every number another, and what each ranking is made of. */
async function wide() {
  const random = createRandom(5);
  const tensor = () => floatTensor(Float32Array.from({ length: 6 }, random.normal), [2, 3]);
  const both = () => ({ attention: tensor(), ffn: tensor() });
  const sites = ['attention', 'ffn'] as const;
  const pairs = ['yes', 'no', 'yes', 'no', 'yes'].map((label, at) => ({
    id: String(at),
    label,
    positive: both(),
    negative: both(),
  }));
  const gradientsOf = (label: string) => ({ id: label, label, margin: 1, gradients: both() });
  const [information] = await measureGradients([gradientsOf('n'), gradientsOf('n')], { sites });
  return {
    ...(await measurePairs(pairs, { sites })),
    gradients: await measureGradients([gradientsOf('yes'), gradientsOf('no')], { sites }),
    information: information!.moments,
  };
}

it('knows what a ranking is made of', () => {
  expect(RANKINGS.filter(needsGradients)).toEqual(['causal', 'causal-then-momentum', 'natural-gradient']);
  expect(RANKINGS.filter(needsInformation)).toEqual(['natural-gradient']);
});

describe.each(RANKINGS)('%s, over layers and sites', (ranking) => {
  it('gives each unit the numbers of its own place', async () => {
    const statistics = await wide();
    const effects = causalScores(statistics.gradients).sites;
    const gains = naturalGains(statistics.gradients, statistics.information).sites;
    const largest = Math.max(
      ...Object.values(gains).flatMap(({ values }) => Array.from(values, (gain) => Math.abs(gain))),
    );
    const units = rankPairs(statistics, { ranking });
    expect(units).toHaveLength(12);
    for (const { site, layer, index, score, effect, promoted, suppressed } of units) {
      const at = layer * 3 + index;
      const counts = statistics.counts.sites[site]!;
      expect([promoted, suppressed]).toEqual([counts.promoted[at], counts.suppressed[at]]);
      if (needsGradients(ranking)) expect(effect).toBeCloseTo(effects[site]!.values[at]!, 12);
      if (ranking === 'causal') expect(score).toBe(1);
      else if (ranking === 'natural-gradient')
        expect(score).toBeCloseTo(Math.abs(gains[site]!.values[at]!) / largest, 12);
    }
    if (ranking === 'natural-gradient') {
      const worth = units.map(({ effect, score }) => Math.abs(effect!) * score);
      expect(worth).toEqual(worth.toSorted((a, b) => b - a));
    }
  });

  it('takes the best of the sites that are asked for', async () => {
    const statistics = await wide();
    const all = rankPairs(statistics, { ranking });
    const order = (units: typeof all) => units.map(({ site, layer, index }) => [site, layer, index]);
    const ofFfn = all.filter(({ site }) => site === 'ffn');
    expect(order(rankPairs(statistics, { ranking, sites: ['ffn'] }))).toEqual(order(ofFfn));
    expect(order(rankPairs(statistics, { ranking, sites: ['ffn'], top: 2 }))).toEqual(
      order(ofFfn.slice(0, 2)),
    );
  });
});

describe('rankPairs', () => {
  it.each<[Ranking, number[]]>([
    ['momentum', [1, 3, 0, 2]],
    ['balanced', [1, 3, 2, 0]],
    ['effect-size', [3, 1, 0, 2]],
    ['difference', [2, 0, 3, 1]],
  ])('%s orders units its own way', async (ranking, order) => {
    const units = rankPairs(await measured(), { ranking });
    expect(units.map(({ index }) => index)).toEqual(order);
    // Whatever the ranking, strengths are shares of pairs.
    for (const { score } of units) expect(score > 0 && score <= 1).toBe(true);
  });

  it('has a sign of its own: a unit that is lower in most pairs but higher on the mean', async () => {
    const statistics = await measured();
    const unit = (ranking: Ranking) => rankPairs(statistics, { ranking }).find(({ index }) => index === 2)!;
    expect(unit('momentum')).toMatchObject({ sign: -1, score: 0.75 });
    expect(unit('difference')).toMatchObject({ sign: 1, score: 0.75 });
  });

  it('breaks ties by effect size where asked', async () => {
    const statistics = await measured();
    for (const ranking of ['momentum', 'balanced'] as const) {
      const units = rankPairs(statistics, { ranking, ties: 'effect-size', top: 2 });
      expect(units.map(({ index }) => index)).toEqual([3, 1]);
    }
  });

  it('causal: by the size of the effect, all as strong, with the sign of the effect', async () => {
    const statistics = await withGradients();
    const units = rankPairs(statistics, { ranking: 'causal' });
    expect(units.map(({ index, sign, score }) => [index, sign, score])).toEqual([
      [0, -1, 1],
      [2, 1, 1],
      [1, 1, 1],
    ]);
    expect(units[0]).toMatchObject({ effect: -3, promoted: 3, suppressed: 1 });
    expect(rankPairs(statistics, { ranking: 'causal', top: 1 })).toEqual(units.slice(0, 1));
  });

  it('causal, then momentum: the share of pairs orders and weighs, the effect gives the sign', async () => {
    const units = rankPairs(await withGradients(), { ranking: 'causal-then-momentum', top: 2 });
    expect(units.map(({ index, sign, score }) => [index, sign, score])).toEqual([
      [1, 1, 1],
      [0, -1, 0.75],
    ]);
  });

  it('natural gradient: by what a gain does for its price, weighed by the best gains', async () => {
    const neutral = { id: 'n', margin: 0, gradients: ffn(4, 0, 4, 0) };
    const [information] = await measureGradients([neutral], { sites: ['ffn'] });
    const statistics = { ...(await withGradients()), information: information!.moments };
    // F is 8, 0, 8, 0 and its mean 4: the gains are −3/12, 1/4, 2/12, and unit 1 is worth 1/4, unit 0 9/12, unit 2 4/12.
    const units = rankPairs(statistics, { ranking: 'natural-gradient' });
    expect(units.map(({ index, sign, effect }) => [index, sign, effect])).toEqual([
      [0, -1, -3],
      [2, 1, 2],
      [1, 1, 1],
    ]);
    for (const [at, score] of [1, 2 / 3, 1].entries()) expect(units[at]!.score).toBeCloseTo(score, 12);
    expect(rankPairs(statistics, { ranking: 'natural-gradient', sites: ['ffn'], top: 1 })).toEqual([
      units[0],
    ]);
  });

  it('says what is missing', async () => {
    const { counts } = await measured();
    expect(() => rankPairs({ counts }, { ranking: 'difference' })).toThrow(/moments/);
    expect(() => rankPairs({ counts }, { ties: 'effect-size' })).toThrow(/moments/);
    expect(() => rankPairs({ counts }, { ranking: 'balanced' })).toThrow(/Classes/);
    expect(() => rankPairs({ counts }, { ranking: 'causal' })).toThrow(/measureGradients/);
    expect(() => rankPairs({ counts }, { ranking: 'natural-gradient' })).toThrow(/measureGainInformation/);
    expect(() => rankPairs({ counts }, { ranking: 'best' as Ranking })).toThrow(RANKINGS.join(', '));
    expect(() => rankPairs({ counts }, { ranking: 'best' as Ranking })).toThrow(/ranking/);
    for (const [ranking, argument, expected] of [
      ['difference', 'moments', 'the moments of the pairs'],
      ['effect-size', 'moments', 'Measure them with the counts: measurePairs'],
      ['causal', 'gradients', 'the gradients of the pairs'],
      ['natural-gradient', 'information', 'the information of the gains on neutral text'],
    ] as const) {
      expect(() => rankPairs({ counts }, { ranking })).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          argument,
          given: 'missing',
          message: expect.stringContaining(expected),
        }),
      );
    }
  });
});
