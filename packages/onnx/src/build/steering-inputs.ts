/**
 * Gain and bias as inputs of a graph that is being written.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import type { GraphWriter } from '../model-file/graph-writer.ts';

/** Names of the inputs of a site. */
export function steeringInputName(site: Site, kind: 'gain' | 'bias'): string {
  return `austeer.${site}.${kind}`;
}

/**
 * Gain and bias of each steered site as graph inputs; 1 + gain is computed once. The returned function
 * writes x ⊙ (1 + gain) + bias, or nothing where the site is not steered.
 */
export function writeSteeringInputs(
  graph: GraphWriter,
  steer: readonly Site[],
  layers: number,
  widths: Readonly<Record<Site, number>>,
): (site: Site, layer: number, value: string) => string {
  if (steer.length > 0) graph.constant('unit_gain', { dtype: 'float32', dims: [], data: Float32Array.of(1) });
  for (const site of steer) {
    const gain = graph.input(steeringInputName(site, 'gain'), 'float32', ['rows', layers, widths[site]]);
    const bias = graph.input(steeringInputName(site, 'bias'), 'float32', ['rows', layers, widths[site]]);
    graph.node('Add', [gain, 'unit_gain'], [`austeer.${site}.scale`]);
    const attributes = { axis: { int: 1 }, num_outputs: { int: layers } };
    const outputs = (kind: string): string[] =>
      Array.from({ length: layers }, (_, layer) => `austeer.${site}.${kind}.${layer}`);
    graph.node('Split', [`austeer.${site}.scale`], outputs('scale'), { attributes });
    graph.node('Split', [bias], outputs('bias'), { attributes });
  }
  return (site, layer, value) => {
    if (!steer.includes(site)) return value;
    graph.node('Mul', [value, `austeer.${site}.scale.${layer}`], [`${value}.scaled_by_gain`]);
    graph.node('Add', [`${value}.scaled_by_gain`, `austeer.${site}.bias.${layer}`], [`${value}.steered`]);
    return `${value}.steered`;
  };
}
