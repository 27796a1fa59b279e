/**
 * A model whose activations are on file: every text is known by its first token.
 */
import type {
  FloatTensor,
  LanguageModel,
  Site,
  SiteActivations,
  TokenPair,
  TokenSequence,
} from '@austeer/core';

const SIDES = ['positive', 'negative'] as const;

export function recordedModel(options: {
  shape: { pairs: number; layers: number; headSize: number; widths: Partial<Record<Site, number>> };
  questionTokens: number;
  tensors: ReadonlyMap<string, FloatTensor>;
}): { model: LanguageModel; pairs: TokenPair[] } {
  const { shape, questionTokens, tensors } = options;
  const { layers, headSize, widths } = shape;
  const nameOf = (index: number): string => `pair ${String(index).padStart(3, '0')}`;
  const answers = (side: string, index: number): FloatTensor => tensors.get(`residual.${side}.${index}`)!;
  // Question: the pair's number, then zeros. Answer: tokens of its side.
  const pairs = Array.from({ length: shape.pairs }, (_, index): TokenPair => {
    const question = [index, ...new Array<number>(questionTokens - 1).fill(0)];
    const [positive, negative] = SIDES.map((side, code) => [
      ...question,
      ...new Array<number>(answers(side, index).shape[0]!).fill(1000 + code),
    ]) as [number[], number[]];
    return { id: nameOf(index), positive, negative };
  });
  const sideOf = (tokens: TokenSequence): (typeof SIDES)[number] => SIDES[tokens[questionTokens]! - 1000]!;
  const lastOf = (tokens: TokenSequence, sites: readonly Site[]): SiteActivations =>
    Object.fromEntries(
      sites.map((site) => {
        const size = layers * widths[site]!;
        const [side, index] = [sideOf(tokens), tokens[0]!];
        const recorded = site === 'residual' ? answers(side, index) : tensors.get(`${site}.${side}`)!;
        const start = site === 'residual' ? (tokens.length - questionTokens - 1) * size : index * size;
        const data = recorded.data.slice(start, start + size);
        return [site, { data, shape: [layers, widths[site]!] }];
      }),
    );
  const refuse = (): never => {
    throw new Error('a recorded model only gives activations');
  };
  const model: LanguageModel = {
    identity: { name: 'recorded', architecture: 'none', layers, widths },
    headSize,
    contextLength: 1000,
    async *capturePairs(some, { sites }) {
      for (const { id, positive, negative } of some) {
        yield { id, positive: lastOf(positive, sites), negative: lastOf(negative, sites) };
      }
    },
    async *capture(rows, { layers: depth = layers }) {
      const size = layers * widths.residual!;
      const cut = depth * widths.residual!;
      for (const [row, tokens] of [...rows].entries()) {
        const { data } = answers(sideOf(tokens), tokens[0]!);
        const all = new Float32Array(tokens.length * cut);
        for (let token = questionTokens; token < tokens.length; token++) {
          const start = (token - questionTokens) * size;
          all.set(data.subarray(start, start + cut), token * cut);
        }
        const residual = { data: all, shape: [tokens.length, depth, widths.residual!] };
        yield { row, activations: { residual } };
      }
    },
    generate: refuse,
    score: refuse,
    dispose: async () => undefined,
  };
  return { model, pairs };
}
