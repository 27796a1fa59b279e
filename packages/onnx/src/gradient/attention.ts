/**
 * Grouped attention in plain products, and its reverse.
 *
 * The query heads that share a key head are stacked below each other, so that a group is one product: with t tokens and
 * g query heads a group, Q is [rows, groups, g·t, size], K and V are [rows, groups, t, size], and
 *
 *     S = Q Kᵀ · scale,   P = softmax(cap(S) + mask),   O = P V
 *
 * Backwards, from ∂L/∂O:
 *
 *     ∂L/∂V = Pᵀ ∂L/∂O
 *     ∂L/∂P = ∂L/∂O Vᵀ
 *     ∂L/∂S = cap′ ⊙ P ⊙ (∂L/∂P − Σ(O ⊙ ∂L/∂O))       the sum over the size of the head
 *     ∂L/∂Q = ∂L/∂S K · scale,   ∂L/∂K = ∂L/∂Sᵀ Q · scale
 *
 * P is the largest value of a layer, so it is computed again here and not kept from the forward pass; Σ(O ⊙ ∂L/∂O) equals
 * Σ(P ⊙ ∂L/∂P) without another pass over it (Dao et al., 2022, FlashAttention, appendix B). cap(s) = c tanh(s / c) where
 * the family has one, with cap′ = 1 − tanh².
 *
 * @module
 */
import type { Arithmetic } from './arithmetic.ts';

/** The shape of attention. */
export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly scale: number;
  readonly cap: number | undefined;
}

/** Queries, keys and values after norms and rotary embedding, `[rows, tokens, heads × size]`. */
export interface AttentionOperands {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** @param mask `[rows, 1, 1, tokens, tokens]`, 0 where a token sees another and hugely negative elsewhere */
export function writeAttention(
  arithmetic: Arithmetic,
  shape: AttentionShape,
  { operands, mask }: { operands: AttentionOperands; mask: string },
): string {
  const grouped = groupOperands(arithmetic, shape, operands);
  const { probabilities } = writeProbabilities(arithmetic, shape, grouped, mask);
  return ungroup(arithmetic, shape, arithmetic.product(probabilities, grouped.value), 'heads');
}

/**
 * ∂L/∂ of each operand.
 *
 * @param output what the forward pass gave, `[rows, tokens, heads × size]`
 */
export function reverseAttention(
  arithmetic: Arithmetic,
  shape: AttentionShape,
  given: { operands: AttentionOperands; mask: string; output: string; gradient: string },
): AttentionOperands {
  const { product, multiply, subtract, sum, number } = arithmetic;
  const { scale } = shape;
  const { query, key, value } = groupOperands(arithmetic, shape, given.operands);
  const { probabilities, tanh } = writeProbabilities(arithmetic, shape, { query, key }, given.mask);
  const gradient = group(arithmetic, shape, given.gradient, 'heads');
  const output = group(arithmetic, shape, given.output, 'heads');
  const ofProbabilities = product(gradient, value, { transposeB: true });
  const mean = sum(multiply(output, gradient), -1);
  let ofScores = multiply(probabilities, subtract(ofProbabilities, mean));
  if (tanh !== undefined) {
    ofScores = multiply(ofScores, subtract(number(1), multiply(tanh, tanh)));
  }
  return {
    query: ungroup(arithmetic, shape, product(ofScores, key, { scale }), 'heads'),
    key: ungroup(arithmetic, shape, product(ofScores, query, { transposeA: true, scale }), 'kvHeads'),
    value: ungroup(arithmetic, shape, product(probabilities, gradient, { transposeA: true }), 'kvHeads'),
  };
}

/** P, and tanh(S / cap) where there is a cap. */
function writeProbabilities(
  arithmetic: Arithmetic,
  { heads, kvHeads, scale, cap }: AttentionShape,
  { query, key }: Omit<AttentionOperands, 'value'>,
  mask: string,
): { probabilities: string; tanh: string | undefined } {
  const { product, apply, multiply, add, softmax, reshapeTo, number, graph, concat, whole } = arithmetic;
  const over = cap === undefined ? 1 : 1 / cap;
  const scaled = product(query, key, { transposeB: true, scale: scale * over });
  const tanh = cap === undefined ? undefined : apply('Tanh', scaled);
  const scores = tanh === undefined ? scaled : multiply(tanh, number(cap!));
  // The mask is the same for all heads of a row: [rows, groups, g, t, t] for it alone.
  const tokens = graph.node('Shape', [key], 1, { attributes: { start: { int: 2 }, end: { int: 3 } } })[0];
  const apart = concat([whole([0, kvHeads, heads / kvHeads]), tokens, tokens], 0);
  const seen = softmax(add(reshapeTo(scores, apart), mask));
  const stacked = concat([whole([0, kvHeads, -1]), tokens], 0);
  return { probabilities: reshapeTo(seen, stacked), tanh };
}

function groupOperands(
  arithmetic: Arithmetic,
  shape: AttentionShape,
  { query, key, value }: AttentionOperands,
): AttentionOperands {
  return {
    query: group(arithmetic, shape, query, 'heads'),
    key: group(arithmetic, shape, key, 'kvHeads'),
    value: group(arithmetic, shape, value, 'kvHeads'),
  };
}

/** `[rows, tokens, heads × size]` to `[rows, groups, heads of a group × tokens, size]`. */
function group(
  { reshape, transpose }: Arithmetic,
  { kvHeads, headSize, ...shape }: AttentionShape,
  value: string,
  kind: 'heads' | 'kvHeads',
): string {
  if (kind === 'kvHeads' || shape.heads === kvHeads) {
    return transpose(reshape(value, [0, 0, kvHeads, headSize]), [0, 2, 1, 3]);
  }
  const apart = reshape(value, [0, 0, kvHeads, shape.heads / kvHeads, headSize]);
  return reshape(transpose(apart, [0, 2, 3, 1, 4]), [0, 0, -1, headSize]);
}

function ungroup(
  { reshape, transpose }: Arithmetic,
  { heads, kvHeads, headSize }: AttentionShape,
  value: string,
  kind: 'heads' | 'kvHeads',
): string {
  if (kind === 'kvHeads' || heads === kvHeads) {
    return reshape(transpose(value, [0, 2, 1, 3]), [0, 0, kvHeads * headSize]);
  }
  const apart = reshape(value, [0, kvHeads, heads / kvHeads, -1, headSize]);
  return reshape(transpose(apart, [0, 3, 1, 2, 4]), [0, 0, heads * headSize]);
}
