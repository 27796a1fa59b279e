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
  const sites = [...new Set([...Object.keys(positive), ...Object.keys(negative)])] as Site[];
  const [first] = sites;
  if (first === undefined) throw new EmptyInputError({ what: 'Sites of the activations' });
  const pairs = (positive[first] ?? negative[first])!.shape[0]!;
  for (const site of sites) {
    const [right, wrong] = [positive[site]?.shape, negative[site]?.shape];
    if (right?.length !== 3 || right[0] !== pairs || wrong?.join() !== right.join()) {
      throw new InvalidArgumentError({
        argument: `activations of ${site}`,
        given: `positive ${shapeText(right)}, negative ${shapeText(wrong)}`,
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

function shapeText(shape: readonly number[] | undefined): string {
  return shape === undefined ? 'none' : `[${shape.join(', ')}]`;
}
