/**
 * Loading a model from whatever the user names.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { InvalidArgumentError, type LanguageModel, type ModelIdentity, type Progress } from '@austeer/core';
import { sha256OfFile } from '@austeer/core/node';
import { openGguf, type Precision, prepareLlama } from '@austeer/onnx';
import { checkWhole } from './call-checks.ts';
import { createDecoderModel } from './decoder-model.ts';
import { createDecoder } from './engine/decoder.ts';
import { tokenizerFromGguf } from './tokenizer/tokenizer-from-gguf.ts';

/** A GGUF on disk, made ready once; models of any precision open from it. */
export async function loadGguf(options: {
  path: string;
  sha256?: string | undefined;
  name?: string | undefined;
  precision: Precision;
  threads: number;
  cacheDirectory: string;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<LanguageModel> {
  const { path, precision, threads, cacheDirectory, signal, onProgress } = options;
  const file = await openGguf(path);
  const tokenizer = tokenizerFromGguf(file);
  const weightsSha256 =
    options.sha256 ?? (await sha256OfFile(file.path, { what: 'GGUF model', ...(signal && { signal }) }));
  const prepared = await prepareLlama({
    file,
    precision,
    cacheKey: weightsSha256,
    cacheDirectory: join(cacheDirectory, 'prepared'),
    signal,
    onProgress,
  });
  const { configuration } = prepared;
  const shape = prepared.graph({ logits: false, capture: ['ffn'], steer: [] });
  const identity: ModelIdentity = {
    name: options.name ?? basename(path),
    architecture: configuration.architecture,
    layers: configuration.layers,
    widths: shape.widths,
    weightsSha256,
  };
  return createDecoderModel({
    decoder: createDecoder({ makeGraph: (purpose) => prepared.graph(purpose), threads }),
    identity,
    tokenizer,
    contextLength: configuration.contextLength,
    vocabularySize: configuration.vocabulary,
    padding: shape.padding,
  });
}
