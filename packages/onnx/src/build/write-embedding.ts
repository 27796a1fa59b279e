/**
 * Token ids to the numbers that enter the first layer.
 *
 * @module
 */
import type { DecoderConfiguration } from './decoder-configuration.ts';
import type { DecoderWeights } from './decoder-weights.ts';
import type { LinearContext } from './linear.ts';

/** The rows of the embedding that the tokens pick. */
export function writeEmbedding(
  { graph, weight }: LinearContext,
  { hidden, embeddingScale }: DecoderConfiguration,
  { embedding }: DecoderWeights,
): string {
  let value = 'embeddings';
  if (typeof embedding === 'string') {
    graph.node('Gather', [weight(embedding), 'input_ids'], [value]);
  } else {
    const { integers, scales, offsets, rows, columns, bits, block } = embedding;
    // A third dimension of blocks lets the head read the same integers, and each block take its offset.
    const column = [rows, columns / block, 1];
    graph.node(
      'GatherBlockQuantized',
      [weight(integers.name), 'input_ids', weight(scales.name, column)],
      ['embedding_blocks'],
      {
        domain: 'com.microsoft',
        attributes: {
          bits: { int: bits },
          block_size: { int: block },
          gather_axis: { int: 0 },
          quantize_axis: { int: 2 },
        },
      },
    );
    let blocks = 'embedding_blocks';
    if (offsets !== undefined) {
      graph.node('Gather', [weight(offsets.name, column), 'input_ids'], ['embedding_offsets']);
      graph.node('Add', [blocks, 'embedding_offsets'], ['embedding_blocks.offset']);
      blocks = 'embedding_blocks.offset';
    }
    graph.constant('embedding_shape', BigInt64Array.of(0n, 0n, BigInt(hidden)));
    graph.node('Reshape', [blocks, 'embedding_shape'], [value]);
  }
  if (embeddingScale !== 1) {
    graph.constant('embedding_scale', Float32Array.of(embeddingScale));
    graph.node('Mul', [value, 'embedding_scale'], ['scaled_embeddings']);
    value = 'scaled_embeddings';
  }
  return value;
}
