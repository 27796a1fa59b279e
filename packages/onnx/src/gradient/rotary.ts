/**
 * The rotary embedding and its reverse: a rotation is undone, and its gradient sent back, by turning the other way.
 *
 * @module
 */
import type { DecoderConfiguration } from '../build/decoder-configuration.ts';
import type { Arithmetic } from './arithmetic.ts';

/** cos and sin of the tokens of a batch, `[rows × tokens, size / 2]`, and where each token finds its own. */
export interface RotaryRows {
  readonly cos: string;
  readonly sin: string;
  readonly reverseSin: string;
  /** int64 `[rows, tokens]`: 0, 1, 2, … */
  readonly places: string;
}

/** Picks the angles of a batch out of the tables, once for all layers that share them. */
export function writeRotaryRows(
  { node, reshape, apply, reshapeTo, graph }: Arithmetic,
  { positions, cos, sin }: { positions: string; cos: string; sin: string },
): RotaryRows {
  const flat = reshape(positions, [-1]);
  const picked = node('Gather', [sin, flat]);
  const scalar = (value: bigint, name: string): string =>
    graph.constant(name, { dtype: 'int64', dims: [], data: BigInt64Array.of(value) });
  const count = node('Size', [positions]);
  const every = node('Range', [scalar(0n, `${picked}.start`), count, scalar(1n, `${picked}.step`)]);
  return {
    cos: node('Gather', [cos, flat]),
    sin: picked,
    reverseSin: apply('Neg', picked),
    places: reshapeTo(every, node('Shape', [positions])),
  };
}

/** Turns each head of `[rows, tokens, heads × size]` by its token's angles, or back. */
export function rotate(
  { node }: Arithmetic,
  pairs: DecoderConfiguration['rotaryPairs'],
  { value, rows, back = false }: { value: string; rows: RotaryRows; back?: boolean },
): string {
  return node('RotaryEmbedding', [value, rows.places, rows.cos, back ? rows.reverseSin : rows.sin], {
    microsoft: true,
    attributes: { interleaved: { int: pairs === 'neighbours' ? 1 : 0 } },
  });
}
