import { createRandom, type TextScore } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatToxicity, formatToxicityComparison } from './format-toxicity.ts';
import { compareToxicity } from './toxicity-comparison.ts';
import { summarizeToxicity, type ToxicityRecord } from './toxicity-summary.ts';
import { adjustShare } from './verdict-errors.ts';

const scorer = { name: 'mine', version: '1', threshold: 0.5 };

/** One continuation for each score, each of a prompt of its own. */
function single(scores: readonly (number | undefined)[]): ToxicityRecord[] {
  return scores.map((score, index) => ({ prompt: `p${index}`, result: resultOf(score) }));
}

/** Several continuations for each prompt. */
function several(scores: readonly (readonly (number | undefined)[])[]): ToxicityRecord[] {
  return scores.flatMap((list, prompt) =>
    list.map((score, sample) => ({ prompt: `p${prompt}`, sample, result: resultOf(score) })),
  );
}

function resultOf(score: number | undefined): TextScore {
  return score === undefined ? { missing: 'quota' } : { score };
}

describe('summarizeToxicity', () => {
  it('gives the paper’s rate, the mean, and the scorer; the threshold itself is toxic', () => {
    const summary = summarizeToxicity({ records: single([0.5, 0.2, 0.9, 0.1]), scorer });
    expect(summary).toMatchObject({
      scorer,
      texts: 4,
      scored: 4,
      prompts: 4,
      toxicShare: { value: 0.5 },
      detoxificationRate: { value: 50 },
      meanScore: { value: expect.closeTo(0.425, 12) },
      missing: [],
    });
    expect(summary.detoxificationRate.low).toBeCloseTo(100 * (1 - summary.toxicShare.high), 10);
    expect(summary).not.toHaveProperty('overSamples');
    expect(summary).not.toHaveProperty('adjustedShare');
  });

  it('leaves missing scores out of every number, and counts them by reason', () => {
    const records: ToxicityRecord[] = [
      ...single([0.9, 0.1, undefined, undefined]),
      { prompt: 'empty', result: { missing: 'the text is empty' } },
    ];
    const summary = summarizeToxicity({ records, scorer });
    expect(summary).toMatchObject({ texts: 5, scored: 2, toxicShare: { value: 0.5 } });
    expect(summary.missing).toEqual([
      { reason: 'quota', texts: 2 },
      { reason: 'the text is empty', texts: 1 },
    ]);
    expect(formatToxicity(summary)).toContain('2 without a score: quota');
    expect(() => summarizeToxicity({ records: single([undefined]), scorer })).toThrow('none given');
  });

  it('gives RealToxicityPrompts’ numbers for several continuations, under their own names', () => {
    const records = several([
      [0.1, 0.6, 0.2],
      [0.1, 0.2, 0.3],
      [0.9, undefined, 0.8],
    ]);
    const summary = summarizeToxicity({ records, scorer });
    expect(summary.prompts).toBe(3);
    expect(summary.toxicShare.value).toBeCloseTo(3 / 8, 12);
    // A prompt with a missing continuation would have too low a maximum.
    expect(summary.overSamples).toMatchObject({
      samples: 3,
      prompts: 2,
      expectedMaximum: { value: expect.closeTo(0.45, 12) },
      anyToxic: { value: 0.5 },
    });
    const lines = formatToxicity(summary);
    expect(lines.at(-1)).toMatch(/^over 3 continuations: expected maximum 0.450 .* at least one toxic 0.500/);
  });

  it('gives no maximum where prompts have different numbers of continuations', () => {
    const summary = summarizeToxicity({ records: several([[0.1, 0.2], [0.3]]), scorer });
    expect(summary).not.toHaveProperty('overSamples');
  });

  it('is less sure of the share when continuations of a prompt are alike', () => {
    const random = createRandom(3);
    const levels = Array.from({ length: 40 }, () => random.next());
    const alike = levels.map((level) => Array<number>(10).fill(level));
    const unlike = levels.map(() => Array.from({ length: 10 }, () => random.next()));
    const width = (scores: number[][]): number => {
      const { toxicShare } = summarizeToxicity({ records: several(scores), scorer });
      return toxicShare.high - toxicShare.low;
    };
    expect(width(alike)).toBeGreaterThan(2 * width(unlike));
  });

  it('puts the adjusted share beside the plain one', () => {
    const verdictErrors = { falsePositiveRate: 0.1, falseNegativeRate: 0.2 };
    const { toxicShare, adjustedShare } = summarizeToxicity({
      records: single([0.9, 0.9, 0.1, 0.1, 0.1]),
      scorer,
      verdictErrors,
    });
    expect(toxicShare.value).toBe(0.4);
    expect(adjustedShare!.value).toBeCloseTo(0.3 / 0.7, 12);
    expect(adjustedShare!.low).toBeLessThan(adjustedShare!.value);
  });

  it('counts what lies near the threshold', () => {
    expect(summarizeToxicity({ records: single([0.45, 0.55, 0.7, 0.1]), scorer }).nearThreshold).toBe(0.5);
  });
});

describe('adjustShare', () => {
  it('finds the true share when verdicts err as told', () => {
    const errors = { falsePositiveRate: 0.08, falseNegativeRate: 0.15 };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const called = share * (1 - errors.falseNegativeRate) + (1 - share) * errors.falsePositiveRate;
        expect(adjustShare(called, errors)).toBeCloseTo(share, 10);
      }),
    );
  });

  it('stays within [0, 1], and refuses a scorer that says nothing', () => {
    expect(adjustShare(0.02, { falsePositiveRate: 0.1, falseNegativeRate: 0 })).toBe(0);
    expect(() => adjustShare(0.5, { falsePositiveRate: 0.5, falseNegativeRate: 0.5 })).toThrow('less than 1');
  });
});

describe('compareToxicity', () => {
  const random = createRandom(4);
  const vanilla = Array.from({ length: 120 }, () => random.next());
  const cleaner = vanilla.map((score) => score * 0.6);

  it('finds no difference between a condition and itself', () => {
    const same = compareToxicity({ first: single(vanilla), second: single(vanilla), scorer });
    expect(same).toMatchObject({
      toxicShare: { value: 0, low: 0, high: 0 },
      onlyFirst: 0,
      onlySecond: 0,
      pValue: 1,
    });
    expect(formatToxicityComparison(same)[0]).toContain('no difference shown');
  });

  it('sees less toxic answers, in any order of the records', () => {
    const compared = compareToxicity({
      first: single(vanilla),
      second: single(cleaner).reverse(),
      scorer,
      verdictErrors: { falsePositiveRate: 0.1, falseNegativeRate: 0.2 },
    });
    const share = (scores: number[]): number => scores.filter((score) => score >= 0.5).length / scores.length;
    expect(compared.toxicShare.value).toBeCloseTo(share(cleaner) - share(vanilla), 12);
    expect(compared.toxicShare.high).toBeLessThan(0);
    expect(compared.detoxificationRate.value).toBeCloseTo(-100 * compared.toxicShare.value, 10);
    expect(compared.meanScore.high).toBeLessThan(0);
    expect(compared.onlySecond).toBe(0);
    expect(compared.pValue).toBeLessThan(1e-4);
    // A plain count makes the difference smaller than it is.
    expect(compared.adjustedShare!.value).toBeCloseTo(compared.toxicShare.value / 0.7, 10);
    expect(formatToxicityComparison(compared)[0]).toMatch(
      /^toxic share: lower, -0\.\d+ .*0 newly toxic of 120/,
    );
  });

  it('leaves out pairs without both scores, and counts them', () => {
    const compared = compareToxicity({
      first: single([0.9, undefined, 0.9, 0.1]),
      second: single([0.1, 0.1, undefined, 0.1]),
      scorer,
    });
    expect(compared).toMatchObject({ texts: 2, missing: 2, prompts: 2, onlyFirst: 1, onlySecond: 0 });
    expect(formatToxicityComparison(compared).at(-1)).toContain('2 pairs without both scores');
  });

  it('draws whole prompts and makes no independent test where prompts have several continuations', () => {
    const first = several([
      [0.9, 0.8],
      [0.1, 0.9],
      [0.2, 0.3],
    ]);
    const second = several([
      [0.1, 0.2],
      [0.1, 0.1],
      [0.2, 0.7],
    ]);
    const compared = compareToxicity({ first, second, scorer });
    expect(compared).not.toHaveProperty('pValue');
    expect(compared).toMatchObject({ texts: 6, prompts: 3, onlyFirst: 3, onlySecond: 1 });
    expect(compared.overSamples).toMatchObject({
      samples: 2,
      prompts: 3,
      expectedMaximum: { value: expect.closeTo((0.2 - 0.9 + 0.1 - 0.9 + 0.7 - 0.3) / 3, 12) },
      anyToxic: { value: expect.closeTo(-1 / 3, 12) },
    });
  });

  it('refuses other prompts and the same one twice', () => {
    const first = single([0.1, 0.2]);
    expect(() => compareToxicity({ first, second: single([0.1]), scorer })).toThrow('p1 (sample 0)');
    const twice = [...first, first[0]!];
    expect(() => compareToxicity({ first: twice, second: twice, scorer })).toThrow('twice');
    const nothing = single([undefined]);
    expect(() => compareToxicity({ first: nothing, second: nothing, scorer })).toThrow('both conditions');
  });
});
