import { createRandom, floatTensor, type PairActivations } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { balancedScores, labelShare, measurePairs } from './label-counts.ts';
import { rankScores, rankUnits } from './ranking.ts';

/** Unit 0 tells "yes" from "no"; unit 1 tells right from wrong; unit 2 neither. */
function pairsOf(labels: readonly string[]): PairActivations[] {
  const random = createRandom(7);
  return labels.map((label, at) => {
    const yes = label === 'yes' ? 1 : -1;
    const right = random.next() < 0.8 ? 1 : -1;
    const ffn = (...values: number[]) => ({ ffn: floatTensor(Float32Array.from(values), [1, 3]) });
    return { id: String(at), label, positive: ffn(yes, right, random.normal()), negative: ffn(-yes, 0, 0) };
  });
}
/** Four of five are yes. */
const labels = Array.from({ length: 200 }, (_, at) => (at % 5 === 0 ? 'no' : 'yes'));

describe('balancedScores', () => {
  it('does not take the larger class for knowledge', async () => {
    const { counts, byLabel } = await measurePairs(pairsOf(labels), { sites: ['ffn'] });
    expect(counts.pairs).toBe(200);
    expect(Object.entries(byLabel).map(([label, { pairs }]) => [label, pairs])).toEqual([
      ['no', 40],
      ['yes', 160],
    ]);
    const plain = rankUnits(counts);
    expect(plain.find(({ index }) => index === 0)!.score).toBe(0.8);
    const [best, ...others] = rankScores(balancedScores(byLabel));
    expect(best!.index).toBe(1);
    expect(others.find(({ index }) => index === 0)!.score).toBeCloseTo(0.5, 12);
    expect(labelShare({ counts, byLabel }, { k: 3 })).toMatchObject({
      units: 3,
      largestClass: 0.8,
      shared: 3,
    });
    expect(labelShare({ counts, byLabel }, { k: 2 }).opposed).toBe(1);
  });

  it('equals the plain ranking where there is one class', async () => {
    const { counts, byLabel } = await measurePairs(pairsOf(labels.map(() => 'yes')), { sites: ['ffn'] });
    const plain = rankUnits(counts).map(({ index, score, sign }) => ({ index, score, sign }));
    expect(rankScores(balancedScores(byLabel))).toMatchObject(plain);
  });

  it('refuses pairs without labels', async () => {
    const bare = pairsOf(labels).map(({ label: _, ...pair }) => pair);
    const { byLabel } = await measurePairs(bare, { sites: ['ffn'] });
    expect(() => balancedScores(byLabel)).toThrow('Give every pair the class of its right answer as label');
  });
});

describe('measurePairs', () => {
  it('reports progress and stops when asked', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const work = measurePairs(pairsOf(labels), {
      sites: ['ffn'],
      signal: controller.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        if (done === 3) controller.abort(new Error('enough'));
      },
    });
    await expect(work).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2, 3]);
  });
});
