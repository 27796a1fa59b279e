/**
 * Sentence encoders on ONNX Runtime, straight from their safetensors files.
 *
 * @module
 */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  canonicalJson,
  encodeInBatches,
  floatTensor,
  type SentenceEncoder,
  sha256,
  UnsupportedModelError,
} from '@austeer/core';
import { sha256OfFile } from '@austeer/core/node';
import { openSentenceEncoder } from '@austeer/onnx';
import { checkWhole } from '../call-checks.ts';
import { ModelDisposedError } from '../decoder-model.ts';
import { createSession, InferenceError, importOnnxRuntime } from '../engine/onnx-runtime.ts';
import { padRows } from '../engine/padded-rows.ts';
import { groupRows } from '../row-batches.ts';
import { MODEL_CATALOGUE } from '../sources/catalogue.ts';
import { type ResolveModelOptions, resolveModel } from '../sources/resolve-model.ts';
import { readSentenceTokenizer } from './sentence-tokens.ts';

/** How a sentence encoder is loaded. */
export interface LoadSentenceEncoderOptions extends Omit<ResolveModelOptions, 'model' | 'revision'> {
  /**
   * `minilm`, or a folder with `config.json`, `tokenizer.json` and `model.safetensors` of a BERT encoder.
   * @default 'minilm'
   */
  readonly model?: string | undefined;
  /** Threads of the matrix products, ≥ 1. @default the machine's cores */
  readonly threads?: number | undefined;
}

/** Texts in one run, where a call does not say. */
const BATCH_SIZE = 128;

/**
 * Loads a sentence encoder, by default all-MiniLM-L6-v2, which the paper takes for its wrong answers (appendix B.1).
 * ONNX Runtime maps the weights' file into memory; they are not read into this process besides. Texts beyond the
 * encoder's limit (256 tokens for MiniLM) are cut at their end, as sentence-transformers does.
 *
 * @throws the errors of {@link resolveModel} when the encoder cannot be had.
 * @throws UnsupportedModelError for a hub id, a decoder, or an encoder of another architecture.
 * @throws FileMissingError, FileFormatError when a file of the folder is missing or damaged.
 *
 * @example
 * ```ts
 * const encoder = await loadSentenceEncoder();
 * const { shape } = await encoder.encode(['a cup of tea', 'a mug of coffee']); // [2, 384]
 * await encoder.dispose?.();
 * ```
 */
export async function loadSentenceEncoder(
  options: LoadSentenceEncoderOptions = {},
): Promise<SentenceEncoder> {
  const { model = 'minilm', threads = availableParallelism(), signal } = options;
  checkWhole('threads', threads, 1);
  const folder = await encoderFolder({ ...options, model });
  const graph = await openSentenceEncoder({ path: folder.path });
  const tokenize = await readSentenceTokenizer(folder.path, graph.maxTokens);
  const ort = await importOnnxRuntime();
  const hash = (path: string): Promise<string> =>
    sha256OfFile(path, { what: 'Sentence encoder', ...(signal && { signal }) });
  // Weights, tokenizer, and what the configuration makes of them: the same name, the same vectors.
  const identity = sha256(
    canonicalJson({
      weights: folder.weightsSha256 ?? (await hash(graph.weightsPath)),
      tokenizer: await hash(join(folder.path, 'tokenizer.json')),
      maxTokens: graph.maxTokens,
      pooling: graph.pooling,
    }),
  );
  const session = await createSession({ ort, graph, threads, device: 'cpu', memoryArena: true });
  let disposed = false;

  return {
    name: `${folder.name}@${identity.slice(0, 12)}`,
    dimensions: graph.hidden,
    async encode(texts, { batchSize = BATCH_SIZE, ...call } = {}) {
      if (disposed) throw new ModelDisposedError();
      // Tokens of the texts whose vectors are still to come.
      const tokens = new Map<string, number[]>();
      return encodeInBatches({
        ...call,
        texts,
        batchSize,
        dimensions: graph.hidden,
        group: (distinct) => {
          for (const text of distinct) tokens.set(text, tokenize(text));
          return groupRows(
            distinct.map((text) => tokens.get(text)!.length),
            batchSize,
          );
        },
        encodeGroup: async (group) => {
          const padded = padRows({ rows: group.map((text) => tokens.get(text)!), padding: 'right' });
          const dims = [padded.rows, padded.tokens];
          for (const text of group) tokens.delete(text);
          try {
            const { sentences } = await session.run({
              input_ids: new ort.Tensor('int64', padded.ids, dims),
              attention_mask: new ort.Tensor('int64', padded.mask, dims),
            });
            return floatTensor(sentences!.data as Float32Array, [padded.rows, graph.hidden]);
          } catch (cause) {
            throw new InferenceError({ doing: 'encoding sentences', cause });
          }
        },
      });
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await session.release();
    },
  };
}

async function encoderFolder(
  options: LoadSentenceEncoderOptions & { model: string },
): Promise<{ name: string; path: string; weightsSha256: string | undefined }> {
  const { model } = options;
  const known = Object.hasOwn(MODEL_CATALOGUE, model) ? MODEL_CATALOGUE[model] : undefined;
  const isFolder = (await stat(model).catch(() => undefined))?.isDirectory() === true;
  // A hub id would bring the files of a decoder: only what is here or known by name can be an encoder.
  if (known?.kind === 'decoder-gguf' || (known === undefined && !isFolder && !/^[./~]|\\/.test(model))) {
    throw new UnsupportedModelError({
      what: 'Sentence encoder',
      given: model,
      supported: `a folder with config.json, tokenizer.json and model.safetensors, or ${encoderNames()}`,
    });
  }
  const { name, directory, sha256: hashes } = await resolveModel(options);
  return { name, path: directory, weightsSha256: hashes['model.safetensors'] };
}

function encoderNames(): string {
  return Object.values(MODEL_CATALOGUE)
    .filter(({ kind }) => kind === 'encoder')
    .map(({ name }) => name)
    .join(', ');
}
