/**
 * Sums of a value over blocks of its columns.
 *
 * @module
 */
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { createWriteOnce } from '../model-file/write-once.ts';
import type { LinearContext } from './linear.ts';

/**
 * Sums over blocks, each made once: a product with a matrix of ones and zeros, which is one node where reshaping and
 * summing are two.
 */
export function blockSumWriter(graph: GraphWriter): LinearContext['blockSums'] {
  const once = createWriteOnce();
  return (input, { columns, block, width = columns / block }) => {
    const members = `blocks_of_${block}_in_${columns}_as_${width}`;
    const sums = `${input}.sums_of_${block}_as_${width}`;
    once(members, () => {
      const data = new Float32Array(columns * width);
      for (let column = 0; column < columns; column++) data[column * width + Math.floor(column / block)] = 1;
      graph.constant(members, { dtype: 'float32', dims: [columns, width], data });
    });
    return once(sums, () => graph.node('MatMul', [input, members], [sums]));
  };
}
