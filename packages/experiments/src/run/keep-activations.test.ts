import { floatTensor, type LanguageModel, type PairActivations, type TokenPair } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { keepActivations } from './keep-activations.ts';

/** A model whose activation is the last token, which says what it was asked. */
function countingModel() {
  const asked: string[] = [];
  const identity = { name: 'm', architecture: 'a', layers: 1, widths: { attention: 2, ffn: 2, ffnInner: 8 } };
  const model = {
    identity,
    async *capturePairs(pairs, { sites }) {
      for (const { id, positive, negative } of pairs) {
        asked.push(id);
        const of = (token: number) =>
          Object.fromEntries(sites.map((site) => [site, floatTensor(Float32Array.of(token, token), [1, 2])]));
        yield { id, positive: of(positive.at(-1)!), negative: of(negative.at(-1)!) };
      }
    },
  } as Pick<LanguageModel, 'identity' | 'capturePairs'> as LanguageModel;
  return { model, asked };
}

const pair = (id: number): TokenPair => ({ id: `p${id}`, positive: [1, id], negative: [1, -id], label: 'A' });
const collect = async (source: AsyncIterable<PairActivations>) => {
  const found: PairActivations[] = [];
  for await (const one of source) found.push(one);
  return found;
};

describe('keepActivations', () => {
  it('captures each pair once for all sites, and gives back order, labels and the sites asked for', async () => {
    const { model, asked } = countingModel();
    const kept = keepActivations().wrap(model);
    await collect(kept.capturePairs([pair(1), pair(2)], { sites: ['ffn'] }));
    const found = await collect(kept.capturePairs([pair(3), pair(2), pair(1)], { sites: ['attention'] }));
    expect(asked).toEqual(['p1', 'p2', 'p3']);
    expect(
      found.map(({ id, label, positive }) => [id, label, Object.keys(positive), positive.attention!.data[0]]),
    ).toEqual([
      ['p3', 'A', ['attention'], 3],
      ['p2', 'A', ['attention'], 2],
      ['p1', 'A', ['attention'], 1],
    ]);
  });

  it('keeps no more than it may, and streams what would be more', async () => {
    const { model, asked } = countingModel();
    const bytesOfPair = 2 * (2 + 2) * 4;
    const kept = keepActivations(2 * bytesOfPair).wrap(model);
    for (const pairs of [
      [pair(1), pair(2)],
      [pair(1), pair(3)],
      [pair(1), pair(2), pair(3)],
    ]) {
      expect(await collect(kept.capturePairs(pairs, { sites: ['ffn'] }))).toHaveLength(pairs.length);
    }
    expect(asked.join()).toBe('p1,p2,p1,p3,p1,p2,p3');
  });
});
