/**
 * One layer, up and down.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import type { DecoderConfiguration, LayerAttention } from '../build/decoder-configuration.ts';
import type { LayerWeights } from '../build/decoder-weights.ts';
import type { Linear, LinearContext } from '../build/linear.ts';
import type { Arithmetic } from './arithmetic.ts';
import {
  type AttentionOperands,
  type AttentionShape,
  reverseAttention,
  writeAttention,
} from './attention.ts';
import { reverseGate, writeGate } from './gate.ts';
import { type RmsNorm, reverseRmsNorm, writeRmsNorm } from './rms-norm.ts';
import { type RotaryRows, rotate } from './rotary.ts';

/** What a layer reads beside its input. */
export interface LayerSetting {
  readonly arithmetic: Arithmetic;
  readonly context: LinearContext;
  readonly configuration: DecoderConfiguration;
  readonly weights: LayerWeights;
  readonly attention: LayerAttention;
  readonly rotary: RotaryRows;
  readonly mask: string;
  readonly steering: LayerSteering;
}

/** The edits of a layer, x̂ = scale · x + bias; both return what they are given where a site is not steered. */
export interface LayerSteering {
  /** x̂ of x. */
  edit(site: Site, activation: string): string;
  /** ∂L/∂x of ∂L/∂x̂. */
  reverse(site: Site, gradient: string): string;
}

/** What going down needs of going up: products of matrices, and the sums that norms read. */
export interface KeptValues {
  readonly input: string;
  readonly queryKeyValue: readonly string[];
  readonly heads: string;
  readonly attentionOutput: string;
  readonly afterAttention: string;
  readonly gateUp: readonly string[];
  readonly feedForward: string;
  /** Of the layer, before an edit of it. */
  readonly output: string;
}

/** Called at each site with its activation before an edit and the gradient after it; `activation` writes the former only where it is wanted. */
export type VisitSite = (site: Site, activation: () => string, gradient: string) => void;

/** The layer from its input `[rows, tokens, hidden]`: what is kept, and what the next layer reads. */
export function writeLayer(setting: LayerSetting, input: string): { kept: KeptValues; next: string } {
  const { arithmetic, configuration, weights, mask, steering } = setting;
  const { add } = arithmetic;
  const norm = (gamma: string, x: string): string => writeRmsNorm(arithmetic, hiddenNorm(setting, gamma), x);
  const { postNorms } = weights;

  const normedInput = norm(weights.attentionNorm, input);
  const queryKeyValue = weights.queryKeyValue.map((linear) => writeProduct(setting, linear, normedInput));
  const { operands } = writeOperands(setting, queryKeyValue);
  const heads = writeAttention(arithmetic, attentionShape(configuration), { operands, mask });
  const attentionOutput = writeProduct(setting, weights.attentionOutput, steering.edit('attention', heads));
  const joining = postNorms === undefined ? attentionOutput : norm(postNorms.attention, attentionOutput);
  const afterAttention = add(input, joining);

  const normedMiddle = norm(weights.feedForwardNorm, afterAttention);
  const gateUp = weights.gateUp.map((linear) => writeProduct(setting, linear, normedMiddle));
  const inner = writeGate(arithmetic, configuration.activation, splitGateUp(setting, gateUp));
  const feedForward = writeProduct(setting, weights.down, steering.edit('ffnInner', inner));
  const edited = steering.edit('ffn', feedForward);
  const joiningToo = postNorms === undefined ? edited : norm(postNorms.feedForward, edited);
  const output = add(afterAttention, joiningToo);
  const kept = { input, queryKeyValue, heads, attentionOutput, afterAttention, gateUp, feedForward, output };
  return { kept, next: steering.edit('residual', output) };
}

/**
 * From ∂L/∂output to ∂L/∂input, with a visit of every site on the way.
 *
 * @param given.isLowest whether nothing below the attention of this layer is asked for
 * @returns ∂L/∂input; `undefined` for the lowest layer
 */
export function reverseLayer(
  setting: LayerSetting,
  given: { kept: KeptValues; gradient: string; visit: VisitSite; isLowest: boolean },
): string | undefined {
  const { arithmetic, configuration, weights, mask, steering } = setting;
  const { add } = arithmetic;
  const { visit, isLowest } = given;
  const kept = takeUp(arithmetic, given.kept, given.gradient);
  const reverseNorm = (gamma: string, x: string, ofOutput: string): string =>
    reverseRmsNorm(arithmetic, hiddenNorm(setting, gamma), { x, gradient: ofOutput });
  const { postNorms } = weights;
  visit('residual', () => kept.output, given.gradient);
  const gradient = steering.reverse('residual', given.gradient);

  const ofFeedForward =
    postNorms === undefined
      ? gradient
      : reverseNorm(postNorms.feedForward, steering.edit('ffn', kept.feedForward), gradient);
  visit('ffn', () => kept.feedForward, ofFeedForward);
  const ofInner = reverseProduct(setting, weights.down, steering.reverse('ffn', ofFeedForward));
  const gateUp = splitGateUp(setting, kept.gateUp);
  visit('ffnInner', () => writeGate(arithmetic, configuration.activation, gateUp), ofInner);
  const { gate, up } = reverseGate(arithmetic, configuration.activation, {
    ...gateUp,
    gradient: steering.reverse('ffnInner', ofInner),
  });
  const ofNormedMiddle = reverseProducts(setting, weights.gateUp, [gate, up]);
  const ofMiddle = add(gradient, reverseNorm(weights.feedForwardNorm, kept.afterAttention, ofNormedMiddle));

  const ofAttentionOutput =
    postNorms === undefined ? ofMiddle : reverseNorm(postNorms.attention, kept.attentionOutput, ofMiddle);
  const ofHeads = reverseProduct(setting, weights.attentionOutput, ofAttentionOutput);
  visit('attention', () => kept.heads, ofHeads);
  if (isLowest) return undefined;
  const { operands, reverse } = writeOperands(setting, kept.queryKeyValue);
  const ofOperands = reverseAttention(arithmetic, attentionShape(configuration), {
    operands,
    mask,
    output: kept.heads,
    gradient: steering.reverse('attention', ofHeads),
  });
  const { query, key, value } = reverse(ofOperands);
  const ofNormedInput = reverseProducts(setting, weights.queryKeyValue, [query, key, value]);
  return add(ofMiddle, reverseNorm(weights.attentionNorm, kept.input, ofNormedInput));
}

/**
 * The kept values under new names that depend on the gradient, so that nothing made from them can be computed before the
 * pass downwards has come here. A value is taken when it is first read: what nobody reads is not kept.
 */
function takeUp(
  { graph, concat, whole, reshapeTo }: Arithmetic,
  kept: KeptValues,
  gradient: string,
): KeptValues {
  const [rowsAndTokens] = graph.node('Shape', [gradient], 1, { attributes: { end: { int: 2 } } });
  const shape = concat([rowsAndTokens, whole([-1])], 0);
  const names = new Map<string, string>();
  const take = (value: string): string => {
    const known = names.get(value) ?? reshapeTo(value, shape);
    names.set(value, known);
    return known;
  };
  return {
    get input() {
      return take(kept.input);
    },
    get queryKeyValue() {
      return kept.queryKeyValue.map(take);
    },
    get heads() {
      return take(kept.heads);
    },
    get attentionOutput() {
      return take(kept.attentionOutput);
    },
    get afterAttention() {
      return take(kept.afterAttention);
    },
    get gateUp() {
      return kept.gateUp.map(take);
    },
    get feedForward() {
      return take(kept.feedForward);
    },
    get output() {
      return take(kept.output);
    },
  };
}

/** Queries and keys after head norms and rotary embedding, and how gradients go back to the products. */
function writeOperands(
  { arithmetic, context, configuration, weights, rotary }: LayerSetting,
  products: readonly string[],
): { operands: AttentionOperands; reverse(gradients: AttentionOperands): AttentionOperands } {
  const { heads, kvHeads, headSize, rotaryPairs, normEpsilon } = configuration;
  const { split, reshape } = arithmetic;
  const sizes = [heads, kvHeads, kvHeads].map((count) => count * headSize);
  const [query, key, value] = (products.length === 1 ? split(products[0]!, sizes, -1) : products) as [
    string,
    string,
    string,
  ];
  const byHead = (x: string, count: number): string => reshape(x, [0, 0, count, headSize]);
  const joined = (x: string, count: number): string => reshape(x, [0, 0, count * headSize]);
  const turned = (x: string, gamma: string | undefined, count: number) => {
    const norm = gamma && { gamma: context.weight(gamma), width: headSize, epsilon: normEpsilon };
    const normed = norm ? joined(writeRmsNorm(arithmetic, norm, byHead(x, count)), count) : x;
    return {
      output: rotate(arithmetic, rotaryPairs, { value: normed, rows: rotary }),
      reverse: (gradient: string): string => {
        const back = rotate(arithmetic, rotaryPairs, { value: gradient, rows: rotary, back: true });
        if (!norm) return back;
        const given = { x: byHead(x, count), gradient: byHead(back, count) };
        return joined(reverseRmsNorm(arithmetic, norm, given), count);
      },
    };
  };
  const queries = turned(query, weights.headNorms?.query, heads);
  const keys = turned(key, weights.headNorms?.key, kvHeads);
  return {
    operands: { query: queries.output, key: keys.output, value },
    reverse: (gradients) => ({
      query: queries.reverse(gradients.query),
      key: keys.reverse(gradients.key),
      value: gradients.value,
    }),
  };
}

function splitGateUp(
  { arithmetic, configuration }: LayerSetting,
  products: readonly string[],
): { gate: string; up: string } {
  const { inner } = configuration;
  const [gate, up] = products.length === 1 ? arithmetic.split(products[0]!, [inner, inner], -1) : products;
  return { gate: gate!, up: up! };
}

function writeProduct({ arithmetic, context }: LayerSetting, linear: Linear, x: string): string {
  const output = arithmetic.unused();
  linear.emit(context, x, output);
  return output;
}

function reverseProduct({ arithmetic, context }: LayerSetting, linear: Linear, gradient: string): string {
  const output = arithmetic.unused();
  linear.emitBackward!(context, gradient, output);
  return output;
}

/** Several products of one input, or one product of all: the gradient by that input. */
function reverseProducts(
  setting: LayerSetting,
  linears: readonly Linear[],
  gradients: readonly string[],
): string {
  const { concat, add } = setting.arithmetic;
  if (linears.length === 1) return reverseProduct(setting, linears[0]!, concat(gradients, -1));
  return linears.map((linear, at) => reverseProduct(setting, linear, gradients[at]!)).reduce(add);
}

function hiddenNorm({ context, configuration }: LayerSetting, gamma: string): RmsNorm {
  return { gamma: context.weight(gamma), width: configuration.hidden, epsilon: configuration.normEpsilon };
}

function attentionShape(configuration: DecoderConfiguration): AttentionShape {
  const { heads, kvHeads, headSize, attentionScale: scale, attentionCap: cap } = configuration;
  return { heads, kvHeads, headSize, scale, cap };
}
