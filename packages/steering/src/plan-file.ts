/**
 * Plans as safetensors: tensors `units` I32 `[n, 3]` (site, layer, index), `gain`, `bias` and, where edits have their
 * own, `strength` F64 `[n]`, and a JSON document under the metadata key `austeer`. Doubles keep the round trip exact;
 * no code is ever loaded. The format is documented in `docs/plan-format.md`, the JSON document by
 * `plan-header.schema.json`.
 *
 * @module
 */
import {
  FileFormatError,
  InvalidArgumentError,
  type ModelIdentity,
  type PositionRule,
  readSafetensors,
  SITES,
  type Site,
  type StrengthSchedule,
  safetensorsIntegers,
  showValue,
  writeSafetensors,
} from '@austeer/core';
import { parsePositionRule, parseStrengthSchedule } from './position-rule.ts';
import { type PlanEdit, problemOfEdit, type SteeringPlan, unitName } from './steering-plan.ts';

const FORMAT = 'austeer-plan';
/** Written. Version 1, which steers all positions alike and has no strength by edit, is read as well. */
const VERSION = 2;
const VERSIONS_READ: readonly unknown[] = [1, VERSION];
/** More edits than any model has units would mean a damaged file; the largest plan of the paper has 10,000. */
const EDITS_LIMIT = 10_000_000;

/**
 * The bytes of a plan file.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 1, index: 1, gain: 1, bias: 0 }], model, strength: 5 });
 * planFromSafetensors(planToSafetensors(plan)).strength; // 5
 * ```
 */
export function planToSafetensors(plan: SteeringPlan): Uint8Array {
  const { model, positions, schedule, strength, edits, provenance } = plan;
  const header = {
    format: FORMAT,
    version: VERSION,
    model,
    positions,
    schedule,
    strength,
    sites: SITES,
    provenance,
  };
  const units = Int32Array.from(
    edits.flatMap(({ site, layer, index }) => [SITES.indexOf(site), layer, index]),
  );
  const n = edits.length;
  const doubles = (number: (edit: PlanEdit) => number) =>
    ({ dtype: 'F64', shape: [n], data: Float64Array.from(edits, number) }) as const;
  const ownStrengths = edits.some((edit) => edit.strength !== undefined);
  return writeSafetensors({
    metadata: { austeer: JSON.stringify(header) },
    tensors: {
      units: { dtype: 'I32', shape: [n, 3], data: units },
      gain: doubles(({ gain }) => gain),
      bias: doubles(({ bias }) => bias),
      ...(ownStrengths ? { strength: doubles((edit) => edit.strength ?? 1) } : {}),
    },
  });
}

/**
 * Reads a plan file of version 1 or 2, checked whole: every unit lies within the model it names, every number is
 * finite, nothing in it is unknown.
 *
 * @param options.path name used in errors
 * @throws FileFormatError when it is damaged, or of another kind or version.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 1, index: 1, gain: 1, bias: 0 }], model });
 * planFromSafetensors(planToSafetensors(plan)).edits.length; // 1
 * ```
 */
export function planFromSafetensors(bytes: Uint8Array, options: { path?: string } = {}): SteeringPlan {
  const { path = 'bytes' } = options;
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({
      path,
      format: 'steering plan',
      problem,
      advice: 'Write it with `austeer plan create`',
    });
  const { metadata, tensors } = readSafetensors(bytes, { path });
  const header = parseObject(metadata.austeer);
  if (header?.format !== FORMAT) throw fail('its metadata names no steering plan');
  if (!VERSIONS_READ.includes(header.version))
    throw fail(
      `it has version ${showValue(header.version)}; this program reads ${VERSIONS_READ.join(' and ')}`,
    );
  const { positions, schedule } = parseTokenStrength(header, fail);
  const { strength } = header;
  if (typeof strength !== 'number' || !Number.isFinite(strength))
    throw fail('its strength is not a finite number');
  const model = parseModel(header.model);
  if (model === undefined) throw fail('it names no model');
  const codes = header.sites;
  if (!Array.isArray(codes)) throw fail('it lists no sites');

  const [units, gain, bias, own] = ['units', 'gain', 'bias', 'strength'].map((name) => tensors.get(name));
  const n = gain?.shape[0] ?? 0;
  if (
    units?.dtype !== 'I32' ||
    units.shape.join() !== `${n},3` ||
    gain?.dtype !== 'F64' ||
    bias?.dtype !== 'F64' ||
    gain.shape.join() !== `${n}` ||
    bias.shape.join() !== `${n}` ||
    (own !== undefined && (own.dtype !== 'F64' || own.shape.join() !== `${n}`)) ||
    tensors.size !== (own === undefined ? 3 : 4) ||
    n < 1 ||
    n > EDITS_LIMIT
  ) {
    throw fail(
      'its tensors are not units I32 [n, 3], gain F64 [n], bias F64 [n] and perhaps strength F64 [n]',
    );
  }
  const places = safetensorsIntegers(units);
  const doubles = ({ data }: { data: ArrayBufferView }): DataView =>
    new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [gains, biases, strengths] = [doubles(gain), doubles(bias), own && doubles(own)];
  const seen = new Set<string>();
  const edits = Array.from({ length: n }, (_, row): PlanEdit => {
    const site = codes[places[row * 3]!] as Site;
    if (!SITES.includes(site)) throw fail(`edit ${row} is at an unknown site`);
    const ownStrength = strengths?.getFloat64(row * 8, true) ?? 1;
    const edit: PlanEdit = {
      site,
      layer: places[row * 3 + 1]!,
      index: places[row * 3 + 2]!,
      gain: gains.getFloat64(row * 8, true),
      bias: biases.getFloat64(row * 8, true),
      ...(ownStrength === 1 ? {} : { strength: ownStrength }),
    };
    const problem =
      problemOfEdit(edit, model) ?? (seen.has(unitName(edit)) ? 'a unit that is edited once' : undefined);
    if (problem !== undefined) throw fail(`edit ${row} (${unitName(edit)}) is not ${problem}`);
    seen.add(unitName(edit));
    return edit;
  });
  const provenance = isRecord(header.provenance) ? header.provenance : {};
  return { model, positions, schedule, strength, edits, provenance };
}

/** A key that is not known may change what the plan does, so it is refused rather than left out. */
const HEADER_KEYS = [
  'format',
  'version',
  'model',
  'positions',
  'schedule',
  'strength',
  'sites',
  'provenance',
];

function parseTokenStrength(
  header: Readonly<Record<string, unknown>>,
  fail: (problem: string) => FileFormatError,
): { positions: PositionRule; schedule: StrengthSchedule } {
  const unknown = Object.keys(header).find((key) => !HEADER_KEYS.includes(key));
  if (unknown !== undefined) throw fail(`its header has the unknown key ${JSON.stringify(unknown)}`);
  const { version, positions, schedule } = header;
  if (version === 1) {
    if (positions === 'all' && schedule === undefined) return { positions, schedule: 'constant' };
    throw fail(`its position rule ${showValue(positions)} is not known in version 1`);
  }
  try {
    return { positions: parsePositionRule(positions), schedule: parseStrengthSchedule(schedule) };
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw fail(`its ${error.message.replace(/\.$/, '')}`);
    throw error;
  }
}

function parseModel(value: unknown): ModelIdentity | undefined {
  if (!isRecord(value) || !isRecord(value.widths)) return undefined;
  const { name, architecture, layers, widths, weightsSha256, tokenizerSha256 } = value;
  const whole = (number: unknown): number is number => Number.isSafeInteger(number) && (number as number) > 0;
  if (typeof name !== 'string' || typeof architecture !== 'string' || !whole(layers)) return undefined;
  const known = SITES.filter((site) => widths[site] !== undefined);
  if (!known.every((site) => whole(widths[site]))) return undefined;
  return {
    name,
    architecture,
    layers,
    widths: Object.fromEntries(known.map((site) => [site, widths[site]])),
    ...(typeof weightsSha256 === 'string' ? { weightsSha256 } : {}),
    ...(typeof tokenizerSha256 === 'string' ? { tokenizerSha256 } : {}),
  };
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
