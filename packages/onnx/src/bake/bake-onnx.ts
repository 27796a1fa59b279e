/**
 * Writing a steered copy of an ONNX export: a folder like the one it was made of. Gains go into the weights where
 * these lie free (`ffn` into the outputs of the down projection, `attention` and `ffnInner` into the inputs of the
 * layer that reads them), and otherwise, like all biases, into operators with constants.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { InvalidArgumentError, type Progress, type Site, type SteeringValues } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataType,
} from 'onnx-buf';
import { floatToHalf, halfAt } from '../gguf/half-precision.ts';
import { elementTypeName } from '../model-file/element-types.ts';
import { dataFiles, readWeight } from '../model-file/external-weights.ts';
import { type GraphIndex, namesRead } from '../model-file/graph-index.ts';
import type { OnnxModelFile } from '../model-file/read-onnx-model.ts';
import { createGraphEditor } from '../overlay/graph-editor.ts';
import { inOrder, isHalfSite, offeredSite, readDecoder } from '../overlay/read-decoder.ts';
import type { SiteMap } from '../overlay/site-map.ts';
import { type BakedChange, createErrorMeter } from './baked-change.ts';
import { inputWeights, outputWeights, type ScaledTensor } from './linear-weights.ts';

/** What belongs to a model beside its graph: configuration, tokenizer, template, words. */
const COMPANIONS = /\.(json|txt|model|jinja|md)$|^LICEN[CS]E/i;

/** Key of the note in the metadata, and beginning of all new names. A copy of a copy numbers its own. */
const NOTE_KEY = 'austeer.baked';

/** What happened to an export. */
export interface BakedOnnx {
  /** The `.onnx` file of the copy. */
  readonly modelPath: string;
  readonly changes: readonly BakedChange[];
}

/**
 * Writes the steered copy, with configuration and tokenizer beside it. The source is read and never written; the copy
 * appears whole or not at all.
 *
 * @param options.path folder of the export, or one `.onnx` file of it
 * @param options.steering values that steer every position alike
 * @param options.folder where the copy goes: new or empty
 * @param options.note text in the model's metadata under `austeer.baked`: what the copy was made of
 * @throws the errors of {@link openOnnxDecoder} for an export that is not understood.
 * @throws InvalidArgumentError for steering with strengths of its own at each token, of other sizes than the model's,
 *   or beyond the numbers that a weight's type can hold; for a folder that is not empty.
 *
 * @example
 * ```ts
 * declare const steering: SteeringValues;
 * const { changes } = await bakeOnnx({ path: 'models/my-export', steering, folder: 'models/steered' });
 * changes.filter(({ change }) => change === 'operator').length; // edits that weights could not hold
 * ```
 */
export async function bakeOnnx(options: {
  path: string;
  steering: SteeringValues;
  folder: string;
  siteMap?: SiteMap | undefined;
  note?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<BakedOnnx> {
  const { path, steering, folder, siteMap = {}, note = '', signal, onProgress } = options;
  if (steering.tokenStrength !== undefined) {
    throw new InvalidArgumentError({
      argument: 'steering',
      given: 'a rule or schedule of its own',
      expected: 'the same strength at every position, because weights know no positions',
      advice: 'Give the plan the positions "all" and the schedule "constant", or steer at run time',
    });
  }
  const existing = await readdir(folder).catch(() => []);
  if (existing.length > 0) {
    throw new InvalidArgumentError({
      argument: 'folder',
      given: folder,
      expected: 'a folder that is new or empty',
    });
  }
  const wanted = inOrder(Object.keys(steering.sites) as Site[]);
  const { modelPath, file, ports, index, sites } = await readDecoder({ path, siteMap, wanted });
  const { graph, model } = file;
  const layers = ports.past.length;
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const patches = new Map<TensorProto, Patch>();
  const changes: BakedChange[] = [];
  const operators: (() => void)[] = [];
  const editor = createGraphEditor(graph);
  const round = model.metadataProps.filter(({ key }) => key.startsWith(NOTE_KEY)).length + 1;

  // Weights first: where they lie is read off the graph before the first operator goes into it.
  for (const site of wanted) {
    const offered = offeredSite(sites, site);
    const edited = { site, ...offered, isHalf: isHalfSite(index, offered.locations) };
    checkSize(steering, site, { layers, width: offered.width });
    for (let layer = 0; layer < layers; layer++) {
      signal?.throwIfAborted();
      const gain = layerOf(steering, site, 'gain', layer);
      const bias = layerOf(steering, site, 'bias', layer);
      if (gain === undefined && bias === undefined) continue;
      // A bias of what a layer reads would be scaled with the columns: then an operator does both.
      const isFree = site === 'ffn' || bias === undefined;
      const weights =
        gain && isFree ? weightsBehind(index, tensors, site, offered.locations[layer]!) : undefined;
      if (gain !== undefined && weights !== undefined) {
        const factors = gain.map((value) => 1 + value);
        for (const weight of weights) {
          const patch = await scaleTensor(file, weight, factors, patches.get(weight.tensor));
          patches.set(weight.tensor, patch);
          const type = elementTypeName(patch.tensor.dataType) ?? 'unknown';
          const change = site === 'ffn' ? 'rows' : 'columns';
          changes.push({ name: patch.tensor.name, change, types: [type, type], error: patch.error });
        }
      }
      const values = { gain: weights === undefined ? gain : undefined, bias };
      if (values.gain === undefined && values.bias === undefined) continue;
      const type = edited.isHalf ? 'float16' : 'float32';
      const change = values.gain === undefined ? 'bias' : 'operator';
      changes.push({ name: `${site} of layer ${layer}`, change, types: [type, type], error: 0 });
      const prefix = `${NOTE_KEY}.${round}.${site}.${layer}`;
      operators.push(() => editor.steerByConstants(edited, layer, { ...values, prefix }));
    }
    onProgress?.({ stage: 'bake', done: wanted.indexOf(site) + 1, total: wanted.length });
  }
  for (const write of operators) write();
  for (const { tensor, bytes, place } of patches.values()) {
    if (place !== undefined) continue;
    tensor.rawData = bytes;
    tensor.floatData = [];
  }
  sortNodes(graph);
  const key = round === 1 ? NOTE_KEY : `${NOTE_KEY}.${round}`;
  model.metadataProps.push(create(StringStringEntryProtoSchema, { key, value: note }));

  const root = path.endsWith('.onnx') ? await rootOf(modelPath) : path;
  const within = relative(root, modelPath);
  const temporary = `${folder.replace(/\/+$/, '')}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(join(temporary, within)), { recursive: true });
    for (const { name } of (await readdir(root, { withFileTypes: true })).filter(
      (entry) => !entry.isDirectory(),
    )) {
      if (COMPANIONS.test(name)) await copyFile(join(root, name), join(temporary, name));
    }
    for (const [location, source] of await dataFiles(file, graph.initializer)) {
      signal?.throwIfAborted();
      const target = join(temporary, dirname(within), location);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(source, target);
      await patchFile(target, [...patches.values()], location);
    }
    await writeFileAtomic(join(temporary, within), toBinary(ModelProtoSchema, model));
    // An empty folder of that name was allowed; a rename replaces it on some systems only.
    await rmdir(folder).catch(() => undefined);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return { modelPath: join(folder, within), changes };
}

/** New bytes of a tensor. */
interface Patch {
  readonly tensor: TensorProto;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly place: { readonly location: string; readonly offset: number } | undefined;
  readonly error: number;
}

function checkSize(steering: SteeringValues, site: Site, shape: { layers: number; width: number }): void {
  const { gain, bias } = steering.sites[site]!;
  const size = shape.layers * shape.width;
  if (steering.layers === shape.layers && gain.length === size && bias.length === size) return;
  throw new InvalidArgumentError({
    argument: `steering.${site}`,
    given: `${steering.layers} layers, ${gain.length} gains, ${bias.length} biases`,
    expected: `${shape.layers} layers × ${shape.width} units`,
    advice: 'Compile the plan for this model',
  });
}

/** Gains or biases of one layer; `undefined` where all are 0. */
function layerOf(
  steering: SteeringValues,
  site: Site,
  kind: 'gain' | 'bias',
  layer: number,
): Float32Array | undefined {
  const values = steering.sites[site]![kind];
  const width = values.length / steering.layers;
  const own = values.subarray(layer * width, (layer + 1) * width);
  return own.some((value) => value !== 0) ? own : undefined;
}

function weightsBehind(
  index: GraphIndex,
  tensors: ReadonlyMap<string, TensorProto>,
  site: Site,
  location: Parameters<typeof isHalfSite>[1][number],
): ScaledTensor[] | undefined {
  if (location.kind === 'skipSum' || site === 'residual') return undefined;
  const find = site === 'ffn' ? outputWeights : inputWeights;
  const found = find(index, tensors, location.tensor);
  const isFloat = ({ tensor: { dataType } }: ScaledTensor): boolean =>
    dataType === TensorProto_DataType.FLOAT || dataType === TensorProto_DataType.FLOAT16;
  return found?.every(isFloat) === true ? found : undefined;
}

async function scaleTensor(
  file: OnnxModelFile,
  { tensor, inner }: ScaledTensor,
  factors: Float32Array,
  before: Patch | undefined,
): Promise<Patch> {
  const { bytes, place } = before ?? (await readWeight(file, tensor));
  const isHalf = tensor.dataType === TensorProto_DataType.FLOAT16;
  const numbers = isHalf
    ? Float32Array.from({ length: bytes.length / 2 }, (_, at) => halfAt(bytes, at * 2))
    : new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const wanted = numbers.map((value, at) => value * factors[Math.floor(at / inner) % factors.length]!);
  const written = isHalf
    ? new Uint8Array(Uint16Array.from(wanted, floatToHalf).buffer)
    : new Uint8Array(wanted.buffer);
  const result = isHalf ? wanted.map((_, at) => halfAt(written, at * 2)) : wanted;
  if (!result.every(Number.isFinite)) {
    throw new InvalidArgumentError({
      argument: 'steering',
      given: `gains that take ${tensor.name} beyond ${isHalf ? 'float16' : 'float32'}`,
      expected: 'weights that its type can hold',
      advice: 'Lower the strength, or bake a float32 export',
    });
  }
  const meter = createErrorMeter();
  meter.add(result, wanted);
  return { tensor, bytes: written, place, error: meter.error };
}

async function patchFile(path: string, patches: readonly Patch[], location: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    for (const { bytes, place } of patches) {
      if (place?.location === location) await handle.write(bytes, 0, bytes.length, place.offset);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folder with the configuration: that of the file, or the one above where it lies in `onnx/`. */
async function rootOf(modelPath: string): Promise<string> {
  const folder = dirname(modelPath);
  const names = await readdir(folder);
  const hasConfig = names.includes('config.json') || names.includes('genai_config.json');
  return hasConfig ? folder : dirname(folder);
}

/** Makers before readers, otherwise in the order they had: what the ONNX checker asks for. */
function sortNodes(graph: GraphProto): void {
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  makers.delete('');
  const sorted = new Set<NodeProto>();
  for (const start of graph.node) {
    const stack = [start];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const missing = sorted.has(node)
        ? undefined
        : namesRead(node)
            .map((name) => makers.get(name))
            .find((maker) => maker !== undefined && !sorted.has(maker));
      if (missing !== undefined) stack.push(missing);
      else sorted.add(stack.pop()!);
    }
  }
  graph.node = [...sorted];
}
