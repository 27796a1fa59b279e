/**
 * Loading a model from whatever the user names.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type GainGradientSource,
  InvalidArgumentError,
  type LanguageModel,
  type ModelIdentity,
  type Progress,
  type Site,
  sha256,
  UnknownNameError,
  UnsupportedModelError,
} from '@austeer/core';
import { defaultCacheDirectory, sha256OfFile } from '@austeer/core/node';
import {
  type DecoderGraph,
  type FloatType,
  type GradientGraph,
  type GraphPurpose,
  openGguf,
  openOnnxDecoder,
  type Precision,
  prepareGguf,
  type SiteMap,
} from '@austeer/onnx';
import { checkWhole } from './call-checks.ts';
import { createDecoderModel } from './decoder-model.ts';
import { createDecoder } from './engine/decoder.ts';
import { createDifferentiator } from './engine/differentiator.ts';
import {
  checkDevice,
  DEVICES,
  type Device,
  importOnnxRuntime,
  type SessionSettings,
} from './engine/onnx-runtime.ts';
import type { ResolvedModel } from './sources/resolve-context.ts';
import { type ResolveModelOptions, resolveModel } from './sources/resolve-model.ts';
import { tokenizerFromFolder } from './tokenizer/tokenizer-from-folder.ts';
import { tokenizerFromGguf } from './tokenizer/tokenizer-from-gguf.ts';

/** How a model is loaded. */
export interface LoadModelOptions extends ResolveModelOptions {
  /**
   * For GGUF files. `fp32`: exact, for localization; `4bit`: the file's own integers with 8-bit activations,
   * for decoding in less memory; `4bit-fast`: with twice its rounding error, a fifth faster; `8bit`: weights rounded to
   * 8 bits, for reading prompts and for batches. ONNX folders compute
   * as they were exported. @default 'fp32'
   */
  readonly precision?: Precision | undefined;
  /** For ONNX folders whose structure is not understood: the sites by tensor name. @default found by structure */
  readonly siteMap?: SiteMap | undefined;
  /** Threads of the matrix products, ≥ 1. @default the machine's cores */
  readonly threads?: number | undefined;
  /** Where to compute; what the device cannot do runs on the processor. @default 'cpu' */
  readonly device?: Device | undefined;
  /** Keep memory between runs: faster, but a long text's memory is never given back. @default true */
  readonly memoryArena?: boolean | undefined;
}

/** A loaded model and how it computes. */
export interface LoadedModel extends LanguageModel, GainGradientSource {
  readonly details: ModelDetails;
}

/** What `austeer doctor` shows beside the proof. */
export interface ModelDetails {
  readonly source: ResolvedModel['source'];
  readonly format: 'gguf' | 'onnx';
  /** How the numbers are computed, in words. */
  readonly precision: string;
  readonly device: Device;
  readonly attention: 'grouped query (shared cache)' | 'plain (growing cache)';
  readonly padding: 'left' | 'right';
  readonly vocabularySize: number;
  /** What activations are computed in; captures and edits are float32 always. */
  readonly activationType: FloatType;
}

const PRECISIONS: readonly Precision[] = ['fp32', '4bit', '4bit-fast', '8bit'];

/**
 * Loads a decoder: a name of the catalogue, a hub id, a folder with an ONNX export, or a GGUF file. Weights
 * of a GGUF are made ready once and kept in the cache folder.
 *
 * @throws the errors of {@link resolveModel} when the model cannot be had.
 * @throws UnsupportedModelError when it is of a kind, architecture or tensor type that is not known.
 * @throws FileFormatError when a file is damaged.
 *
 * @example
 * ```ts
 * const model = await loadModel({ model: 'smollm2-135m' });
 * const [answer] = await model.generate([model.tokenizer!.encode('The capital of France is')], { maxNewTokens: 5 });
 * await model.dispose();
 * ```
 */
export async function loadModel(options: LoadModelOptions): Promise<LoadedModel> {
  const {
    precision = 'fp32',
    threads = availableParallelism(),
    device = 'cpu',
    memoryArena = true,
    siteMap,
    signal,
    onProgress,
  } = options;
  if (!PRECISIONS.includes(precision)) {
    throw new UnknownNameError({ kind: 'precision', given: precision, known: PRECISIONS });
  }
  if (!DEVICES.includes(device))
    throw new UnknownNameError({ kind: 'device', given: device, known: DEVICES });
  checkWhole('threads', threads, 1);
  if (device !== 'cpu') checkDevice(await importOnnxRuntime(), device);
  const resolved = await resolveModel(options);
  if (resolved.entry?.kind === 'encoder') {
    throw new UnsupportedModelError({
      what: 'Model',
      given: `${resolved.name} (a sentence encoder)`,
      supported: 'decoders',
    });
  }
  const gguf = Object.entries(resolved.files).filter(([name]) => name.toLowerCase().endsWith('.gguf'));
  const onnx = Object.keys(resolved.files).some((name) => name.toLowerCase().endsWith('.onnx'));
  const settings: SessionSettings = { threads, device, memoryArena };
  const shared = { resolved, settings, signal, onProgress };
  if (gguf.length === 1) {
    if (siteMap !== undefined) {
      throw new InvalidArgumentError({
        argument: 'siteMap',
        given: 'a map for a GGUF file',
        expected: 'none: its sites are known',
      });
    }
    const cacheDirectory = join(options.cacheDirectory ?? defaultCacheDirectory(), 'prepared');
    return loadGguf({ ...shared, path: gguf[0]![1], precision, cacheDirectory });
  }
  if (gguf.length === 0 && onnx) return loadOnnx({ ...shared, siteMap });
  throw new UnsupportedModelError({
    what: 'Model folder',
    given: resolved.directory,
    supported: 'one .gguf file, or an ONNX export',
    advice: gguf.length > 1 ? 'Name one of the .gguf files' : 'Export the model to ONNX with Optimum',
  });
}

interface LoadOptions {
  readonly resolved: ResolvedModel;
  readonly settings: SessionSettings;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

async function loadGguf(
  options: LoadOptions & { path: string; precision: Precision; cacheDirectory: string },
): Promise<LoadedModel> {
  const { resolved, path, precision, settings, cacheDirectory, signal, onProgress } = options;
  const file = await openGguf(path);
  const tokenizer = tokenizerFromGguf(file);
  const weightsSha256 = Object.values(resolved.sha256)[0] ?? (await hashFiles([path], signal));
  const prepared = await prepareGguf({
    file,
    precision,
    cacheKey: weightsSha256,
    cacheDirectory,
    signal,
    onProgress,
  });
  return assemble({
    resolved,
    settings,
    makeGraph: (purpose) => prepared.graph(purpose),
    sample: prepared.graph({ logits: true, capture: [], steer: [] }),
    ...(precision === 'fp32' && {
      makeGradientGraph: (sites: readonly Site[], steer: readonly Site[]) =>
        prepared.gradientGraph(sites, steer),
    }),
    weightsSha256,
    tokenizer,
    format: 'gguf',
    precision: prepared.description,
  });
}

async function loadOnnx(options: LoadOptions & { siteMap: SiteMap | undefined }): Promise<LoadedModel> {
  const { resolved, settings, siteMap, signal } = options;
  // A single .onnx file that was named lies alone among the files; a folder is searched for its layout.
  const files = Object.values(resolved.files);
  const path = files.length === 1 ? files[0]! : resolved.directory;
  const makeGraph = (purpose: GraphPurpose): Promise<DecoderGraph> =>
    openOnnxDecoder({ path, purpose, siteMap });
  const sample = await makeGraph({ logits: true, capture: [], steer: [] });
  const weights = files.filter((name) => /\.onnx(_data|\.data)?(_\d+)?$/i.test(name)).sort();
  return assemble({
    resolved,
    settings,
    makeGraph,
    sample,
    weightsSha256: await hashFiles(weights, signal),
    tokenizer: await tokenizerFromFolder(resolved.directory),
    format: 'onnx',
    precision: 'as exported',
  });
}

function assemble(options: {
  resolved: ResolvedModel;
  settings: SessionSettings;
  makeGraph: (purpose: GraphPurpose) => Promise<DecoderGraph> | DecoderGraph;
  makeGradientGraph?: ((sites: readonly Site[], steer: readonly Site[]) => GradientGraph) | undefined;
  sample: DecoderGraph;
  weightsSha256: string;
  tokenizer: LanguageModel['tokenizer'];
  format: ModelDetails['format'];
  precision: string;
}): LoadedModel {
  const { resolved, settings, makeGraph, makeGradientGraph, sample, weightsSha256, tokenizer } = options;
  const { format, precision } = options;
  const {
    architecture,
    layers,
    widths,
    headSize,
    contextLength,
    vocabularySize,
    padding,
    cache,
    activationType,
  } = sample;
  const identity: ModelIdentity = { name: resolved.name, architecture, layers, widths, weightsSha256 };
  const decoder = createDecoder({ makeGraph, ...settings });
  const differentiator =
    makeGradientGraph && createDifferentiator({ makeGraph: makeGradientGraph, ...settings });
  const model = createDecoderModel({
    decoder,
    differentiator,
    identity,
    headSize,
    tokenizer,
    contextLength,
    vocabularySize,
    padding,
    isProcessor: settings.device === 'cpu',
    // A graph of ours is written as it shall run; that of an export may be fused one way with steering and another without.
    isSteered: format === 'onnx',
  });
  const attention = cache === 'shared' ? 'grouped query (shared cache)' : 'plain (growing cache)';
  return {
    ...model,
    details: {
      device: settings.device,
      source: resolved.source,
      format,
      precision,
      attention,
      padding,
      vocabularySize,
      activationType,
    },
  };
}

/** One hash over the hashes of several files; of a single file, its own. */
async function hashFiles(paths: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const hashes: string[] = [];
  for (const path of paths)
    hashes.push(await sha256OfFile(path, { what: 'Model', ...(signal && { signal }) }));
  return hashes.length === 1 ? hashes[0]! : sha256(hashes.join(' '));
}
