/**
 * Gain and bias as inputs of a graph that is being written.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import { type GraphPurpose, STRENGTH_INPUT } from '../decoder-graph.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { splitLayers } from '../model-file/split-layers.ts';

/** Names of the inputs of a site. */
export function steeringInputName(site: Site, kind: 'gain' | 'bias'): string {
  return `austeer.${site}.${kind}`;
}

/** Name of 1 + gain of a layer, where strength is the same at every token. */
export function steeringScaleName(site: Site, layer: number): string {
  return partName(site, 'scale', layer);
}

/** Name of what belongs to one layer. */
function partName(site: Site, kind: 'gain' | 'scale' | 'bias', layer: number): string {
  return `austeer.${site}.${kind}.${layer}`;
}

/** Where the activation is that of picked positions alone, `[picked, 1, width]`: what belongs to them. */
export interface SteeringAtPicked {
  /** `[picked, 1, width]` of `[rows, 1, width]` */
  ofRow(value: string): string;
  /** `[picked, 1, width]` of `[rows, tokens, width]` */
  ofToken(value: string): string;
}

/**
 * Gain and bias (unless the purpose has gains only) of each steered site as graph inputs; 1 + gain is computed once, unless
 * the purpose wants a strength m at each token. The returned function writes x ⊙ (1 + gain) + bias, with m · gain and
 * m · bias in the latter case, or nothing where the site is not steered.
 */
export function writeSteeringInputs(
  graph: GraphWriter,
  { steer, tokenStrength = false, gainsOnly = false }: GraphPurpose,
  layers: number,
  widths: Readonly<Record<Site, number>>,
): (site: Site, layer: number, value: string, picked?: SteeringAtPicked) => string {
  if (steer.length > 0 && tokenStrength) graph.input(STRENGTH_INPUT, 'float32', ['rows', 'tokens', 1]);
  if (steer.length > 0) graph.constant('unit_gain', { dtype: 'float32', dims: [], data: Float32Array.of(1) });
  for (const site of steer) {
    const gain = graph.input(steeringInputName(site, 'gain'), 'float32', ['rows', layers, widths[site]]);
    if (!tokenStrength) graph.node('Add', [gain, 'unit_gain'], [`austeer.${site}.scale`]);
    const split = (input: string, kind: 'gain' | 'scale' | 'bias'): void => {
      const parts = Array.from({ length: layers }, (_, layer) => partName(site, kind, layer));
      splitLayers(input, parts, (whole, outputs, sizes) => {
        const data = BigInt64Array.from(sizes, BigInt);
        graph.constant(`${whole}.sizes`, { dtype: 'int64', dims: [sizes.length], data });
        graph.node('Split', [whole, `${whole}.sizes`], outputs, { attributes: { axis: { int: 1 } } });
      });
    };
    if (tokenStrength) split(gain, 'gain');
    else split(`austeer.${site}.scale`, 'scale');
    if (gainsOnly) continue;
    const bias = graph.input(steeringInputName(site, 'bias'), 'float32', ['rows', layers, widths[site]]);
    split(bias, 'bias');
  }
  return (site, layer, value, picked) => {
    if (!steer.includes(site)) return value;
    const ofRow = (kind: 'gain' | 'scale' | 'bias'): string => {
      const part = partName(site, kind, layer);
      return picked?.ofRow(part) ?? part;
    };
    const atTokens = (edit: string): string => {
      const strength = picked?.ofToken(STRENGTH_INPUT) ?? STRENGTH_INPUT;
      return graph.node('Mul', [edit, strength], [`${edit}_at_tokens`])[0];
    };
    let scale: string;
    if (tokenStrength) {
      [scale] = graph.node('Add', [atTokens(ofRow('gain')), 'unit_gain'], [steeringScaleName(site, layer)]);
    } else scale = ofRow('scale');
    const scaled = gainsOnly ? `${value}.steered` : `${value}.scaled_by_gain`;
    graph.node('Mul', [value, scale], [scaled]);
    if (gainsOnly) return scaled;
    const bias = tokenStrength ? atTokens(ofRow('bias')) : ofRow('bias');
    graph.node('Add', [scaled, bias], [`${value}.steered`]);
    return `${value}.steered`;
  };
}
