/**
 * Counts as a safetensors file: tensors `<site>.promoted` and `<site>.suppressed`, int32 `[layers, width]`, and
 * a JSON document under the metadata key `austeer`. Where they were measured, `<site>.mean` and `<site>.squares`
 * (float64) hold the moments, `label.<i>.<site>.promoted` and so on the counts of the i-th label,
 * `gradient.<i>.<site>.mean` and `.squares` the moments of the gradients of the i-th class, and `information.<site>.mean` and
 * `.squares` those on neutral text.
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
  showValue,
  writeSafetensors,
} from '@austeer/core';
import type { DifferenceMoments, SiteMoments } from './difference-moments.ts';
import type { GradientClass } from './gradient-moments.ts';
import type { MomentumCounts, SiteCounts } from './momentum-counts.ts';

const FORMAT = 'austeer-counts';
const VERSION = 1;

/** Counts with what is known of where they came from. */
export interface CountsFile {
  readonly counts: MomentumCounts;
  /** Moments of the same pairs' differences, where they were measured. */
  readonly moments?: DifferenceMoments | undefined;
  /** Counts by class of the right answer, where pairs have labels. */
  readonly byLabel?: Readonly<Record<string, MomentumCounts>> | undefined;
  /** Moments of what each unit's gain does to the right answer, by class, where they were measured at all counted sites. */
  readonly gradients?: readonly GradientClass[] | undefined;
  /** Moments of the gradients of neutral text, see `gainInformation`, where they were measured at all counted sites. */
  readonly information?: DifferenceMoments | undefined;
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
export function countsToSafetensors(file: CountsFile): Uint8Array {
  const { counts, moments, byLabel = {}, gradients, information, model, provenance } = file;
  const labels = Object.keys(byLabel);
  const tensors: Record<string, SafetensorsEntry> = countTensors('', counts);
  for (const [index, label] of labels.entries()) {
    Object.assign(tensors, countTensors(`label.${index}.`, byLabel[label]!));
  }
  if (moments !== undefined) Object.assign(tensors, momentTensors('', moments));
  for (const [index, { moments: ofClass }] of gradients?.entries() ?? []) {
    Object.assign(tensors, momentTensors(`gradient.${index}.`, ofClass));
  }
  if (information !== undefined) Object.assign(tensors, momentTensors('information.', information));
  const header = {
    format: FORMAT,
    version: VERSION,
    pairs: counts.pairs,
    ...(labels.length > 0 && { labels: labels.map((label) => ({ label, pairs: byLabel[label]!.pairs })) }),
    ...(gradients && {
      gradients: gradients.map(({ label, moments: { pairs } }) => ({
        ...(label !== undefined && { label }),
        items: pairs,
      })),
    }),
    ...(information && { information: { items: information.pairs } }),
    ...(model && { model }),
    provenance,
  };
  return writeSafetensors({ metadata: { austeer: JSON.stringify(header) }, tensors });
}

function countTensors(prefix: string, { layers, sites }: MomentumCounts): Record<string, SafetensorsEntry> {
  const tensors: Record<string, SafetensorsEntry> = {};
  for (const [site, { width, promoted, suppressed }] of Object.entries(sites)) {
    const shape = [layers, width];
    tensors[`${prefix}${site}.promoted`] = { dtype: 'I32', shape, data: promoted };
    tensors[`${prefix}${site}.suppressed`] = { dtype: 'I32', shape, data: suppressed };
  }
  return tensors;
}

function momentTensors(
  prefix: string,
  { layers, sites }: DifferenceMoments,
): Record<string, SafetensorsEntry> {
  const tensors: Record<string, SafetensorsEntry> = {};
  for (const [site, { width, mean, squares }] of Object.entries(sites)) {
    const shape = [layers, width];
    tensors[`${prefix}${site}.mean`] = { dtype: 'F64', shape, data: mean };
    tensors[`${prefix}${site}.squares`] = { dtype: 'F64', shape, data: squares };
  }
  return tensors;
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
    throw fail(`it has version ${showValue(header.version)}; this program reads ${VERSION}`);
  const counts = readCounts(tensors, '', header.pairs, fail);
  const byLabel = readLabels(tensors, header.labels, counts, fail);
  const moments = readMoments({ tensors, prefix: '', counts, pairs: counts.pairs, fail });
  const gradients = readGradients(tensors, header.gradients, counts, fail);
  const information = readInformation(tensors, header.information, counts, fail);
  const provenance = isRecord(header.provenance) ? header.provenance : {};
  const model = isRecord(header.model) ? (header.model as unknown as ModelIdentity) : undefined;
  return {
    counts,
    ...(moments && { moments }),
    ...(byLabel && { byLabel }),
    ...(gradients && { gradients }),
    ...(information && { information }),
    ...(model && { model }),
    provenance,
  };
}

type Tensors = ReadonlyMap<string, SafetensorsEntry>;
type Fail = (problem: string) => FileFormatError;

function readCounts(tensors: Tensors, prefix: string, pairs: unknown, fail: Fail): MomentumCounts {
  if (!isCount(pairs)) throw fail('it does not say how many pairs were counted');
  const sites: Partial<Record<Site, SiteCounts>> = {};
  let layers = 0;
  for (const site of SITES) {
    const [up, down] = [tensors.get(`${prefix}${site}.promoted`), tensors.get(`${prefix}${site}.suppressed`)];
    if (up === undefined && down === undefined) continue;
    const shape = up?.shape ?? [];
    if (
      up?.dtype !== 'I32' ||
      down?.dtype !== 'I32' ||
      shape.length !== 2 ||
      down.shape.join() !== shape.join()
    ) {
      throw fail(`promoted and suppressed of ${prefix}${site} are not int32 [layers, width] both`);
    }
    if (layers !== 0 && shape[0] !== layers)
      throw fail(`${prefix}${site} has ${shape[0]} layers, another site ${layers}`);
    layers = shape[0]!;
    const [promoted, suppressed] = [safetensorsIntegers(up), safetensorsIntegers(down)];
    for (let unit = 0; unit < promoted.length; unit++) {
      const [n, m] = [promoted[unit]!, suppressed[unit]!];
      if (n < 0 || m < 0 || n + m > pairs) {
        throw fail(
          `unit ${unit} of ${prefix}${site} was promoted ${n} and suppressed ${m} times in ${pairs} pairs`,
        );
      }
    }
    sites[site] = { width: shape[1]!, promoted, suppressed };
  }
  if (layers === 0) throw fail(`it has no counts of any site${prefix && ` for ${prefix.slice(0, -1)}`}`);
  return { pairs, layers, sites };
}

function readLabels(
  tensors: Tensors,
  labels: unknown,
  whole: MomentumCounts,
  fail: Fail,
): Record<string, MomentumCounts> | undefined {
  if (labels === undefined) return undefined;
  if (!Array.isArray(labels) || !labels.every(isRecord)) throw fail('its labels are no list');
  const entries = labels.map(({ label, pairs }, index): [string, MomentumCounts] => {
    if (typeof label !== 'string') throw fail(`label ${index} has no name`);
    const counts = readCounts(tensors, `label.${index}.`, pairs, fail);
    const units = (of: MomentumCounts) => SITES.map((site) => of.sites[site]?.promoted.length).join();
    if (counts.layers !== whole.layers || units(counts) !== units(whole)) {
      throw fail(`label "${label}" has counts of other units than the whole`);
    }
    return [label, counts];
  });
  // fromEntries defines keys of its own: a label named __proto__ is a label.
  return Object.fromEntries(entries);
}

function readGradients(
  tensors: Tensors,
  classes: unknown,
  counts: MomentumCounts,
  fail: Fail,
): GradientClass[] | undefined {
  if (classes === undefined) return undefined;
  if (!Array.isArray(classes) || !classes.every(isRecord)) throw fail('its classes of gradients are no list');
  return classes.map(({ label, items }, index): GradientClass => {
    if (!isCount(items) || !(label === undefined || typeof label === 'string')) {
      throw fail(`class ${index} of its gradients has no number of items, or a label that is no text`);
    }
    const prefix = `gradient.${index}.`;
    const moments = readMoments({ tensors, prefix, counts, pairs: items, fail, mayLack: true });
    if (moments === undefined) throw fail(`it has no gradients of class ${index}`);
    return { ...(label !== undefined && { label }), moments };
  });
}

function readInformation(
  tensors: Tensors,
  header: unknown,
  counts: MomentumCounts,
  fail: Fail,
): DifferenceMoments | undefined {
  if (header === undefined) return undefined;
  const items = isRecord(header) ? header.items : undefined;
  if (!isCount(items)) throw fail('its information has no number of items');
  const prefix = 'information.';
  const moments = readMoments({ tensors, prefix, counts, pairs: items, fail, mayLack: true });
  if (moments === undefined) throw fail('it has no information of any site');
  return moments;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** @param options.mayLack whether NaN may stand for units that were not measured */
function readMoments(options: {
  tensors: Tensors;
  prefix: string;
  counts: MomentumCounts;
  pairs: number;
  fail: Fail;
  mayLack?: boolean;
}): DifferenceMoments | undefined {
  const { tensors, prefix, counts, pairs, fail, mayLack = false } = options;
  const sites: Partial<Record<Site, SiteMoments>> = {};
  for (const [site, { width }] of Object.entries(counts.sites) as [Site, SiteCounts][]) {
    const [mean, squares] = ['mean', 'squares'].map((part) => {
      const name = `${prefix}${site}.${part}`;
      const tensor = tensors.get(name);
      if (tensor === undefined) return undefined;
      if (tensor.dtype !== 'F64' || tensor.shape.join() !== [counts.layers, width].join()) {
        throw fail(`${name} is not float64 [${counts.layers}, ${width}]`);
      }
      const { buffer, byteOffset, byteLength } = tensor.data;
      const values = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
      const canBe = (value: number): boolean =>
        (mayLack && Number.isNaN(value)) || (Number.isFinite(value) && (part === 'mean' || value >= 0));
      if (!values.every(canBe)) throw fail(`${name} holds numbers that cannot be`);
      return values;
    });
    if (mean !== undefined && squares !== undefined) sites[site] = { width, mean, squares };
  }
  const measured = Object.keys(sites).length;
  if (measured === 0) return undefined;
  if (measured < Object.keys(counts.sites).length) throw fail(`it has ${prefix}moments of some sites only`);
  return { pairs, layers: counts.layers, sites };
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
