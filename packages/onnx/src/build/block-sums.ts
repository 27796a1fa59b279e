/**
 * Sums of a value over blocks of its columns.
 *
 * @module
 */
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { createWriteOnce } from '../model-file/write-once.ts';
import type { LinearContext } from './linear.ts';

/**
 * Sums over blocks, each made once. A product with a matrix of ones and zeros would be one node instead of two, but at every
 * token the whole matrix has to come from memory.
 */
export function blockSumWriter(graph: GraphWriter): LinearContext['blockSums'] {
  const once = createWriteOnce();
  return (input, block) => {
    const shape = once(`blocks_of_${block}`, () =>
      graph.constant(`blocks_of_${block}`, BigInt64Array.of(0n, 0n, -1n, BigInt(block))),
    );
    const axis = once('axis_of_blocks', () => graph.constant('axis_of_blocks', BigInt64Array.of(-1n)));
    return once(`${input}.sums_of_${block}`, () => {
      graph.node('Reshape', [input, shape], [`${input}.blocks_of_${block}`]);
      graph.node('ReduceSum', [`${input}.blocks_of_${block}`, axis], [`${input}.sums_of_${block}`], {
        attributes: { keepdims: { int: 0 } },
      });
    });
  };
}
