/**
 * Sentence vectors kept in files, so that no text is encoded, or paid for, twice.
 *
 * @module
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AusteerError,
  type FloatTensor,
  floatTensor,
  InvalidArgumentError,
  type SentenceEncoder,
  safetensorsFloats,
  sha256,
  writeSafetensors,
} from '@austeer/core';
import { readSafetensorsFile, readSafetensorsLayout, writeFileAtomic } from '@austeer/core/node';

/** Texts in one file: 1.5 MB with MiniLM. What an interrupted call loses is at most as much. */
const TEXTS_PER_FILE = 1024;

/** Where the vector of a text lies. */
interface Place {
  readonly path: string;
  readonly row: number;
}

/**
 * Puts a cache of files before an encoder. Vectors are found by the hash of their text, under the encoder's name; files
 * are written whole or not at all, and several processes may share a folder. A file that cannot be read is passed over.
 *
 * @param options.directory folder of the cache, made at need
 *
 * @example
 * ```ts
 * const service = createEmbeddingsEncoder({ model: 'text-embedding-3-small', apiKey: process.env.OPENAI_API_KEY });
 * const encoder = cacheSentenceEncoder({ encoder: service, directory: '.cache/sentences' });
 * ```
 */
export function cacheSentenceEncoder(options: {
  readonly encoder: SentenceEncoder;
  readonly directory: string;
}): SentenceEncoder {
  const { encoder } = options;
  const folder = join(options.directory, sha256(encoder.name).slice(0, 16));
  let places: Promise<Map<string, Place>> | undefined;
  let dimensions = 0;
  return {
    name: encoder.name,
    get dimensions() {
      return encoder.dimensions || dimensions;
    },
    async encode(texts, call = {}) {
      const { batchSize, signal, onProgress } = call;
      if (batchSize !== undefined && (!Number.isInteger(batchSize) || batchSize < 1)) {
        throw new InvalidArgumentError({
          argument: 'batchSize',
          given: batchSize,
          expected: 'a whole number ≥ 1',
        });
      }
      signal?.throwIfAborted();
      places ??= readPlaces(folder);
      const known = await places;
      const keys = new Map([...new Set(texts)].map((text) => [text, sha256(text)]));
      const missing = [...keys.keys()].filter((text) => !known.has(keys.get(text)!));
      const found = keys.size - missing.length;
      // Progress counts texts as they were given, with those that occur more than once.
      const share = (distinct: number): number => Math.floor((distinct / keys.size) * texts.length);
      for (let start = 0; start < missing.length; start += TEXTS_PER_FILE) {
        const batch = missing.slice(start, start + TEXTS_PER_FILE);
        const vectors = await encoder.encode(batch, {
          ...call,
          onProgress: ({ done }) =>
            onProgress?.({ stage: 'encode', done: share(found + start + done), total: texts.length }),
        });
        const batchKeys = batch.map((text) => keys.get(text)!);
        const path = await writeVectors({ folder, encoder: encoder.name, keys: batchKeys, vectors });
        for (const [row, key] of batchKeys.entries()) known.set(key, { path, row });
      }
      const result = await gather(
        texts.map((text) => known.get(keys.get(text)!)!),
        encoder.dimensions || dimensions,
      );
      if (texts.length > 0) dimensions = result.shape[1]!;
      onProgress?.({ stage: 'encode', done: texts.length, total: texts.length });
      return result;
    },
    ...(encoder.dispose && { dispose: () => encoder.dispose!() }),
  };
}

/** What the files of a cache say they hold; later files of a text change nothing. */
async function readPlaces(folder: string): Promise<Map<string, Place>> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const places = new Map<string, Place>();
  for (const name of names.filter((file) => file.endsWith('.safetensors')).sort()) {
    const path = join(folder, name);
    const keys = await readKeys(path);
    for (const [row, key] of keys.entries()) if (!places.has(key)) places.set(key, { path, row });
  }
  return places;
}

async function readKeys(path: string): Promise<readonly string[]> {
  try {
    const { metadata, tensors } = await readSafetensorsLayout(path, { what: 'Cached sentence vectors' });
    const keys = (metadata.keys ?? '').split(' ');
    const { dtype, shape } = tensors.get('vectors') ?? {};
    return dtype === 'F32' && shape?.length === 2 && shape[0] === keys.length ? keys : [];
  } catch (error) {
    // Its texts are encoded again.
    if (AusteerError.isInstance(error)) return [];
    throw error;
  }
}

async function writeVectors(options: {
  folder: string;
  encoder: string;
  keys: readonly string[];
  vectors: FloatTensor;
}): Promise<string> {
  const { folder, encoder, keys, vectors } = options;
  const path = join(folder, `${sha256(keys.join(' ')).slice(0, 32)}.safetensors`);
  const bytes = writeSafetensors({
    metadata: { encoder, keys: keys.join(' ') },
    tensors: { vectors: { dtype: 'F32', shape: vectors.shape, data: vectors.data } },
  });
  await writeFileAtomic(path, bytes);
  return path;
}

/** Vectors in the order of their places; each file is read once and let go. */
async function gather(places: readonly Place[], dimensions: number): Promise<FloatTensor> {
  const byPath = new Map<string, number[]>();
  for (const [index, { path }] of places.entries()) {
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, [index]);
    else known.push(index);
  }
  let width = dimensions;
  let data = new Float32Array(places.length * width);
  for (const [path, indexes] of byPath) {
    const { tensors } = await readSafetensorsFile(path, { what: 'Cached sentence vectors' });
    const entry = tensors.get('vectors')!;
    const vectors = safetensorsFloats(entry);
    if (width === 0) {
      width = entry.shape[1]!;
      data = new Float32Array(places.length * width);
    }
    for (const index of indexes) {
      const { row } = places[index]!;
      data.set(vectors.subarray(row * width, (row + 1) * width), index * width);
    }
  }
  return floatTensor(data, [places.length, width]);
}
