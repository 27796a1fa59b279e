/**
 * Adding steering inputs and taps to a parsed decoder graph, and cutting away what is then not needed.
 *
 * @module
 */

import type { Site } from '@austeer/core';
import { create } from '@bufbuild/protobuf';
import { type GraphProto, type NodeProto, NodeProtoSchema, TensorProto_DataType } from 'onnx-buf';
import { END_OUTPUT, POSITIONS_INPUT, STRENGTH_INPUT } from '../decoder-graph.ts';
import { type AttributeValue, attributeProto } from '../model-file/attributes.ts';
import { namesRead } from '../model-file/graph-index.ts';
import { inlineTensorProto, sequenceValueInfo, tensorValueInfo } from '../model-file/graph-writer.ts';
import { splitLayers } from '../model-file/split-layers.ts';
import type { SiteLocation } from '../sites/find-sites.ts';

/** A site to edit or read. */
export interface EditedSite {
  readonly site: Site;
  readonly width: number;
  readonly locations: readonly SiteLocation[];
  /** Whether the values are float16. Gain, bias and captures are float32 all the same. */
  readonly isHalf: boolean;
}

/** Edits a parsed graph in place; for graphs that this package has parsed for itself. */
export interface GraphEditor {
  /** x̂ = x ⊙ (1 + gain) + bias at every layer of the site, with `tokenStrength` m · gain and m · bias. */
  steer(site: EditedSite, options: { tokenStrength: boolean }): { gain: string; bias: string };
  /** The same with constants at one layer; what is `undefined` is left out. New names begin with the prefix. */
  steerByConstants(
    site: EditedSite,
    layer: number,
    values: { gain: Float32Array | undefined; bias: Float32Array | undefined; prefix: string },
  ): void;
  /** Outputs `[picked, width]`, one per layer, taken after the edits so far. */
  capture(site: EditedSite): string[];
  /** Makes the language-model head compute only the picked positions. */
  pickLogits(options: {
    logits: string;
    head: NodeProto | undefined;
    vocabularySize: number;
    isHalf: boolean;
  }): void;
  /** All values that `names` are computed from, inputs included. */
  readsOf(names: readonly string[]): ReadonlySet<string>;
  /** Makes {@link END_OUTPUT} the first output. */
  beginOutputsWithEnd(): void;
  /** Drops outputs other than `names`, and all nodes, weights and inputs that these do not need. */
  keepOnly(names: readonly string[]): void;
}

const ONE = 'austeer.one';
/** Operators that move numbers and compute none. */
const MOVES = new Set(['Reshape', 'Transpose']);

/** Starts editing. Call `steer` for all sites first: captures are taken after the edits so far. */
export function createGraphEditor(graph: GraphProto): GraphEditor {
  const add = (
    opType: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string => {
    graph.node.push(
      create(NodeProtoSchema, {
        name: `austeer.node.${output[0]}`,
        opType,
        input: [...input],
        output: [...output],
        attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
      }),
    );
    return output[0]!;
  };
  /** Newest form of each value that was edited. */
  const edited = new Map<string, string>();
  const rename = (from: string, to: string, readers: readonly NodeProto[]): void => {
    for (const node of readers) {
      node.input.forEach((name, at) => {
        if (name === from) node.input[at] = to;
      });
    }
    edited.set(from, to);
  };
  /** The value at a location, after the edits so far. */
  const valueAt = (location: SiteLocation): string => {
    if (location.kind === 'value') return edited.get(location.tensor) ?? location.tensor;
    // The last layer's skip node has no output for the sum: exporters leave it out where nothing reads it.
    const { node } = location;
    while (node.output.length < 4) node.output.push('');
    node.output[3] ||= `austeer.sum.${node.output[0]}`;
    return node.output[3];
  };

  const toFloat = (name: string, isHalf: boolean): string =>
    isHalf ? add('Cast', [name], [`${name}.float`], { to: { int: TensorProto_DataType.FLOAT } }) : name;
  const toHalf = (name: string, isHalf: boolean): string =>
    isHalf ? add('Cast', [name], [`${name}.half`], { to: { int: TensorProto_DataType.FLOAT16 } }) : name;

  const steerSum = (node: NodeProto, gain: string, bias: string, prefix: string): void => {
    // Rewiring the readers of the sum would leave the normalized output unedited. So what the edit adds,
    // g·(a + b) + bias, goes into operand b: zero stays zero, and the fused node stays as it is.
    let change = bias;
    if (gain !== '') {
      const sum = add('Add', node.input.slice(0, 2), [`${prefix}.before`]);
      change = add('Mul', [sum, gain], [`${prefix}.scaled`]);
      if (bias !== '') change = add('Add', [change, bias], [`${prefix}.change`]);
    }
    node.input[1] = add('Add', [node.input[1]!, change], [`${prefix}.edited`]);
  };

  /**
   * Writes the edit of one layer; `gain` is read where the site is a sum, `factor` where it is a value. What is empty
   * is left out.
   */
  const editAt = (
    location: SiteLocation,
    edit: { gain: string; factor: string; addend: string; isHalf: boolean; prefix: string },
  ): void => {
    const { gain, factor, addend, isHalf, prefix } = edit;
    if (location.kind === 'skipSum') {
      const half = (part: string): string => (part === '' ? '' : toHalf(part, isHalf));
      steerSum(location.node, half(gain), half(addend), prefix);
      return;
    }
    // ONNX Runtime computes float16 in float32 where it has no kernel, and then rounds only between operators
    // one of which moves numbers. The edit rounds where the plain graph does.
    const isMoved = graph.node.some(
      ({ opType, output }) => MOVES.has(opType) && output[0] === location.tensor,
    );
    const typed = (part: string): string => toHalf(part, isHalf && !isMoved);
    const readers = [...graph.node];
    const current = valueAt(location);
    const value = toFloat(current, isHalf && isMoved);
    const scaled = factor === '' ? value : add('Mul', [value, typed(factor)], [`${prefix}.scaled`]);
    const shifted = addend === '' ? scaled : add('Add', [scaled, typed(addend)], [`${prefix}.edited`]);
    const result = toHalf(shifted, isHalf && isMoved);
    rename(current, result, readers);
    edited.set(location.tensor, result);
  };

  const positions = (): string => {
    if (!graph.input.some(({ name }) => name === POSITIONS_INPUT)) {
      graph.input.push(tensorValueInfo(POSITIONS_INPUT, 'int64', ['picked', 2]));
    }
    return POSITIONS_INPUT;
  };

  /** Nodes and values that some values are computed from. */
  const needs = (values: readonly string[]): { nodes: Set<NodeProto>; names: Set<string> } => {
    const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
    const names = new Set(values);
    const nodes = new Set<NodeProto>();
    for (const name of names) {
      const node = makers.get(name);
      if (node === undefined || nodes.has(node)) continue;
      nodes.add(node);
      for (const read of namesRead(node)) names.add(read);
    }
    return { nodes, names };
  };

  const strength = (): string => {
    if (!graph.input.some(({ name }) => name === STRENGTH_INPUT)) {
      graph.input.push(tensorValueInfo(STRENGTH_INPUT, 'float32', ['rows', 'tokens', 1]));
    }
    return STRENGTH_INPUT;
  };

  return {
    steer({ site, width, locations, isHalf }, { tokenStrength }) {
      const layers = locations.length;
      const gain = `austeer.gain.${site}`;
      const bias = `austeer.bias.${site}`;
      for (const name of [gain, bias])
        graph.input.push(tensorValueInfo(name, 'float32', ['rows', layers, width]));
      if (!graph.initializer.some(({ name }) => name === ONE)) {
        graph.initializer.push(inlineTensorProto(ONE, 'float32', [], Float32Array.of(1)));
      }
      const split = (name: string): string[] => {
        const parts = locations.map((_, layer) => `${name}.${layer}`);
        splitLayers(name, parts, (whole, outputs, sizes) => {
          const numbers = BigInt64Array.from(sizes, BigInt);
          graph.initializer.push(inlineTensorProto(`${whole}.sizes`, 'int64', [sizes.length], numbers));
          add('Split', [whole, `${whole}.sizes`], outputs, { axis: { int: 1 } });
        });
        return parts;
      };
      // Once per site where nothing changes from token to token, else once per layer and token.
      const atTokens = (parts: readonly string[]): readonly string[] =>
        tokenStrength ? parts.map((part) => add('Mul', [part, strength()], [`${part}.at`])) : parts;
      const hasSums = locations.some(({ kind }) => kind === 'skipSum');
      const hasValues = locations.some(({ kind }) => kind === 'value');
      const addends = atTokens(split(bias));
      const gains = hasSums || tokenStrength ? atTokens(split(gain)) : [];
      const factors = tokenStrength
        ? gains.map((part) => add('Add', [part, ONE], [`${part}.factor`]))
        : hasValues
          ? split(add('Add', [gain, ONE], [`austeer.factor.${site}`]))
          : [];
      locations.forEach((location, layer) => {
        const [gain, factor, addend] = [gains[layer] ?? '', factors[layer] ?? '', addends[layer]!];
        editAt(location, { gain, factor, addend, isHalf, prefix: `austeer.${site}.${layer}` });
      });
      return { gain, bias };
    },
    steerByConstants({ width, locations, isHalf }, layer, { gain, bias, prefix }) {
      const constant = (name: string, numbers: Float32Array | undefined): string => {
        if (numbers === undefined) return '';
        graph.initializer.push(inlineTensorProto(`${prefix}.${name}`, 'float32', [width], numbers));
        return `${prefix}.${name}`;
      };
      const location = locations[layer]!;
      const isSum = location.kind === 'skipSum';
      editAt(location, {
        gain: isSum ? constant('gain', gain) : '',
        factor: isSum
          ? ''
          : constant(
              'factor',
              gain?.map((value) => 1 + value),
            ),
        addend: constant('addend', bias),
        isHalf,
        prefix,
      });
    },
    capture({ site, width, locations, isHalf }) {
      return locations.map((location, layer) => {
        const picked = `austeer.capture.${site}.${layer}`;
        const name = add('GatherND', [toFloat(valueAt(location), isHalf), positions()], [picked]);
        graph.output.push(tensorValueInfo(name, 'float32', ['picked', width]));
        return name;
      });
    },
    pickLogits({ logits, head, vocabularySize, isHalf }) {
      const made = 'austeer.logits.made';
      if (head !== undefined) {
        head.input[0] = add('GatherND', [head.input[0]!, positions()], ['austeer.picked.hidden']);
      }
      if (head === undefined || isHalf) {
        for (const node of graph.node) {
          node.output.forEach((name, at) => {
            if (name === logits) node.output[at] = made;
          });
        }
        const picked = head === undefined ? add('GatherND', [made, positions()], [`${made}.picked`]) : made;
        // The output keeps its name, in float32.
        if (isHalf) add('Cast', [picked], [logits], { to: { int: TensorProto_DataType.FLOAT } });
        else add('Identity', [picked], [logits]);
      }
      const at = graph.output.findIndex(({ name }) => name === logits);
      graph.output[at] = tensorValueInfo(logits, 'float32', ['picked', vocabularySize]);
    },

    readsOf: (names) => needs(names).names,

    beginOutputsWithEnd() {
      add('SequenceEmpty', [], [END_OUTPUT]);
      graph.output.unshift(sequenceValueInfo(END_OUTPUT, 'float32'));
    },

    keepOnly(names) {
      graph.output = graph.output.filter(({ name }) => names.includes(name));
      const needed = needs(names);
      graph.node = graph.node.filter((node) => needed.nodes.has(node));
      graph.input = graph.input.filter(({ name }) => needed.names.has(name));
      graph.initializer = graph.initializer.filter(({ name }) => needed.names.has(name));
      // Shapes noted for the old graph may be wrong now, and ORT works them out anew.
      graph.valueInfo = [];
      graph.quantizationAnnotation = [];
    },
  };
}
