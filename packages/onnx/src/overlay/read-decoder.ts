/**
 * A decoder read from disk: its graph parsed, its ports and sites found. Nothing is edited here.
 *
 * @module
 */
import { InvalidArgumentError, SITES, type Site, UnsupportedModelError } from '@austeer/core';
import { TensorProto_DataType } from 'onnx-buf';
import { type GraphIndex, indexGraph } from '../model-file/graph-index.ts';
import { type OnnxModelFile, readOnnxModel } from '../model-file/read-onnx-model.ts';
import { valueType } from '../model-file/value-type.ts';
import { findSites, type SiteLocation, type SiteTable } from '../sites/find-sites.ts';
import { type DecoderPorts, readDecoderPorts } from './decoder-ports.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import type { SiteMap } from './site-map.ts';

/** Split takes its sizes as an input since opset 13. */
const LOWEST_OPSET = 13;

/** A decoder's graph, where its ports are, and where its sites are. */
export interface ReadDecoder {
  readonly modelPath: string;
  readonly file: OnnxModelFile;
  readonly ports: DecoderPorts;
  readonly index: GraphIndex;
  readonly sites: SiteTable;
  readonly config: ModelFolder['config'];
  readonly opset: number;
}

/**
 * Reads a decoder and finds its sites.
 *
 * @param options.wanted sites that are asked for: where the map names all of them, the rest need not be understood
 * @throws FileMissingError, FileFormatError; UnsupportedModelError naming what is not understood;
 *   InvalidArgumentError for a map that does not fit the graph.
 */
export async function readDecoder(options: {
  path: string;
  siteMap: SiteMap;
  wanted: readonly Site[];
}): Promise<ReadDecoder> {
  const { path, siteMap, wanted } = options;
  const { modelPath, config } = await readModelFolder(path);
  const file = await readOnnxModel(modelPath);
  const opset = Number(file.model.opsetImport.find(({ domain }) => domain === '')?.version ?? 0n);
  if (opset < LOWEST_OPSET) {
    throw new UnsupportedModelError({
      what: 'ONNX opset',
      given: String(opset),
      supported: `${LOWEST_OPSET} and later`,
      advice: 'Export the model again with a newer exporter',
    });
  }
  const ports = readDecoderPorts(file.graph);
  const index = indexGraph(file.graph);
  const mapped = mappedSites(siteMap, ports.past.length, index);
  const enough = wanted.length > 0 && wanted.every((site) => mapped[site] !== undefined);
  let found: SiteTable = {};
  try {
    found = findSites(
      index,
      ports.present.map(({ value }) => value),
    );
  } catch (error) {
    // What the caller named is all that is asked for: then the rest need not be understood.
    if (!enough || !(error instanceof UnsupportedModelError)) throw error;
  }
  return { modelPath, file, ports, index, config, opset, sites: { ...found, ...mapped } };
}

function mappedSites(siteMap: SiteMap, layers: number, index: GraphIndex): SiteTable {
  const mapped: { -readonly [K in keyof SiteTable]: SiteTable[K] } = {};
  for (const site of SITES) {
    const given = siteMap[site];
    if (given === undefined) continue;
    const unknown = given.tensors.find((tensor) => index.producer(tensor) === undefined);
    if (given.tensors.length !== layers || unknown !== undefined) {
      throw new InvalidArgumentError({
        argument: `siteMap.${site}`,
        given: unknown ?? given.tensors,
        expected: `names of ${layers} values of the graph, one per layer`,
      });
    }
    mapped[site] = {
      width: given.width,
      locations: given.tensors.map((tensor) => ({ kind: 'value', tensor })),
    };
  }
  return mapped;
}

/** @throws InvalidArgumentError when the model lacks the site. */
export function offeredSite(sites: SiteTable, site: Site): NonNullable<SiteTable[Site]> {
  const found = sites[site];
  if (found !== undefined) return found;
  const offered = SITES.filter((candidate) => sites[candidate] !== undefined);
  throw new InvalidArgumentError({
    argument: 'purpose',
    given: site,
    expected: `sites that this model offers (${offered.join(', ')})`,
  });
}

/** Whether a site's values are float16. */
export function isHalfSite(index: GraphIndex, locations: readonly SiteLocation[]): boolean {
  const [first] = locations;
  const name = first?.kind === 'skipSum' ? first.node.input[0] : first?.tensor;
  return name !== undefined && valueType(index, name) === TensorProto_DataType.FLOAT16;
}

/** Each site once; `residual` last. */
export function inOrder(sites: readonly Site[]): Site[] {
  return SITES.filter((site) => sites.includes(site));
}
