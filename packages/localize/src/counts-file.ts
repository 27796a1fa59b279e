/**
 * Counts as a safetensors file: tensors `<site>.promoted` and `<site>.suppressed`, int32 `[layers, width]`, and
 * a JSON document under the metadata key `austeer`.
 *
 * @module
 */
import {
  FileFormatError,
  type ModelIdentity,
  readSafetensors,
  type SafetensorsEntry,
  SITES,
  type Site,
  safetensorsIntegers,
  writeSafetensors,
} from '@austeer/core';
import type { MomentumCounts, SiteCounts } from './momentum-counts.ts';

const FORMAT = 'austeer-counts';
const VERSION = 1;

/** Counts with what is known of where they came from. */
export interface CountsFile {
  readonly counts: MomentumCounts;
  /** Absent where activations came from files. */
  readonly model?: ModelIdentity | undefined;
  /** Free facts: pairs file, task, seed, versions. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/**
 * The bytes of a counts file.
 *
 * @example
 * ```ts
 * const counts = { pairs: 1, layers: 1, sites: { ffn: { width: 1, promoted: Int32Array.of(1), suppressed: Int32Array.of(0) } } };
 * countsFromSafetensors(countsToSafetensors({ counts, provenance: {} })).counts.pairs; // 1
 * ```
 */
export function countsToSafetensors({ counts, model, provenance }: CountsFile): Uint8Array {
  const tensors: Record<string, SafetensorsEntry> = {};
  for (const [site, { width, promoted, suppressed }] of Object.entries(counts.sites) as [
    Site,
    SiteCounts,
  ][]) {
    const shape = [counts.layers, width];
    tensors[`${site}.promoted`] = { dtype: 'I32', shape, data: promoted };
    tensors[`${site}.suppressed`] = { dtype: 'I32', shape, data: suppressed };
  }
  const header = {
    format: FORMAT,
    version: VERSION,
    pairs: counts.pairs,
    ...(model && { model }),
    provenance,
  };
  return writeSafetensors({ metadata: { austeer: JSON.stringify(header) }, tensors });
}

/**
 * Reads a counts file.
 *
 * @param options.path name used in errors
 * @throws FileFormatError when it is damaged, of another kind or version, or its counts cannot be.
 *
 * @example
 * ```ts
 * const counts = { pairs: 2, layers: 1, sites: { ffn: { width: 1, promoted: Int32Array.of(1), suppressed: Int32Array.of(1) } } };
 * const file = countsFromSafetensors(countsToSafetensors({ counts, provenance: { task: 'boolq' } }));
 * file.provenance.task; // 'boolq'
 * ```
 */
export function countsFromSafetensors(bytes: Uint8Array, options: { path?: string } = {}): CountsFile {
  const { path = 'bytes' } = options;
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({
      path,
      format: 'momentum counts',
      problem,
      advice: 'Write it with `austeer localize`',
    });
  const { metadata, tensors } = readSafetensors(bytes, { path });
  const header = parseHeader(metadata.austeer);
  if (header?.format !== FORMAT) throw fail('its metadata names no momentum counts');
  if (header.version !== VERSION)
    throw fail(`it has version ${String(header.version)}; this program reads ${VERSION}`);
  const { pairs } = header;
  if (typeof pairs !== 'number' || !Number.isSafeInteger(pairs) || pairs < 1)
    throw fail('it does not say how many pairs were counted');

  const sites: Partial<Record<Site, SiteCounts>> = {};
  let layers = 0;
  for (const site of SITES) {
    const [up, down] = [tensors.get(`${site}.promoted`), tensors.get(`${site}.suppressed`)];
    if (up === undefined && down === undefined) continue;
    const shape = up?.shape ?? [];
    if (
      up?.dtype !== 'I32' ||
      down?.dtype !== 'I32' ||
      shape.length !== 2 ||
      down.shape.join() !== shape.join()
    ) {
      throw fail(`promoted and suppressed of ${site} are not int32 [layers, width] both`);
    }
    if (layers !== 0 && shape[0] !== layers)
      throw fail(`${site} has ${shape[0]} layers, another site ${layers}`);
    layers = shape[0]!;
    const [promoted, suppressed] = [safetensorsIntegers(up), safetensorsIntegers(down)];
    for (let unit = 0; unit < promoted.length; unit++) {
      const [n, m] = [promoted[unit]!, suppressed[unit]!];
      if (n < 0 || m < 0 || n + m > pairs) {
        throw fail(`unit ${unit} of ${site} was promoted ${n} and suppressed ${m} times in ${pairs} pairs`);
      }
    }
    sites[site] = { width: shape[1]!, promoted, suppressed };
  }
  if (layers === 0) throw fail('it has no counts of any site');
  const provenance = isRecord(header.provenance) ? header.provenance : {};
  const model = isRecord(header.model) ? (header.model as unknown as ModelIdentity) : undefined;
  return { counts: { pairs, layers, sites }, ...(model && { model }), provenance };
}

function parseHeader(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(text ?? '');
    return isRecord(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
