/**
 * Values at the picked positions alone, as rows of one token: `[picked, 1, width]`.
 *
 * @module
 */
import { POSITIONS_INPUT } from '../decoder-graph.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { createWriteOnce } from '../model-file/write-once.ts';
import type { SteeringAtPicked } from './steering-inputs.ts';

/** Picks values, each once. The graph has {@link POSITIONS_INPUT} and the constant `one_axis`. */
export function pickWriter(graph: GraphWriter): SteeringAtPicked {
  const once = createWriteOnce();
  return {
    ofToken: (value) =>
      once(`${value}.picked`, () => {
        graph.node('GatherND', [value, POSITIONS_INPUT], [`${value}.picked_flat`]);
        graph.node('Unsqueeze', [`${value}.picked_flat`, 'one_axis'], [`${value}.picked`]);
      }),
    ofRow(value) {
      const rows = once('picked_rows', () => {
        graph.constant('row_index', { dtype: 'int64', dims: [], data: BigInt64Array.of(0n) });
        graph.node('Gather', [POSITIONS_INPUT, 'row_index'], ['picked_rows'], {
          attributes: { axis: { int: 1 } },
        });
      });
      return once(`${value}.picked`, () => {
        graph.node('Gather', [value, rows], [`${value}.picked`], { attributes: { axis: { int: 0 } } });
      });
    },
  };
}
