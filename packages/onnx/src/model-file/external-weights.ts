/**
 * Making the weights of a model that was read point at the files they lie in, so that a rewritten graph
 * carries none of them.
 *
 * @module
 */
import { open, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { elementCount, FileFormatError, FileMissingError } from '@austeer/core';
import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import { elementBytes, elementTypeName } from './element-types.ts';
import { externalTensorProto } from './graph-writer.ts';
import type { OnnxModelFile } from './read-onnx-model.ts';

/** Shorter tensors stay in the graph: ORT folds shapes and scalars while it loads, before files are open. */
const INLINE_BYTES_LIMIT = 1024;

/** Weights that name their place in a file. */
export interface ReferredWeights {
  /** Real path of the folder below which all data lies; `undefined` when no tensor is external. */
  readonly dataFolder: string | undefined;
  readonly initializers: readonly TensorProto[];
}

/**
 * Replaces long tensors by references into the file they came from: the model's own for embedded ones, the
 * data file for external ones, symbolic links followed (ONNX Runtime refuses links that leave the folder, and
 * the hub's cache is made of them).
 *
 * @throws FileMissingError, FileFormatError when a data file is missing, too short, or outside the model's folder
 */
export async function referToWeights(
  file: OnnxModelFile,
  initializers: readonly TensorProto[],
): Promise<ReferredWeights> {
  const dataFiles = new Map<string, { path: string; size: number }>();
  const dataFile = async (location: string): Promise<{ path: string; size: number }> => {
    const known = dataFiles.get(location);
    if (known !== undefined) return known;
    const found = await findDataFile(file.givenPath, location);
    dataFiles.set(location, found);
    return found;
  };

  const placed: { tensor: TensorProto; place?: { path: string; offset: number; length: number } }[] = [];
  for (const tensor of initializers) {
    if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
      const { location, offset, length } = externalPlace(file.givenPath, tensor);
      const { path, size } = await dataFile(location);
      if (offset + length > size) {
        throw new FileFormatError({
          path,
          format: 'ONNX external data',
          problem: `${tensor.name} needs bytes ${offset} to ${offset + length}; the file has ${size}`,
          advice: 'Fetch the file again',
        });
      }
      placed.push({ tensor, place: { path, offset, length } });
    } else if (
      tensor.rawData.length >= INLINE_BYTES_LIMIT &&
      tensor.rawData.buffer === file.bytes.buffer &&
      tensor.dataType !== TensorProto_DataType.INT64
    ) {
      const offset = tensor.rawData.byteOffset - file.bytes.byteOffset;
      placed.push({ tensor, place: { path: file.path, offset, length: tensor.rawData.length } });
    } else placed.push({ tensor });
  }

  const paths = new Set(placed.flatMap(({ place }) => (place === undefined ? [] : [place.path])));
  const dataFolder = paths.size === 0 ? undefined : commonFolder([...paths]);
  return {
    dataFolder,
    initializers: placed.map(({ tensor, place }) => {
      const dtype = elementTypeName(tensor.dataType);
      if (place === undefined || dtype === undefined || dataFolder === undefined) return tensor;
      return externalTensorProto(tensor.name, {
        dtype,
        dims: tensor.dims.map(Number),
        location: relative(dataFolder, place.path).split(sep).join('/'),
        offset: place.offset,
        length: place.length,
      });
    }),
  };
}

/** The bytes of a tensor, and where they lie if they are in a file beside the model. */
export async function readWeight(
  file: OnnxModelFile,
  tensor: TensorProto,
): Promise<{
  bytes: Uint8Array<ArrayBuffer>;
  place: { location: string; path: string; offset: number } | undefined;
}> {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) {
    const bytes =
      tensor.floatData.length > 0
        ? new Uint8Array(Float32Array.from(tensor.floatData).buffer)
        : new Uint8Array(tensor.rawData);
    return { bytes, place: undefined };
  }
  const { location, offset, length } = externalPlace(file.givenPath, tensor);
  const { path } = await findDataFile(file.givenPath, location);
  const handle = await open(path);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, offset);
    if (bytesRead === length) return { bytes, place: { location, path, offset } };
    throw new FileFormatError({
      path,
      format: 'ONNX external data',
      problem: `it ends within ${tensor.name}`,
      advice: 'Fetch the file again',
    });
  } finally {
    await handle.close();
  }
}

/** The data files that tensors lie in: the name by which the model calls each, and its real path. */
export async function dataFiles(
  file: OnnxModelFile,
  tensors: readonly TensorProto[],
): Promise<ReadonlyMap<string, string>> {
  const locations = new Set(
    tensors
      .filter(({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL)
      .map((tensor) => externalPlace(file.givenPath, tensor).location),
  );
  const found = new Map<string, string>();
  for (const location of locations) found.set(location, (await findDataFile(file.givenPath, location)).path);
  return found;
}

function externalPlace(
  path: string,
  tensor: TensorProto,
): { location: string; offset: number; length: number } {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const dtype = elementTypeName(tensor.dataType);
  const location = entries.get('location');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(
    entries.get('length') ??
      (dtype === undefined ? Number.NaN : elementBytes(dtype, elementCount(tensor.dims.map(Number)))),
  );
  if (location === undefined || !Number.isSafeInteger(offset + length) || offset < 0 || length < 0) {
    throw new FileFormatError({
      path,
      format: 'ONNX',
      problem: `the external data of ${tensor.name} has no usable location, offset and length`,
    });
  }
  return { location, offset, length };
}

async function findDataFile(modelPath: string, location: string): Promise<{ path: string; size: number }> {
  // A model from a stranger must not name files elsewhere on this machine.
  const inside = normalize(location);
  if (isAbsolute(inside) || inside.startsWith('..')) {
    throw new FileFormatError({
      path: modelPath,
      format: 'ONNX',
      problem: `it names data outside its folder ("${location}")`,
      advice: 'Move the data file beside the model',
    });
  }
  const path = join(dirname(modelPath), inside);
  try {
    const real = await realpath(path);
    return { path: real, size: (await stat(real)).size };
  } catch (cause) {
    throw new FileMissingError({
      path,
      what: 'External data of the ONNX model',
      advice: 'Fetch it too; it belongs beside the .onnx file',
      cause,
    });
  }
}

/** Deepest folder above all files. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  let depth = first.length;
  for (const parts of others) {
    let same = 0;
    while (same < depth && parts[same] === first[same]) same++;
    depth = same;
  }
  return first.slice(0, depth).join(sep) || sep;
}
