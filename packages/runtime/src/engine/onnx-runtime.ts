/**
 * ONNX Runtime, loaded only when a model is, and sessions over graphs whose weights stay in files.
 *
 * @module
 */
import { AusteerError, MissingPeerError } from '@austeer/core';
import type { DecoderGraph } from '@austeer/onnx';

type Ort = typeof import('onnxruntime-node');
/** A live session of ONNX Runtime. */
export type Session = Awaited<ReturnType<Ort['InferenceSession']['create']>>;
/** A tensor as ONNX Runtime takes it. */
export type OrtTensor = InstanceType<Ort['Tensor']>;

/**
 * Loads ONNX Runtime.
 *
 * @throws MissingPeerError when it is not installed.
 */
export async function importOnnxRuntime(): Promise<Ort> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new MissingPeerError({
      library: 'onnxruntime-node',
      install: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0',
      cause,
    });
  }
}

/** A session could not be made or run: the message is ONNX Runtime's own. */
export class InferenceError extends AusteerError {
  constructor(options: { doing: string; cause: unknown }) {
    const { doing, cause } = options;
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('INFERENCE', `ONNX Runtime failed while ${doing}: ${reason}`, { cause });
  }
}

/**
 * Makes a session of a graph.
 *
 * @param options.threads threads of the matrix products
 * @throws InferenceError with ONNX Runtime's reason.
 */
export async function createSession(options: {
  ort: Ort;
  graph: DecoderGraph;
  threads: number;
}): Promise<Session> {
  const { ort, graph, threads } = options;
  try {
    return await ort.InferenceSession.create(graph.model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Errors come as exceptions; warnings about a user's own graph would drown the output.
      logSeverityLevel: 3,
      ...(graph.dataFolder === undefined
        ? {}
        : { extra: { session: { model_external_initializers_file_folder_path: graph.dataFolder } } }),
    });
  } catch (cause) {
    throw new InferenceError({ doing: 'loading the model', cause });
  }
}
