/**
 * Reading `.onnx` files. Weights are not copied: `bytes` fields are views of the file's content, so that
 * their place in the file is known.
 *
 * @module
 */
import { realpath, stat } from 'node:fs/promises';
import { FileFormatError, FileMissingError } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import { fromBinary } from '@bufbuild/protobuf';
import { type GraphProto, type ModelProto, ModelProtoSchema } from 'onnx-buf';

/** Protobuf's own limit for one message, and Node 20's for one read: 2 GiB. Larger models keep weights beside. */
const ONNX_FILE_BYTES_LIMIT = 2 ** 31 - 1;

const ADVICE = 'Fetch or export the file again (a git-lfs pointer is not the file itself)';

/** An `.onnx` file in memory. */
export interface OnnxModelFile {
  /** Real path, symbolic links followed. */
  readonly path: string;
  /** The path that was asked for; external data is named relative to its folder. */
  readonly givenPath: string;
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  readonly graph: GraphProto;
}

/**
 * Reads and parses an `.onnx` file; weights beside it are not touched.
 *
 * @throws FileMissingError, FileFormatError (truncated, larger than {@link ONNX_FILE_BYTES_LIMIT}, not ONNX)
 */
export async function readOnnxModel(path: string): Promise<OnnxModelFile> {
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({ path, format: 'ONNX', problem, advice: ADVICE, cause });

  let realPath: string;
  let size: number;
  try {
    realPath = await realpath(path);
    size = (await stat(realPath)).size;
  } catch (cause) {
    throw new FileMissingError({ path, what: 'ONNX model', cause });
  }
  if (size > ONNX_FILE_BYTES_LIMIT) {
    throw fail(`it has ${size} bytes; the format allows ${ONNX_FILE_BYTES_LIMIT}`);
  }
  const bytes = await readFileBytes(realPath, { what: 'ONNX model' });
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw fail('it is truncated or not ONNX', cause);
  }
  const { graph } = model;
  // Almost any bytes parse as an empty message: a model has a version, a graph and nodes.
  if (graph === undefined || graph.node.length === 0 || model.opsetImport.length === 0) {
    throw fail('it holds no graph');
  }
  return { path: realPath, givenPath: path, bytes, model, graph };
}
