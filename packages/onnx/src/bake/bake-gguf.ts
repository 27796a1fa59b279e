/**
 * Writing a steered copy of a GGUF: gains and biases become weights, and nothing is left to do at run time.
 *
 * - a gain of `ffn` scales a row of the down projection, through the scales of its blocks
 * - a gain of `attention` or `ffnInner` scales a column of the projection that reads it. Numbers of one column lie in
 *   different blocks beside others, so that matrix is written as 16-bit floats
 * - a bias of any site becomes a bias tensor behind the projection
 *
 * @module
 */
import { InvalidArgumentError, type Progress, type Site, type SteeringValues } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import { type DecoderConfiguration, readDecoderConfiguration } from '../build/decoder-configuration.ts';
import { bytesOf } from '../build/prepared-weights.ts';
import { floatToHalf } from '../gguf/half-precision.ts';
import { type RawMetadata, readRawMetadata } from '../gguf/raw-header.ts';
import { type GgufFile, type GgufTensor, readTensor } from '../gguf/read-gguf.ts';
import { dequantize, type GgufTensorType, TENSOR_TYPES } from '../gguf/tensor-types.ts';
import { type BakedChange, createErrorMeter } from './baked-change.ts';
import { scaleRows } from './scale-blocks.ts';

/** Architectures for which llama.cpp reads biases behind the output and down projections; others it refuses to load. */
const LLAMA_CPP_BIASES: readonly string[] = ['llama'];

/** Bytes of a matrix handled at once. */
const PART_BYTES = 4 << 20;

/** What happened to a GGUF. */
export interface BakedGguf {
  readonly changes: readonly BakedChange[];
  /** What to know of the file before it is used elsewhere. */
  readonly warnings: readonly string[];
}

/** The weights behind one site's edit in one layer. */
interface MatrixEdit {
  readonly name: string;
  /** Factor of each row and column; `undefined` where all are 1. */
  readonly rows: Float32Array | undefined;
  readonly columns: Float32Array | undefined;
  /** Added to the input of the product, and to its result after the rows are scaled. */
  readonly inputBias: Float32Array | undefined;
  readonly outputBias: Float32Array | undefined;
}

/** A tensor of the new file. */
interface OutputTensor {
  readonly name: string;
  readonly type: GgufTensorType;
  readonly shape: readonly number[];
  readonly length: number;
  produce(): AsyncIterable<Uint8Array>;
}

/**
 * Writes the steered copy. The source is read and never written; the copy appears whole or not at all.
 *
 * @param options.steering values that steer every position alike
 * @param options.path where the copy goes
 * @param options.columnType type of matrices whose columns are scaled. @default 'F16'; `F32` is exact and larger
 * @param options.note text under the key `austeer.baked`: what the file was made of
 * @throws UnsupportedModelError for an architecture that is not known.
 * @throws InvalidArgumentError for steering with strengths of its own at each token, of other sizes than the model's,
 *   with a gain of the residual stream (no weights hold it), with a bias of it where the block's output is normed, or
 *   beyond the numbers that a tensor's type can hold.
 *
 * @example
 * ```ts
 * declare const steering: SteeringValues;
 * const file = await openGguf('model.gguf');
 * const { changes } = await bakeGguf({ file, steering, path: 'steered.gguf' });
 * Math.max(...changes.map(({ error }) => error)); // what rounding costs
 * ```
 */
export async function bakeGguf(options: {
  file: GgufFile;
  steering: SteeringValues;
  path: string;
  columnType?: 'F16' | 'F32' | undefined;
  note?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<BakedGguf> {
  const { file, steering, path, columnType = 'F16', note = '', signal, onProgress } = options;
  const configuration = readDecoderConfiguration(file);
  checkSteering(steering, configuration);
  const metadata = await readRawMetadata(file);
  const edits = new Map(matrixEdits(steering, configuration).map((edit) => [edit.name, edit]));

  const changes: BakedChange[] = [];
  const outputs: OutputTensor[] = [];
  const biases = new Map<string, Float32Array>();
  for (const edit of edits.values()) {
    signal?.throwIfAborted();
    const matrix = file.tensors.get(edit.name);
    if (matrix === undefined) {
      throw new InvalidArgumentError({
        argument: 'file',
        given: file.path,
        expected: `a tensor ${edit.name}`,
      });
    }
    const bias = await bakedBias(file, matrix, edit);
    if (bias !== undefined) biases.set(edit.name.replace(/weight$/, 'bias'), bias);
  }
  for (const tensor of file.tensors.values()) {
    if (biases.has(tensor.name)) continue;
    const edit = edits.get(tensor.name);
    outputs.push(
      edit?.rows === undefined && edit?.columns === undefined
        ? copied(file, tensor)
        : scaled({ file, tensor, edit, columnType, changes }),
    );
  }
  for (const [name, bias] of biases) {
    const before = file.tensors.get(name)?.type ?? 'none';
    outputs.push({
      name,
      type: 'F32',
      shape: [bias.length],
      length: bias.byteLength,
      async *produce() {
        changes.push({ name, change: 'bias', types: [before, 'F32'], error: 0 });
        yield bytesOf(bias);
      },
    });
  }

  const total = outputs.reduce((sum, { length }) => sum + length, 0);
  async function* content(): AsyncIterable<Uint8Array> {
    yield header(outputs, metadata, { key: noteKey(file), note });
    let done = 0;
    for (const output of outputs) {
      for await (const part of output.produce()) {
        signal?.throwIfAborted();
        done += part.length;
        yield part;
        onProgress?.({ stage: 'write weights', done, total });
      }
      yield new Uint8Array(padding(output.length, metadata.alignment));
    }
  }
  await writeFileAtomic(path, content());

  const warnings: string[] = [];
  if (biases.size > 0 && !LLAMA_CPP_BIASES.includes(configuration.architecture)) {
    warnings.push(
      `The file has biases, with which llama.cpp refuses to load ${configuration.architecture}; this project reads them.`,
    );
  }
  return { changes, warnings };
}

function checkSteering(steering: SteeringValues, configuration: DecoderConfiguration): void {
  const refuse = (argument: string, given: unknown, expected: string, advice: string): InvalidArgumentError =>
    new InvalidArgumentError({ argument, given, expected, advice });
  if (steering.tokenStrength !== undefined) {
    throw refuse(
      'steering',
      'a rule or schedule of its own',
      'the same strength at every position, because weights know no positions',
      'Give the plan the positions "all" and the schedule "constant", or steer at run time',
    );
  }
  const { layers, hidden, inner, heads, headSize, hasPostNorms } = configuration;
  const widths: Record<Site, number> = {
    attention: heads * headSize,
    ffn: hidden,
    ffnInner: inner,
    residual: hidden,
  };
  for (const [site, { gain, bias }] of Object.entries(steering.sites)) {
    const size = layers * widths[site as Site];
    if (steering.layers !== layers || gain.length !== size || bias.length !== size) {
      throw refuse(
        `steering.${site}`,
        `${steering.layers} layers, ${gain.length} gains, ${bias.length} biases`,
        `${layers} layers × ${widths[site as Site]} units`,
        'Compile the plan for this model',
      );
    }
  }
  const { residual } = steering.sites;
  if (residual?.gain.some((value) => value !== 0) === true) {
    throw refuse(
      'steering.residual',
      'gains',
      'biases alone: no weights hold a gain of the residual stream',
      'Steer at run time, or bake into an ONNX export',
    );
  }
  if (hasPostNorms && residual?.bias.some((value) => value !== 0) === true) {
    throw refuse(
      'steering.residual',
      'biases',
      'none: this architecture norms what it adds to the residual stream',
      'Steer at run time, or bake into an ONNX export',
    );
  }
}

/** What each projection has to take up. */
function matrixEdits(steering: SteeringValues, { layers }: DecoderConfiguration): MatrixEdit[] {
  const of = (site: Site, kind: 'gain' | 'bias', layer: number): Float32Array | undefined => {
    const values = steering.sites[site]?.[kind];
    if (values === undefined) return undefined;
    const width = values.length / layers;
    const own = values.subarray(layer * width, (layer + 1) * width);
    return own.some((value) => value !== 0) ? own : undefined;
  };
  const factors = (site: Site, layer: number) => of(site, 'gain', layer)?.map((gain) => 1 + gain);
  return Array.from({ length: layers }, (_, layer): MatrixEdit[] => {
    const [ffn, residual] = [of('ffn', 'bias', layer), of('residual', 'bias', layer)];
    return [
      {
        name: `blk.${layer}.attn_output.weight`,
        rows: undefined,
        columns: factors('attention', layer),
        inputBias: of('attention', 'bias', layer),
        outputBias: undefined,
      },
      {
        name: `blk.${layer}.ffn_down.weight`,
        rows: factors('ffn', layer),
        columns: factors('ffnInner', layer),
        inputBias: of('ffnInner', 'bias', layer),
        outputBias: ffn && residual ? ffn.map((value, unit) => value + residual[unit]!) : (ffn ?? residual),
      },
    ];
  })
    .flat()
    .filter(({ name: _, ...edit }) => Object.values(edit).some((values) => values !== undefined));
}

/** (1 + g) ⊙ (W · inputBias + bias) + outputBias; `undefined` where nothing of it changes. */
async function bakedBias(
  file: GgufFile,
  matrix: GgufTensor,
  { rows, inputBias, outputBias }: MatrixEdit,
): Promise<Float32Array | undefined> {
  const own = file.tensors.get(matrix.name.replace(/weight$/, 'bias'));
  if (inputBias === undefined && outputBias === undefined && (own === undefined || rows === undefined)) {
    return undefined;
  }
  const [height, width] = matrix.shape as [number, number];
  const sum = new Float64Array(height);
  if (own !== undefined) sum.set(dequantize(own.type, await readTensor(file, own)));
  if (inputBias !== undefined) {
    for await (const { first, numbers } of rowRuns(file, matrix)) {
      for (let at = 0; at < numbers.length; at++) {
        sum[first + Math.floor(at / width)]! += numbers[at]! * inputBias[at % width]!;
      }
    }
  }
  return Float32Array.from(sum, (value, row) => value * (rows?.[row] ?? 1) + (outputBias?.[row] ?? 0));
}

function copied(file: GgufFile, tensor: GgufTensor): OutputTensor {
  return {
    ...tensor,
    async *produce() {
      for (let start = 0; start < tensor.length; start += PART_BYTES) {
        yield await readTensor(file, tensor, { start, length: Math.min(PART_BYTES, tensor.length - start) });
      }
    },
  };
}

function scaled(options: {
  file: GgufFile;
  tensor: GgufTensor;
  edit: MatrixEdit;
  columnType: 'F16' | 'F32';
  changes: BakedChange[];
}): OutputTensor {
  const { file, tensor, edit, columnType, changes } = options;
  const { name, shape } = tensor;
  const [height, width] = shape as [number, number];
  const { rows, columns } = edit;
  // A float matrix keeps its type: its columns lie free.
  const isFloat = tensor.type === 'F32' || tensor.type === 'F16' || tensor.type === 'BF16';
  const type = columns === undefined || isFloat ? tensor.type : columnType;
  return {
    name,
    type,
    shape,
    length: (height * width * TENSOR_TYPES[type].bytes) / TENSOR_TYPES[type].elements,
    async *produce() {
      const meter = createErrorMeter();
      for await (const { first, bytes, numbers } of rowRuns(file, tensor)) {
        const count = numbers.length / width;
        const wanted = numbers.map(
          (value, at) => value * (rows?.[first + Math.floor(at / width)] ?? 1) * (columns?.[at % width] ?? 1),
        );
        let written = bytes;
        if (columns === undefined) scaleRows(type, written, rows!.subarray(first, first + count));
        else written = encode(type, wanted);
        const result = dequantize(type, written);
        if (!result.every(Number.isFinite)) {
          throw new InvalidArgumentError({
            argument: 'steering',
            given: `gains that take ${name} beyond ${type}`,
            expected: 'weights that its type can hold',
            advice: 'Lower the strength, or bake a file of a wider type',
          });
        }
        meter.add(result, wanted);
        yield written;
      }
      const change = columns === undefined ? 'rows' : 'columns';
      changes.push({ name, change, types: [tensor.type, type], error: meter.error });
    },
  };
}

function encode(type: GgufTensorType, numbers: Float32Array): Uint8Array {
  if (type === 'F32') return bytesOf(numbers);
  if (type === 'F16') return new Uint8Array(Uint16Array.from(numbers, floatToHalf).buffer);
  // BF16, the only other type that is kept: ones, scaled.
  const bytes = new Uint8Array(numbers.length * 2);
  new Uint16Array(bytes.buffer).fill(0x3f80);
  scaleRows(type, bytes, numbers);
  return bytes;
}

/** A matrix in runs of whole rows, as bytes and as numbers. */
async function* rowRuns(
  file: GgufFile,
  tensor: GgufTensor,
): AsyncIterable<{ first: number; bytes: Uint8Array; numbers: Float32Array }> {
  const [height] = tensor.shape as [number, number];
  const stride = tensor.length / height;
  const count = Math.max(1, Math.floor(PART_BYTES / stride));
  for (let first = 0; first < height; first += count) {
    const length = Math.min(count, height - first) * stride;
    const bytes = await readTensor(file, tensor, { start: first * stride, length });
    yield { first, bytes, numbers: dequantize(tensor.type, bytes) };
  }
}

const STRING = 8;

/** A copy of a copy has a note for each. */
function noteKey({ metadata }: GgufFile): string {
  let key = 'austeer.baked';
  for (let number = 2; metadata.has(key); number++) key = `austeer.baked.${number}`;
  return key;
}

function header(
  outputs: readonly OutputTensor[],
  metadata: RawMetadata,
  { key, note }: { key: string; note: string },
): Uint8Array {
  const parts: Uint8Array[] = [];
  const uint = (bytes: 4 | 8, value: number): void => {
    const part = new DataView(new ArrayBuffer(bytes));
    if (bytes === 4) part.setUint32(0, value, true);
    else part.setBigUint64(0, BigInt(value), true);
    parts.push(new Uint8Array(part.buffer));
  };
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value);
    uint(8, bytes.length);
    parts.push(bytes);
  };
  parts.push(new TextEncoder().encode('GGUF'));
  uint(4, 3);
  uint(8, outputs.length);
  uint(8, metadata.keys + 1);
  parts.push(metadata.bytes);
  text(key);
  uint(4, STRING);
  text(note);
  let offset = 0;
  for (const { name, type, shape, length } of outputs) {
    text(name);
    uint(4, shape.length);
    for (const size of shape.toReversed()) uint(8, size);
    uint(4, TENSOR_TYPES[type].code);
    uint(8, offset);
    offset += length + padding(length, metadata.alignment);
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(size + padding(size, metadata.alignment));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function padding(length: number, alignment: number): number {
  return (alignment - (length % alignment)) % alignment;
}
