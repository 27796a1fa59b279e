/**
 * A decoder ready to run, whatever it was made from: an overlay over somebody's ONNX files, or a graph
 * built from a GGUF. The runtime drives every decoder through this description alone.
 *
 * All graphs share one calling convention:
 *
 * - `input_ids` int64 `[rows, tokens]`; padding on the side that {@link DecoderGraph.padding} says.
 * - `attention_mask` int64 `[rows, past + tokens]`: 1 for real tokens.
 * - past keys and values, in the type that {@link DecoderGraph.cacheType} says, `[rows, kvHeads, past, headSize]`.
 * - {@link POSITIONS_INPUT} int64 `[picked, 2]`: (row, token) at which logits and captures are wanted.
 *   Only there is the language-model head computed: logits are float32 `[picked, vocabulary]`, captures float32
 *   `[picked, width]` per layer.
 * - gain and, unless the purpose has gains only, bias of each site, float32 `[rows, layers, width]`: x̂ = x ⊙ (1 + gain) + bias at every position; or,
 *   where the purpose wants {@link STRENGTH_INPUT} float32 `[rows, tokens, 1]`, x̂ = x ⊙ (1 + m · gain) + m · bias.
 *
 * @module
 */
import { InvalidArgumentError, type Site } from '@austeer/core';

/**
 * Name of the graph input that picks the (row, token) positions of logits and captures.
 *
 * @example
 * ```ts
 * POSITIONS_INPUT; // 'austeer.positions'
 * ```
 */
export const POSITIONS_INPUT = 'austeer.positions';

/**
 * Name of the graph input with the strength m of the edits at each token.
 *
 * @example
 * ```ts
 * STRENGTH_INPUT; // 'austeer.strength'
 * ```
 */
export const STRENGTH_INPUT = 'austeer.strength';

/**
 * Name of a graph output that is an empty sequence. onnxruntime-node (1.30) copies every output of a run into a new array,
 * also one that it has just written into an array it was given: the keys and values of all past tokens, at every new one. It
 * goes through them in the graph's order and throws at the first that is no tensor. This output comes first, so a run that
 * is given arrays for all others ends with that error, everything computed and nothing copied.
 *
 * @example
 * ```ts
 * END_OUTPUT; // 'austeer.end'
 * ```
 */
export const END_OUTPUT = 'austeer.end';

/** What a graph is built for. */
export interface GraphPurpose {
  /** Whether logits are wanted. Capture needs no language-model head. */
  readonly logits: boolean;
  /** Sites whose activations come out, after their edit. */
  readonly capture: readonly Site[];
  /** Sites that take gain and bias. */
  readonly steer: readonly Site[];
  /** Whether steering is by gains alone, without inputs for biases; only a graph that we write leaves them out. @default false */
  readonly gainsOnly?: boolean | undefined;
  /** Whether the edits have a strength of their own at each token; costs two more products a site. @default false */
  readonly tokenStrength?: boolean | undefined;
  /** Whether a run is given arrays for all outputs, and the graph shall have {@link END_OUTPUT}. @default false */
  readonly intoArrays?: boolean | undefined;
  /**
   * Whether the graph that we write is for a graphics card: products in an operator that it has, which costs a processor a
   * second copy of the weights. @default false
   */
  readonly forCard?: boolean | undefined;
  /** Captures end after this many layers, and what lies above is left out. Only without logits. @default all */
  readonly depth?: number | undefined;
}

/** Element type of computed numbers; float16 as the bits of each number in an unsigned 16-bit integer. */
export type FloatType = 'float32' | 'float16';

/** A decoder graph and how to call it. Bytes hold no weights: these stay in files of `dataFolder`. */
export interface DecoderGraph {
  /** The ONNX model. */
  readonly model: Uint8Array;
  /** Folder of the external weights (a real path); `undefined` when the bytes hold everything. */
  readonly dataFolder: string | undefined;
  readonly purpose: GraphPurpose;
  readonly architecture: string;
  readonly layers: number;
  /** Width of each site that was found. */
  readonly widths: Readonly<Partial<Record<Site, number>>>;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  /** Most tokens of past and new together, as the model's configuration says. */
  readonly contextLength: number;
  /** GroupQueryAttention takes padding on the right only; plain attention graphs take the left. */
  readonly padding: 'left' | 'right';
  /**
   * `shared`: keys and values live in buffers of fixed capacity that are fed and fetched as the same array
   * (GroupQueryAttention). `growing`: each run returns longer ones.
   */
  readonly cache: 'shared' | 'growing';
  readonly cacheType: FloatType;
  /** What sites are computed in. At the interface they are float32 always. */
  readonly activationType: FloatType;
  /** Nodes that a graphics card computes to other numbers: for the processor. */
  readonly processorNodes: readonly string[];
  readonly inputs: {
    readonly ids: string;
    readonly attentionMask: string | undefined;
    readonly positionIds: string | undefined;
    /** One pair of names per computed layer; empty when the graph keeps no cache. */
    readonly past: readonly { readonly key: string; readonly value: string }[];
    readonly gain: Readonly<Partial<Record<Site, string>>>;
    readonly bias: Readonly<Partial<Record<Site, string>>>;
    /** Absent where nothing is steered, or everything alike at all tokens. */
    readonly strength?: typeof STRENGTH_INPUT | undefined;
  };
  readonly outputs: {
    /** Where the purpose wants it; never in a graph with a growing cache, whose outputs have no arrays yet. */
    readonly end?: typeof END_OUTPUT | undefined;
    readonly logits: string | undefined;
    readonly present: readonly { readonly key: string; readonly value: string }[];
    /** One name per layer, up to the depth of the purpose, for each captured site. */
    readonly captures: Readonly<Partial<Record<Site, readonly string[]>>>;
  };
}

/**
 * Layers that a graph has to compute.
 *
 * @param layers layers of the model
 * @throws InvalidArgumentError when the depth is not one of them, or cuts off logits.
 */
export function computedLayers({ depth, logits }: GraphPurpose, layers: number): number {
  if (depth === undefined) return layers;
  if (Number.isInteger(depth) && depth >= 1 && depth <= layers && !(logits && depth < layers)) return depth;
  throw new InvalidArgumentError({
    argument: 'purpose.depth',
    given: depth,
    expected: logits ? `${layers}, because logits need every layer` : `a whole number from 1 to ${layers}`,
  });
}
