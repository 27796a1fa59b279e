/**
 * Weights in the form in which a graph reads them: one file of segments at known offsets. It is written
 * once, tensor by tensor, and then mapped by ONNX Runtime; nothing is held twice in memory.
 *
 * @module
 */
import { rm, stat } from 'node:fs/promises';
import type { Progress } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import { type GgufFile, type GgufTensor, readTensor } from '../gguf/read-gguf.ts';
import { dequantize, type GgufTensorType } from '../gguf/tensor-types.ts';
import type { GraphWriter } from '../model-file/graph-writer.ts';

/** One array of a prepared file. */
export interface WeightSegment {
  /** Name of the initializer that reads it. */
  readonly name: string;
  readonly dtype: 'float32' | 'uint8' | 'int8';
  readonly dims: readonly number[];
  /** Makes the bytes in order, in parts small enough to hold one at a time. */
  produce(): AsyncIterable<Uint8Array>;
}

/** A segment with its place in the file. */
export interface PlacedSegment extends WeightSegment {
  readonly offset: number;
  readonly length: number;
}

/** Cache lines and vector loads want 64 bytes. */
const ALIGNMENT = 64;

const BYTES = { float32: 4, uint8: 1, int8: 1 } as const;

/** Bytes of a tensor handled at once while weights are prepared: a few MB at most. */
export const PREPARE_BYTES = 4 << 20;

/** All numbers of the tensors as 32-bit floats: vectors joined, matrices stacked along the rows. */
export function floatSegment(file: GgufFile, name: string, tensors: readonly GgufTensor[]): WeightSegment {
  const length = tensors.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return {
    name,
    dtype: 'float32',
    dims: [length, ...tensors[0]!.shape.slice(1)],
    produce: () => mapTensors(file, tensors, (type, bytes) => bytesOf(dequantize(type, bytes))),
  };
}

/** Converts tensors one after another, in runs of whole rows. */
export async function* mapTensors(
  file: GgufFile,
  tensors: readonly GgufTensor[],
  convert: (type: GgufTensorType, blocks: Uint8Array) => Uint8Array,
): AsyncIterable<Uint8Array> {
  for (const tensor of tensors) {
    const row = tensor.shape.length > 1 ? tensor.length / tensor.shape[0]! : tensor.length;
    const part = Math.max(1, Math.floor(PREPARE_BYTES / row)) * row;
    for (let start = 0; start < tensor.length; start += part) {
      const length = Math.min(part, tensor.length - start);
      yield convert(tensor.type, await readTensor(file, tensor, { start, length }));
    }
  }
}

/** The bytes of numbers, viewed. */
export function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/**
 * Gives every segment its place; segments of the same name are one.
 *
 * @returns the segments and the size of the whole file in bytes
 *
 * @example
 * ```ts
 * placeSegments([{ name: 'w', dtype: 'float32', dims: [2, 2], async *produce() { yield new Uint8Array(16); } }]).size; // 16
 * ```
 */
export function placeSegments(segments: readonly WeightSegment[]): {
  placed: ReadonlyMap<string, PlacedSegment>;
  size: number;
} {
  const placed = new Map<string, PlacedSegment>();
  let size = 0;
  for (const segment of segments) {
    if (placed.has(segment.name)) continue;
    const length = segment.dims.reduce((a, b) => a * b, 1) * BYTES[segment.dtype];
    const offset = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    placed.set(segment.name, { ...segment, offset, length });
    size = offset + length;
  }
  return { placed, size };
}

/**
 * Writes the file unless it is already there in full. A file of the right size is whole, because it only
 * gets its name after the last byte.
 *
 * @param options.onProgress bytes written of all
 * @throws the signal's reason when aborted; nothing is left behind then.
 */
export async function ensurePreparedFile(options: {
  path: string;
  placed: ReadonlyMap<string, PlacedSegment>;
  size: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<void> {
  const { path, placed, size, signal, onProgress } = options;
  const existing = await stat(path).catch(() => undefined);
  if (existing?.size === size) return;
  if (existing !== undefined) await rm(path);

  async function* content(): AsyncIterable<Uint8Array> {
    let written = 0;
    for (const segment of placed.values()) {
      if (segment.offset > written) {
        yield new Uint8Array(segment.offset - written);
        written = segment.offset;
      }
      for await (const part of segment.produce()) {
        signal?.throwIfAborted();
        yield part;
        written += part.length;
        onProgress?.({ stage: 'prepare weights', done: written, total: size });
      }
      if (written !== segment.offset + segment.length) {
        throw new RangeError(
          `segment ${segment.name} made ${written - segment.offset} of ${segment.length} bytes`,
        );
      }
    }
  }
  await writeFileAtomic(path, content());
}

/**
 * Declares segments as external data of a graph, each when it is first used, so that a graph names only
 * the weights it reads.
 *
 * @param options.location file name within the data folder
 * @returns a function that gives the name under which a segment is read, in its own shape or another one
 */
export function weightUser(options: {
  graph: GraphWriter;
  placed: ReadonlyMap<string, PlacedSegment>;
  location: string;
}): (name: string, dims?: readonly number[]) => string {
  const { graph, placed, location } = options;
  const declared = new Set<string>();
  return (name, dims) => {
    const segment = placed.get(name);
    if (segment === undefined) throw new RangeError(`no weights named ${name}`);
    const { dtype, offset, length } = segment;
    const declaredName = dims === undefined ? name : `${name} [${dims.join(', ')}]`;
    if (declared.has(declaredName)) return declaredName;
    declared.add(declaredName);
    return graph.external(declaredName, { dtype, dims: dims ?? segment.dims, location, offset, length });
  };
}
