/**
 * The gradient of a margin by the gain of every unit, as one ONNX graph over the weights that the decoder reads.
 *
 * A gain g scales a unit at every token of a row, x̂ = (1 + g) x, so that
 *
 *     ∂margin/∂g = Σ over tokens of x · ∂margin/∂x̂,
 *
 * at g = 0 or wherever steering has brought it. Everything follows from ∂margin/∂x̂ at the sites: the graph runs the layers up, the margin, and the layers down again.
 * Weights are constants, so a matrix is met twice, as Wᵀ going up and as W going down, and no gradient of a weight
 * is ever made. That costs about twice a forward pass.
 *
 * **Going up**, a layer keeps what matrix products made, and its input; it forgets norms, rotary embedding, attention
 * probabilities and the gate, which are cheap to make again and many times larger. **Going down** starts by making them
 * again. Kept values are taken up through a shape that depends on the gradient, or ONNX Runtime could make the
 * probabilities of all layers before it needs the first.
 *
 * **A row is one item.** Its tokens are the prompt, then the answers beside each other: each answer is a branch that sees
 * the prompt and itself, at the positions that follow the prompt. So the prompt is computed once, and the sum over tokens
 * is the item's own. Rows are padded on the right, where nobody looks: pads get no gradient, so rows do not need to know
 * of each other.
 *
 * @module
 */
import { InvalidArgumentError, type Site } from '@austeer/core';
import { blockSumWriter } from '../build/block-sums.ts';
import type { DecoderConfiguration, RotarySettings } from '../build/decoder-configuration.ts';
import type { DecoderWeights } from '../build/decoder-weights.ts';
import { planeWriter } from '../build/integer-planes.ts';
import type { LinearContext } from '../build/linear.ts';
import { rotaryNames } from '../build/rotary-tables.ts';
import { steeringInputName, steeringScaleName, writeSteeringInputs } from '../build/steering-inputs.ts';
import { writeEmbedding } from '../build/write-embedding.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';
import { createArithmetic } from './arithmetic.ts';
import { type KeptValues, type LayerSetting, type LayerSteering, reverseLayer, writeLayer } from './layer.ts';
import { MARGIN_INPUTS, writeMargin, writeMarginInputs } from './margin.ts';
import { type RotaryRows, writeRotaryRows } from './rotary.ts';
import { createMasks } from './visibility.ts';

/**
 * A graph that differentiates margins. Beside the inputs of {@link MARGIN_INPUTS} it takes, int64 `[rows, tokens]`,
 *
 * - `input_ids`, padded on the right
 * - `positions` of the tokens, from 0; those of every branch go on from the prompt's last
 * - `branches`: 0 for the prompt, another number for each answer
 *
 * and for each steered site gain and bias, float32 `[rows, layers, width]`.
 */
export interface GradientGraph {
  /** The ONNX model. */
  readonly model: Uint8Array;
  /** Folder of the external weights. */
  readonly dataFolder: string;
  readonly layers: number;
  readonly inputs: typeof GRADIENT_INPUTS;
  /** Of each steered site, the names of its gain and its bias. */
  readonly steering: Readonly<Partial<Record<Site, { readonly gain: string; readonly bias: string }>>>;
  readonly outputs: {
    /** float32 `[rows, 1]` */
    readonly margin: string;
    /** float32 `[rows, layers, width]` of each site that was asked for. */
    readonly gradients: Readonly<Partial<Record<Site, string>>>;
  };
}

/** Names of a gradient graph's inputs. */
const GRADIENT_INPUTS = {
  ids: 'input_ids',
  positions: 'positions',
  branches: 'branches',
  ...MARGIN_INPUTS,
} as const;

/** Writes the graph. The linear maps must be of floats. */
export function writeGradientGraph(options: {
  configuration: DecoderConfiguration;
  weights: DecoderWeights;
  sites: readonly Site[];
  steer: readonly Site[];
  graph: GraphWriter;
  weight: LinearContext['weight'];
  dataFolder: string;
}): GradientGraph {
  const { configuration, weights, sites, steer, graph, weight, dataFolder } = options;
  const { layers, hidden, inner, heads, headSize, normEpsilon } = configuration;
  if (sites.length === 0) {
    throw new InvalidArgumentError({ argument: 'sites', given: sites, expected: 'at least one' });
  }
  const context: LinearContext = {
    graph,
    weight,
    blockSums: blockSumWriter(graph),
    planes: planeWriter(graph),
    forCard: false,
  };
  const arithmetic = createArithmetic(graph);
  const { ids, positions, branches } = GRADIENT_INPUTS;
  for (const input of [ids, positions, branches]) graph.input(input, 'int64', ['rows', 'tokens']);
  writeMarginInputs(arithmetic);

  const widths = { attention: heads * headSize, ffn: hidden, ffnInner: inner, residual: hidden };
  const edit = writeSteeringInputs(graph, { logits: true, capture: [], steer }, layers, widths);
  const steeringOf = (layer: number): LayerSteering => ({
    edit: (site, activation) => edit(site, layer, activation),
    reverse: (site, gradient) =>
      steer.includes(site) ? arithmetic.multiply(gradient, steeringScaleName(site, layer)) : gradient,
  });

  const maskOf = createMasks(arithmetic, { positions, branches });
  const rotaryRows = new Map<string, RotaryRows>();
  const rotaryOf = (settings: RotarySettings): RotaryRows => {
    const names = rotaryNames(settings);
    const rows =
      rotaryRows.get(names.cos) ??
      writeRotaryRows(arithmetic, { positions, cos: weight(names.cos), sin: weight(names.sin) });
    rotaryRows.set(names.cos, rows);
    return rows;
  };
  const settings = weights.layers.map((layerWeights, layer): LayerSetting => {
    const attention = configuration.attention[layer]!;
    const [rotary, mask] = [rotaryOf(attention.rotary), maskOf(attention.window)];
    const steering = steeringOf(layer);
    return { arithmetic, context, configuration, weights: layerWeights, attention, rotary, mask, steering };
  });

  const kept: KeptValues[] = [];
  let residual = writeEmbedding(context, configuration, weights);
  for (const setting of settings) {
    const layer = writeLayer(setting, residual);
    kept.push(layer.kept);
    residual = layer.next;
  }

  const norm = { gamma: weight(weights.outputNorm), width: hidden, epsilon: normEpsilon };
  const head = { norm, linear: weights.head, cap: configuration.logitCap };
  const { margin, gradient: ofResidual } = writeMargin(arithmetic, context, { head, residual });

  /** By site, from the last layer to the first: Σ over tokens, `[rows, 1, width]`. */
  const sums = new Map<Site, string[]>(sites.map((site) => [site, []]));
  let gradient: string | undefined = ofResidual;
  for (let layer = layers - 1; layer >= 0; layer--) {
    gradient = reverseLayer(settings[layer]!, {
      kept: kept[layer]!,
      gradient: gradient!,
      isLowest: layer === 0,
      visit: (site, activation, ofActivation) =>
        sums.get(site)?.push(arithmetic.sum(arithmetic.multiply(activation(), ofActivation), 1)),
    });
  }

  graph.node('Identity', [margin], ['margin']);
  graph.output('margin', 'float32', ['rows', 1]);
  const gradients: Partial<Record<Site, string>> = {};
  for (const [site, ofLayers] of sums) {
    const name = `gradient.${site}`;
    graph.node('Concat', ofLayers.reverse(), [name], { attributes: { axis: { int: 1 } } });
    graph.output(name, 'float32', ['rows', layers, 'width']);
    gradients[site] = name;
  }
  const model = graph.toBytes();
  const steering = steer.map((site) => [
    site,
    { gain: steeringInputName(site, 'gain'), bias: steeringInputName(site, 'bias') },
  ]);
  return {
    ...{ model, dataFolder, layers, inputs: GRADIENT_INPUTS },
    steering: Object.fromEntries(steering),
    outputs: { margin: 'margin', gradients },
  };
}
