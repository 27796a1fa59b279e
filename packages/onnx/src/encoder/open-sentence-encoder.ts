/**
 * A sentence encoder as an ONNX graph over the safetensors file where it lies.
 *
 * @module
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileFormatError, type SafetensorsLayout, type SafetensorsPlace } from '@austeer/core';
import { readSafetensorsLayout } from '@austeer/core/node';
import type { OnnxElementType } from '../model-file/element-types.ts';
import { createGraphWriter } from '../model-file/graph-writer.ts';
import { type EncoderConfiguration, readEncoderFolder } from './encoder-folder.ts';
import { writeEncoder } from './write-encoder.ts';

/** An encoder's graph and how to call it. */
export interface SentenceEncoderGraph extends EncoderConfiguration {
  /** The ONNX model: inputs `input_ids` and `attention_mask`, int64 `[rows, tokens]`; output `sentences`. */
  readonly model: Uint8Array;
  /** Folder of the weights (a real path). */
  readonly dataFolder: string;
  /** The weights' file. */
  readonly weightsPath: string;
}

const ELEMENT_TYPES: Readonly<Partial<Record<SafetensorsPlace['dtype'], OnnxElementType>>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};

/**
 * Opens a BERT sentence encoder as sentence-transformers publishes it: `config.json` and `model.safetensors`. The
 * graph has a few kilobytes and points at the file's bytes, so that weights are neither read here nor copied.
 * Output `sentences`, float32 `[rows, hidden]`: pooled, length 1.
 *
 * @param options.path the folder
 * @throws FileMissingError, FileFormatError for missing, damaged and foreign files.
 * @throws UnsupportedModelError for another architecture, pooling or module.
 *
 * @example
 * ```ts
 * const encoder = await openSentenceEncoder({ path: 'models/all-MiniLM-L6-v2' });
 * encoder.pooling; // 'mean' or 'first', as the folder says …
 * ```
 */
export async function openSentenceEncoder(options: { path: string }): Promise<SentenceEncoderGraph> {
  const configuration = await readEncoderFolder(options.path);
  const given = join(options.path, 'model.safetensors');
  const layout = await readSafetensorsLayout(given, { what: 'Weights of the sentence encoder' });
  // ONNX Runtime refuses links that leave the data folder, and the hub's cache is made of them.
  const weightsPath = await realpath(given);
  const graph = createGraphWriter({ name: 'sentence-encoder' });
  const weight = weightWriter({ layout, path: weightsPath, graph });
  writeEncoder({ configuration, graph, weight });
  return { ...configuration, model: graph.toBytes(), dataFolder: dirname(weightsPath), weightsPath };
}

/** Makes each tensor known to the graph when it is first used; half precision is widened there. */
function weightWriter(options: {
  layout: SafetensorsLayout;
  path: string;
  graph: ReturnType<typeof createGraphWriter>;
}): (name: string, shape: readonly number[]) => string {
  const { layout, path, graph } = options;
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path, format: 'sentence encoder', problem, advice: 'Fetch the folder again' });
  // Checkpoints of the bare encoder have no prefix, those saved with a task's head have one.
  const prefix = layout.tensors.has('bert.embeddings.word_embeddings.weight') ? 'bert.' : '';
  return (name, shape) => {
    const place = layout.tensors.get(`${prefix}${name}`);
    if (place === undefined) throw fail(`it has no tensor ${prefix}${name}`);
    if (place.shape.join() !== shape.join()) {
      throw fail(
        `${name} has shape [${place.shape.join(', ')}]; the configuration needs [${shape.join(', ')}]`,
      );
    }
    const dtype = ELEMENT_TYPES[place.dtype];
    if (dtype === undefined) throw fail(`${name} is of type ${place.dtype}; expected F32, F16 or BF16`);
    const { offset, length } = place;
    graph.external(name, { dtype, dims: shape, location: basename(path), offset, length });
    if (dtype === 'float32') return name;
    return graph.node('Cast', [name], [`${name}.wide`], { attributes: { to: { int: 1 } } })[0];
  };
}
