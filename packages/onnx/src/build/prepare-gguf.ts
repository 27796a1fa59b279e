/**
 * Making a GGUF ready to run: its weights are written once into a cached file in the form in which graphs
 * read them; graphs over it are made at need.
 *
 * @module
 */
import { basename, dirname, join } from 'node:path';
import { type Progress, type Site, UnsupportedModelError } from '@austeer/core';
import type { DecoderGraph, GraphPurpose } from '../decoder-graph.ts';
import type { GgufFile } from '../gguf/read-gguf.ts';
import { type GradientGraph, writeGradientGraph } from '../gradient/write-gradient-graph.ts';
import { createGraphWriter } from '../model-file/graph-writer.ts';
import { type DecoderConfiguration, readDecoderConfiguration } from './decoder-configuration.ts';
import { planWeights } from './decoder-weights.ts';
import type { Precision } from './linear.ts';
import { ensurePreparedFile, placeSegments, weightUser } from './prepared-weights.ts';
import { writeDecoder } from './write-decoder.ts';

/** Raised when the layout of prepared files changes, so that old ones are not read. */
const LAYOUT_VERSION = 4;

/** A GGUF whose weights lie ready on disk; graphs for any purpose are made from it in milliseconds. */
export interface PreparedGguf {
  readonly configuration: DecoderConfiguration;
  readonly precision: Precision;
  /** How the matrices are held and multiplied, in words. */
  readonly description: string;
  /** Where the prepared weights lie. */
  readonly weightsPath: string;
  graph(purpose: GraphPurpose): DecoderGraph;
  /**
   * A graph that differentiates margins by the gain of every unit of the sites, where steering of others has brought the
   * model.
   *
   * @param steer sites that it takes steering for. @default none
   * @throws UnsupportedModelError unless the precision is `fp32`.
   *
   * @example
   * ```ts
   * declare const prepared: PreparedGguf;
   * prepared.gradientGraph(['attention', 'ffn']).outputs.gradients; // { attention: 'gradient.attention', ffn: 'gradient.ffn' }
   * ```
   */
  gradientGraph(sites: readonly Site[], steer?: readonly Site[]): GradientGraph;
}

/**
 * Makes a GGUF ready to run. Architectures: llama, qwen2, qwen3, gemma2, gemma3 (text).
 *
 * @param options.file the opened GGUF
 * @param options.precision `fp32`: exact, for capture; `4bit`: exact weights, 8-bit activations, for decoding;
 *   `4bit-fast`: with twice the rounding error, faster; `8bit`: weights rounded to 8 bits a row, for prompts
 * @param options.cacheKey distinguishes files in the cache folder: the SHA-256 of the GGUF
 * @param options.cacheDirectory folder for the prepared file
 * @throws UnsupportedModelError, FileFormatError when the GGUF is of another kind or incomplete.
 *
 * @example
 * ```ts
 * const file = await openGguf('model.gguf');
 * const prepared = await prepareGguf({ file, precision: 'fp32', cacheKey: 'my-model', cacheDirectory: 'cache' });
 * const graph = prepared.graph({ logits: true, capture: [], steer: ['ffn'] });
 * ```
 */
export async function prepareGguf(options: {
  file: GgufFile;
  precision: Precision;
  cacheKey: string;
  cacheDirectory: string;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<PreparedGguf> {
  const { file, precision, cacheKey, cacheDirectory, signal, onProgress } = options;
  const configuration = readDecoderConfiguration(file);
  const weights = planWeights(file, configuration, precision);
  const { placed, size } = placeSegments(weights.segments);
  const weightsPath = join(cacheDirectory, `${cacheKey}.${precision}.v${LAYOUT_VERSION}.weights`);
  await ensurePreparedFile({ path: weightsPath, placed, size, signal, onProgress });

  const start = () => {
    const graph = createGraphWriter({ name: configuration.name, opset: 21 });
    const weight = weightUser({ graph, placed, location: basename(weightsPath) });
    return { configuration, weights, graph, weight, dataFolder: dirname(weightsPath) };
  };
  return {
    configuration,
    precision,
    description: weights.description,
    weightsPath,
    graph: (purpose) => writeDecoder({ ...start(), purpose }),
    gradientGraph: (sites, steer = []) => {
      if (precision === 'fp32') return writeGradientGraph({ ...start(), sites, steer });
      throw new UnsupportedModelError({
        what: 'The gradient in precision',
        given: precision,
        supported: ['fp32'],
        advice: 'Prepare the file in fp32: integer products round, and have no gradient',
      });
    },
  };
}
