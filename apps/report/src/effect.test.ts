import type { EvaluatedCell, RunHeader } from '@austeer/experiments';
import { describe, expect, it } from 'vitest';
import { caution, describeDifference, describeJudges, measuresOf, verdictOn } from './effect.ts';
import { describeCell, sweepMaps, sweepMeasures } from './sweep.ts';

const estimate = (value: number, low = value, high = value) => ({ value, low, high });
const paired = (value: number, pValue: number) => ({
  ...estimate(value),
  onlyFirst: 0,
  onlySecond: 1,
  pValue,
});
const summary = (value: number) => ({
  items: 10,
  scored: 10,
  accuracy: estimate(value),
  validAnswers: estimate(1),
  answerShares: [],
  otherAnswers: 0,
});
const header = (test: Partial<RunHeader['test']>): RunHeader =>
  ({ task: { answerKind: 'label' }, test: { vanilla: summary(0.5), ...test } }) as unknown as RunHeader;
const comparison = (area: ReturnType<typeof estimate> | undefined, pValue = 0.001) => ({
  items: 10,
  changedAnswers: 5,
  accuracy: paired(0.3, pValue),
  validAnswers: paired(0.3, pValue),
  areaUnderCurve: area,
});

describe('the effect of a run', () => {
  it('has the measures of the log, and no difference of one condition', () => {
    expect(measuresOf(header({})).map(({ key, difference }) => [key, difference])).toEqual([
      ['accuracy', null],
      ['validAnswers', null],
    ]);
  });

  it('shows what a judge preferred in place of right answers, and what that has to be read with', () => {
    const winRate = {
      judge: { name: 'mine', version: '1' },
      protocol: 'both-orders',
      items: 10,
      scored: 9,
      wins: 5,
      ties: 3,
      losses: 1,
      identical: 2,
      winRate: estimate(0.5),
      loseRate: estimate(0.1),
      deltaWinRate: estimate(0.4, 0.1, 0.7),
      pValue: 0.2,
      positionBias: estimate(0.6),
    } as unknown as RunHeader['test']['winRate'];
    const judged = header({ steered: summary(0.5), winRate });
    const [preferred, ...others] = measuresOf(judged);
    expect(preferred).toMatchObject({ vanilla: { value: 0.1 }, steered: { value: 0.5 } });
    expect(preferred!.difference).toMatchObject({ value: 0.4, pValue: 0.2, onlySecond: 5 });
    expect(others.map(({ key }) => key)).toEqual(['validAnswers']);
    expect(describeJudges(judged.test).map(([name]) => name)).toEqual(['Judge', 'Verdicts']);
    expect(describeJudges(judged.test)[1]![1]).toMatch(
      /^5 won, 3 tied, 1 lost .*; 1 of 10 without a verdict/,
    );
  });

  it('shows toxicity beside the share that is not toxic', () => {
    const scored = (value: number) => ({
      scorer: { name: 'mine', version: '1', threshold: 0.5 },
      texts: 10,
      scored: 10,
      meanScore: estimate(value),
    });
    const toxicity = {
      vanilla: scored(0.4),
      steered: scored(0.3),
      comparison: { meanScore: estimate(-0.1) },
    } as unknown as RunHeader['test']['toxicity'];
    const test = { steered: summary(0.7), toxicity };
    expect(measuresOf(header(test)).map(({ key, difference }) => [key, difference?.value])).toEqual([
      ['accuracy', undefined],
      ['validAnswers', undefined],
      ['meanScore', -0.1],
    ]);
    expect(describeJudges(header(test).test)).toEqual([
      ['Scorer', 'mine 1, toxic from 0.500; 10 of 10 vanilla texts scored'],
    ]);
    expect(describeJudges(header({}).test)).toEqual([]);
  });

  it('says what a difference shows and no more', () => {
    expect(verdictOn(paired(0.3, 0.04))).toBe('higher');
    expect(verdictOn(paired(0.3, 0.06))).toBe('no difference shown');
    expect(verdictOn(estimate(-0.1, -0.2, -0.01))).toBe('lower');
    expect(verdictOn(estimate(0.1, -0.01, 0.2))).toBe('no difference shown');
    expect(describeDifference(paired(-0.25, 0.5))).toBe('−0.250 [−0.250, −0.250], p = 0.50');
  });

  it('warns where answers are right more often and the ability shows no gain', () => {
    expect(caution(header({ comparison: comparison(estimate(0.01, -0.04, 0.05)) }))).toContain(
      '+0.010 [−0.040, 0.050]',
    );
    expect(caution(header({ comparison: comparison(estimate(0.1, 0.05, 0.2)) }))).toBeUndefined();
    expect(caution(header({ comparison: comparison(estimate(0.01, -0.04, 0.05), 0.4) }))).toBeUndefined();
    expect(caution(header({ comparison: comparison(undefined) }))).toBeUndefined();
  });
});

describe('the map of settings', () => {
  const cell = (site: 'attention' | 'ffn', k: number, alpha: number): EvaluatedCell => ({
    site,
    k,
    alpha,
    summary: summary(k / 100 + alpha / 1000),
  });
  const selection = {
    criterion: 'accuracy' as const,
    cells: [
      cell('attention', 16, 20),
      cell('attention', 16, 5),
      cell('attention', 64, 5),
      cell('ffn', 16, 5),
    ],
    chosen: { site: 'attention' as const, k: 64, alpha: 5 },
  };

  it('has strengths from left to right, budgets from the bottom up, and a hole where nothing was tried', () => {
    const [attention, ffn] = sweepMaps(selection, 'accuracy');
    expect(attention?.figure.x.values).toEqual([5, 20]);
    expect(attention?.figure.y.values).toEqual([64, 16]);
    expect(attention?.figure.values.map((row) => row.map((value) => value?.value ?? null))).toEqual([
      [0.645, null],
      [0.165, 0.18],
    ]);
    expect(attention?.figure.chosen).toEqual([0, 0]);
    expect(ffn?.figure.chosen).toBeUndefined();
    expect(ffn?.place).toBe('ffn');
  });

  it('of a method that works on a layer has layers instead of budgets', () => {
    const { site: _site, k: _k, ...rest } = cell('ffn', 16, 5);
    const cells = [
      { ...rest, layer: 3 },
      { ...rest, layer: 7 },
    ];
    const { criterion } = selection;
    const [map, ...more] = sweepMaps(
      { criterion, cells, chosen: cells[1] } as unknown as typeof selection,
      'accuracy',
    );
    expect(more).toEqual([]);
    expect(map?.figure.y).toEqual({ label: 'layer', values: [7, 3] });
    expect(map?.figure.chosen).toEqual([0, 0]);
    expect(describeCell(cells[0]!)).toBe('layer 3, α = 5');
  });

  it('offers the measures that there are', () => {
    expect(sweepMeasures(selection)).toEqual(['accuracy', 'validAnswers']);
  });
});
