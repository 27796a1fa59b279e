/**
 * Activations that another program has written.
 *
 * @module
 */
import {
  FileFormatError,
  type FloatTensor,
  floatTensor,
  type Site,
  type SiteActivations,
  safetensorsFloats,
} from '@austeer/core';
import { readFileBytes, readSafetensorsFile } from '@austeer/core/node';
import { readNpy, readNpz } from '@austeer/localize';

const WHAT = { what: 'Activations' };

/**
 * Reads `[rows, layers, width]` of each site: from safetensors or `.npz`, where a tensor has the site's name, or from
 * `.npy`, which holds a single one.
 *
 * @throws FileMissingError; FileFormatError when a site is missing or of another shape.
 */
export async function readActivations(path: string, sites: readonly Site[]): Promise<SiteActivations> {
  const { tensors, names } = await readTensors(path, sites);
  return Object.fromEntries(
    sites.map((site) => {
      const tensor = tensors.get(site);
      if (tensor?.shape.length !== 3) {
        throw new FileFormatError({
          path,
          format: 'activations',
          problem:
            tensor === undefined
              ? `it has no tensor "${site}"; it has ${names.join(', ') || 'none'}`
              : `"${site}" has the shape [${tensor.shape.join(', ')}]; expected [rows, layers, width]`,
          advice: 'Write it with `austeer capture --positions last`, or from any framework',
        });
      }
      return [site, tensor];
    }),
  );
}

interface NamedTensors {
  /** Those that were asked for. */
  readonly tensors: ReadonlyMap<string, FloatTensor>;
  /** All that there are. */
  readonly names: readonly string[];
}

async function readTensors(path: string, sites: readonly Site[]): Promise<NamedTensors> {
  if (path.endsWith('.npz')) {
    const names: string[] = [];
    const only = (name: string): boolean => {
      names.push(name);
      return (sites as readonly string[]).includes(name);
    };
    return { tensors: await readNpz(await readFileBytes(path, WHAT), { path, only }), names };
  }
  if (path.endsWith('.npy')) {
    const tensor = readNpy(await readFileBytes(path, WHAT), { path });
    if (sites.length === 1) return { tensors: new Map([[sites[0]!, tensor]]), names: [] };
    throw new FileFormatError({
      path,
      format: 'activations',
      problem: `it holds one array, and ${sites.length} sites are asked for (${sites.join(', ')})`,
      advice: 'Name one site, or write a .npz with an array for each',
    });
  }
  const { tensors } = await readSafetensorsFile(path, WHAT);
  // Only what is asked for is copied out.
  const asked = sites.flatMap((site) => {
    const entry = tensors.get(site);
    return entry === undefined ? [] : [[site, floatTensor(safetensorsFloats(entry), entry.shape)] as const];
  });
  return { tensors: new Map(asked), names: [...tensors.keys()] };
}
