/**
 * Somebody's ONNX decoder, made steerable: a small graph over the weights where they lie. The user's files are
 * read and never written.
 *
 * @module
 */
import { InvalidArgumentError, SITES, type Site, UnsupportedModelError } from '@austeer/core';
import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import {
  computedLayers,
  type DecoderGraph,
  END_OUTPUT,
  type GraphPurpose,
  STRENGTH_INPUT,
} from '../decoder-graph.ts';
import { referToWeights } from '../model-file/external-weights.ts';
import type { GraphIndex } from '../model-file/graph-index.ts';
import { MICROSOFT_DOMAIN } from '../model-file/graph-writer.ts';
import { processorNodesOf } from '../model-file/processor-nodes.ts';
import type { DecoderPorts } from './decoder-ports.ts';
import { createGraphEditor, type EditedSite } from './graph-editor.ts';
import { findLanguageModelHead } from './language-model-head.ts';
import { inOrder, isHalfSite, offeredSite, readDecoder } from './read-decoder.ts';
import type { SiteMap } from './site-map.ts';

/** Initializers need not be inputs since IR version 4; 8 is what opset 13 to 18 exports carry. */
const LOWEST_IR_VERSION = 8n;

/** Options of {@link openOnnxDecoder}. */
export interface OpenOnnxDecoderOptions {
  /**
   * Folder with `config.json` (or `genai_config.json`) and `onnx/model.onnx` or `model.onnx`, or one `.onnx`
   * file of such a folder.
   */
  readonly path: string;
  /** What the graph is for; what that does not need is left out. */
  readonly purpose: GraphPurpose;
  /** @default {} */
  readonly siteMap?: SiteMap | undefined;
}

/**
 * Opens an ONNX export of a decoder with steering inputs and taps where the purpose asks for them. Understood
 * are Optimum's `text-generation-with-past` exports (and others in plain operators) and onnxruntime-genai's
 * with GroupQueryAttention, activations and cache in float32 or float16 (edits, captures and logits are float32
 * at the interface), weights of any kind. Sites are found by
 * structure; `ffnInner` and `residual` are offered where all layers have them.
 *
 * Load the result with `InferenceSession.create(model, { extra: { session: {
 * model_external_initializers_file_folder_path: dataFolder } } })`.
 *
 * @throws FileMissingError, FileFormatError for missing, truncated and foreign files.
 * @throws UnsupportedModelError naming the node or input that is not understood.
 * @throws InvalidArgumentError for a purpose that asks for nothing, or for a site that the model lacks.
 *
 * @example
 * ```ts
 * const decoder = await openOnnxDecoder({
 *   path: 'models/SmolLM2-135M',
 *   purpose: { logits: true, capture: [], steer: ['attention', 'ffn'] },
 * });
 * decoder.widths; // { attention: 576, ffn: 576, … }
 * ```
 */
export async function openOnnxDecoder(options: OpenOnnxDecoderOptions): Promise<DecoderGraph> {
  const { path, purpose, siteMap = {} } = options;
  if (!purpose.logits && purpose.capture.length === 0) {
    throw new InvalidArgumentError({
      argument: 'purpose',
      given: purpose,
      expected: 'logits, or at least one site to capture',
    });
  }
  const { file, ports, index, sites, config } = await readDecoder({
    path,
    siteMap,
    wanted: [...purpose.capture, ...purpose.steer],
  });
  const layers = ports.past.length;
  const depth = computedLayers(purpose, layers);
  const { model, graph } = file;
  const activationType = isHalfSite(index, sites.ffn?.locations ?? []) ? 'float16' : 'float32';
  const editor = createGraphEditor(graph);
  const editedSite = (site: Site): EditedSite => {
    const offered = offeredSite(sites, site);
    return { site, ...offered, isHalf: isHalfSite(index, offered.locations) };
  };

  const head = findLanguageModelHead(index, ports.logits);
  const vocabularySize = ports.vocabularySize ?? head?.outWidth ?? config.vocabularySize;
  const kvHeads = ports.kvHeads ?? config.kvHeads;
  const headSize = ports.headSize ?? config.headSize;
  if (vocabularySize === undefined || kvHeads === undefined || headSize === undefined) {
    throw new UnsupportedModelError({
      what: 'A decoder graph',
      given: 'whose vocabulary, head count or head size is stated nowhere',
      supported: 'sizes fixed in the graph, or vocab_size, num_key_value_heads and head_dim in config.json',
    });
  }

  const gain: Partial<Record<Site, string>> = {};
  const bias: Partial<Record<Site, string>> = {};
  // Types are read before the first edit. Values before sums: a sum is edited at the operand its node then reads.
  const steered = inOrder(purpose.steer).map(editedSite);
  const captured = inOrder(purpose.capture).map(editedSite);
  for (const site of steered) {
    const names = editor.steer(site, { tokenStrength: purpose.tokenStrength ?? false });
    gain[site.site] = names.gain;
    bias[site.site] = names.bias;
  }
  const captures: Partial<Record<Site, readonly string[]>> = {};
  for (const site of captured) captures[site.site] = editor.capture(site).slice(0, depth);
  if (purpose.logits)
    editor.pickLogits({
      logits: ports.logits,
      head: head?.node,
      vocabularySize,
      isHalf: ports.hasHalfLogits,
    });

  const wanted = [...(purpose.logits ? [ports.logits] : []), ...Object.values(captures).flat()];
  // Some exports read the number of past tokens off the last layer's cache: then every layer is kept.
  const reads = editor.readsOf(wanted);
  const isShort = !ports.past.slice(depth).some(({ key, value }) => reads.has(key) || reads.has(value));
  const past = isShort ? ports.past.slice(0, depth) : ports.past;
  const present = ports.present.slice(0, past.length);
  editor.keepOnly([...wanted, ...present.flatMap(({ key, value }) => [key, value])]);
  const isShared = isGrouped(index, ports);
  const hasEnd = isShared && purpose.intoArrays === true;
  if (hasEnd) editor.beginOutputsWithEnd();
  const processorNodes = processorNodesOf(graph.node);
  const { dataFolder, initializers } = await referToWeights(file, graph.initializer);
  graph.initializer = [...initializers];
  if (model.irVersion < LOWEST_IR_VERSION) model.irVersion = LOWEST_IR_VERSION;

  const left = new Set(graph.input.map(({ name }) => name));
  const kept = (name: string | undefined): string | undefined =>
    name !== undefined && left.has(name) ? name : undefined;
  return {
    model: toBinary(ModelProtoSchema, model),
    dataFolder,
    purpose,
    architecture: config.architecture,
    layers,
    widths: Object.fromEntries(
      SITES.flatMap((site) => (sites[site] === undefined ? [] : [[site, sites[site].width]])),
    ),
    kvHeads,
    headSize,
    vocabularySize,
    contextLength: config.contextLength,
    ...(isShared
      ? { padding: 'right' as const, cache: 'shared' as const }
      : { padding: 'left' as const, cache: 'growing' as const }),
    cacheType: ports.cacheType,
    activationType,
    processorNodes,
    inputs: {
      ids: ports.ids,
      attentionMask: kept(ports.attentionMask),
      positionIds: kept(ports.positionIds),
      past,
      gain,
      bias,
      ...(kept(STRENGTH_INPUT) && { strength: STRENGTH_INPUT }),
    },
    outputs: {
      ...(hasEnd && { end: END_OUTPUT }),
      logits: purpose.logits ? ports.logits : undefined,
      present,
      captures,
    },
  };
}

/** What an export is and where its sites were found. */
export interface OnnxDecoderDescription {
  /** The `.onnx` file, symbolic links followed. */
  readonly modelPath: string;
  readonly architecture: string;
  /** Program that wrote the graph and its version, as the file says. */
  readonly exporter: string;
  readonly opset: number;
  readonly layers: number;
  /** Operator that computes attention. */
  readonly attention: 'GroupQueryAttention' | 'plain';
  /** Width and one place per layer: a tensor name, or the node whose sum is the site. */
  readonly sites: Readonly<
    Partial<Record<Site, { readonly width: number; readonly places: readonly string[] }>>
  >;
}

/**
 * Tells what an ONNX export is and where its sites are, without building anything.
 *
 * @throws as {@link openOnnxDecoder}.
 *
 * @example
 * ```ts
 * const { sites } = await describeOnnxDecoder({ path: 'models/SmolLM2-135M' });
 * console.log(sites.ffn?.places);
 * ```
 */
export async function describeOnnxDecoder(
  options: Pick<OpenOnnxDecoderOptions, 'path' | 'siteMap'>,
): Promise<OnnxDecoderDescription> {
  const { path, siteMap = {} } = options;
  const { file, ports, index, sites, config, opset } = await readDecoder({
    path,
    siteMap,
    wanted: SITES.filter((site) => siteMap[site] !== undefined),
  });
  return {
    modelPath: file.path,
    architecture: config.architecture,
    exporter: `${file.model.producerName} ${file.model.producerVersion}`.trim() || 'unknown',
    opset,
    layers: ports.past.length,
    attention: isGrouped(index, ports) ? 'GroupQueryAttention' : 'plain',
    sites: Object.fromEntries(
      SITES.flatMap((site) => {
        const found = sites[site];
        if (found === undefined) return [];
        const places = found.locations.map((location) =>
          location.kind === 'value'
            ? location.tensor
            : ((location.node.name || location.node.output[0]) ?? ''),
        );
        return [[site, { width: found.width, places }]];
      }),
    ),
  };
}

function isGrouped(index: GraphIndex, ports: DecoderPorts): boolean {
  const node = index.producer(ports.present[0]!.value);
  return node?.opType === 'GroupQueryAttention' && node.domain === MICROSOFT_DOMAIN;
}
