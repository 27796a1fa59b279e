/**
 * Activations that another framework has written, as a source of pairs.
 *
 * @module
 */
import {
  EmptyInputError,
  type FloatTensor,
  floatTensor,
  InvalidArgumentError,
  type PairActivations,
  type Site,
  type SiteActivations,
} from '@austeer/core';

/**
 * Row i of the positive tensors and row i of the negative ones are pair i. Nothing is copied.
 *
 * @param options.positive by site, `[pairs, layers, width]`: activations of the right answers
 * @param options.negative the same for the wrong answers
 * @throws InvalidArgumentError when the shapes do not agree.
 * @throws EmptyInputError when no site is given.
 *
 * @example
 * ```ts
 * const rows = (...values: number[]) => floatTensor(Float32Array.from(values), [2, 1, 1]);
 * Array.from(pairActivations({ positive: { ffn: rows(1, 2) }, negative: { ffn: rows(0, 3) } })).length; // 2
 * ```
 */
export function* pairActivations(options: {
  positive: SiteActivations;
  negative: SiteActivations;
}): Generator<PairActivations> {
  const { positive, negative } = options;
  const sites = Object.keys(positive) as Site[];
  if (sites.length === 0) throw new EmptyInputError({ what: 'Sites of the activations' });
  const pairs = positive[sites[0]!]!.shape[0]!;
  for (const site of sites) {
    const [given, expected] = [negative[site]?.shape, positive[site]!.shape];
    if (expected.length !== 3 || expected[0] !== pairs || given?.join() !== expected.join()) {
      throw new InvalidArgumentError({
        argument: `activations of ${site}`,
        given: `positive [${expected.join(', ')}], negative [${given?.join(', ') ?? 'none'}]`,
        expected: `both [${pairs}, layers, width]`,
      });
    }
  }
  const row = (tensor: FloatTensor, index: number): FloatTensor => {
    const [, layers, width] = tensor.shape as [number, number, number];
    const size = layers * width;
    return floatTensor(tensor.data.subarray(index * size, (index + 1) * size), [layers, width]);
  };
  const side = (activations: SiteActivations, index: number): SiteActivations =>
    Object.fromEntries(sites.map((site) => [site, row(activations[site]!, index)]));
  for (let index = 0; index < pairs; index++) {
    yield { id: String(index), positive: side(positive, index), negative: side(negative, index) };
  }
}
