/**
 * Numeric proof that the sites of a model are what they are said to be. Nothing is believed from names or
 * graph structure: units are edited and what changes is looked at.
 *
 * @module
 */
import {
  createRandom,
  type LanguageModel,
  type ModelCallOptions,
  type Progress,
  type RowActivations,
  SITES,
  type Site,
  type SiteSteering,
  type SteeringValues,
  siteWidth,
  type TokenSequence,
} from '@austeer/core';

/** One thing that was checked, and what was seen. */
export interface SiteCheck {
  readonly name: 'zero edit' | 'one unit' | 'direction';
  readonly passed: boolean;
  /** What was seen, in words and numbers. */
  readonly detail: string;
}

/** The proof of one site over all layers. */
export interface SiteProof {
  readonly site: Site;
  readonly width: number;
  readonly passed: boolean;
  readonly checks: readonly SiteCheck[];
}

/** A unit is moved by this much, in units of the root mean square of its layer. */
const PUSH = 2;
/** Two computations of the same number in 32-bit floats differ by less, relative to the layer's root mean square. */
const SAME = 1e-4;
/** Tokens of the probe text. */
const PROBE_LENGTH = 12;

/**
 * Proves sites on a loaded model:
 *
 * - `zero edit`: with gains and biases of zero, every activation is bit-identical to the graph without
 *   steering inputs (or within `zeroTolerance`).
 * - `one unit`: pushing a single unit of a layer moves exactly that unit by exactly that much, at every
 *   position, and no other unit of that site and layer.
 * - `direction`: nothing in lower layers changes, the next layer does; attention reaches the feed-forward
 *   block of its own layer (in all layers, or in none where both are computed side by side), and is not
 *   reached by it.
 *
 * @param options.sites sites to prove. @default all that the model offers
 * @param options.tolerance relative difference that counts as none. @default 1e-4; 8-bit activations need more
 * @param options.zeroTolerance relative difference that a zero edit may make: where ONNX Runtime computes float16 in
 *   float32, what is captured decides which values it rounds on the way. @default 0
 * @param options.seed chooses the units and, without a tokenizer, the probe tokens. @default 0
 * @returns one proof per site; it is for the caller to look at `passed`
 *
 * @example
 * ```ts
 * declare const model: LanguageModel;
 * const proofs = await proveSites({ model });
 * console.log(proofs.every(({ passed }) => passed));
 * ```
 */
export async function proveSites(
  options: ModelCallOptions & {
    model: LanguageModel;
    sites?: readonly Site[];
    tolerance?: number;
    zeroTolerance?: number;
    seed?: number;
  },
): Promise<SiteProof[]> {
  const { model, tolerance = SAME, zeroTolerance = 0, seed = 0, signal, onProgress } = options;
  const offered = SITES.filter((site) => model.identity.widths[site] !== undefined);
  const sites = options.sites ?? offered;
  const random = createRandom(seed);
  const probe = probeTokens(model, random.integer(2 ** 16));
  const { layers } = model.identity;

  const proofs: SiteProof[] = [];
  for (const [index, site] of sites.entries()) {
    const width = siteWidth(model.identity, site);
    const plain = await captureAll(model, [probe], offered, undefined, signal);
    const zero = await captureAll(model, [probe], offered, [noSteering(layers, site, width)], signal);
    const zeroEdit = checkZeroEdit({ model, plain: plain[0]!, zero: zero[0]!, offered, zeroTolerance });

    // One row per layer, each with its own unit pushed; all rows run the same text.
    const units = Array.from({ length: layers }, () => random.integer(width));
    const pushes = units.map((_, layer) => PUSH * layerScale(plain[0]!, site, layer, width));
    const steering = units.map((unit, layer) => {
      const values = noSteering(layers, site, width);
      values.sites[site]!.bias[layer * width + unit] = pushes[layer]!;
      return values;
    });
    const rows = await captureAll(
      model,
      units.map(() => probe),
      offered,
      steering,
      signal,
    );
    const before = { model, site, width, plain: plain[0]!, rows, tolerance };
    const checks = [
      zeroEdit,
      checkOneUnit({ ...before, units, pushes }),
      checkDirection({ ...before, offered }),
    ];
    proofs.push({ site, width, checks, passed: checks.every(({ passed }) => passed) });
    onProgress?.({ stage: 'prove sites', done: index + 1, total: sites.length } satisfies Progress);
  }
  return proofs;
}

function probeTokens(model: LanguageModel, seed: number): TokenSequence {
  if (model.tokenizer !== undefined) {
    return model.tokenizer
      .encode('The quick brown fox jumps over the lazy dog, and then sleeps until noon.')
      .slice(0, PROBE_LENGTH);
  }
  const random = createRandom(seed);
  return Array.from({ length: PROBE_LENGTH }, () => random.integer(32));
}

async function captureAll(
  model: LanguageModel,
  rows: readonly TokenSequence[],
  sites: readonly Site[],
  steering: readonly SteeringValues[] | undefined,
  signal: AbortSignal | undefined,
): Promise<RowActivations[]> {
  const results: RowActivations[] = [];
  const options = {
    sites,
    positions: 'all',
    ...(steering && { steering }),
    ...(signal && { signal }),
  } as const;
  for await (const row of model.capture(rows, options)) results.push(row);
  return results;
}

function noSteering(
  layers: number,
  site: Site,
  width: number,
): SteeringValues & { sites: Record<string, SiteSteering> } {
  const size = layers * width;
  return {
    layers,
    sites: { [site]: { gain: new Float32Array(size), bias: new Float32Array(size) } },
    fingerprint: 'probe',
  };
}

function checkZeroEdit(run: {
  model: LanguageModel;
  plain: RowActivations;
  zero: RowActivations;
  offered: readonly Site[];
  zeroTolerance: number;
}): SiteCheck {
  const { model, plain, zero, offered, zeroTolerance } = run;
  let different = 0;
  let all = 0;
  let worst = 0;
  for (const site of offered) {
    const a = plain.activations[site]!.data;
    const b = zero.activations[site]!.data;
    // Adding a bias of 0 turns -0 into 0, which no operation that follows can tell apart.
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) different++;
    all += a.length;
    for (let layer = 0; layer < model.identity.layers; layer++)
      worst = Math.max(worst, largestChange(plain, zero, site, layer, model));
  }
  return {
    name: 'zero edit',
    passed: different === 0 || worst <= zeroTolerance,
    detail:
      different === 0
        ? `${all} activations bit-identical`
        : `${different} of ${all} activations changed, by at most ${worst.toExponential(1)} of the layer’s rms`,
  };
}

interface ProbeRun {
  readonly model: LanguageModel;
  readonly site: Site;
  readonly width: number;
  readonly plain: RowActivations;
  readonly rows: readonly RowActivations[];
  readonly tolerance: number;
}

function checkOneUnit(run: ProbeRun & { units: readonly number[]; pushes: readonly number[] }): SiteCheck {
  const { model, site, width, plain, rows, units, pushes, tolerance } = run;
  const { layers } = model.identity;
  const before = plain.activations[site]!;
  const tokens = before.shape[0]!;
  let worstUnit = 0;
  let worstOther = 0;
  for (const [layer, unit] of units.entries()) {
    const after = rows[layer]!.activations[site]!.data;
    const scale = layerScale(plain, site, layer, width);
    for (let token = 0; token < tokens; token++) {
      const start = (token * layers + layer) * width;
      for (let i = 0; i < width; i++) {
        const moved = after[start + i]! - before.data[start + i]!;
        if (i === unit) worstUnit = Math.max(worstUnit, Math.abs(moved - pushes[layer]!) / scale);
        else worstOther = Math.max(worstOther, Math.abs(moved) / scale);
      }
    }
  }
  return {
    name: 'one unit',
    passed: worstUnit <= tolerance && worstOther <= tolerance,
    detail: `pushed unit off by ${worstUnit.toExponential(1)}, others by ${worstOther.toExponential(1)} of the layer’s rms`,
  };
}

function checkDirection(run: ProbeRun & { offered: readonly Site[] }): SiteCheck {
  const { model, site, plain, rows, tolerance, offered } = run;
  const { layers } = model.identity;
  const problems: string[] = [];
  let reachesOwnFfn = 0;
  const changed = (row: RowActivations, where: Site, layer: number): boolean =>
    largestChange(plain, row, where, layer, model) > tolerance;
  for (let layer = 0; layer < layers; layer++) {
    const row = rows[layer]!;
    for (const other of offered) {
      for (let lower = 0; lower < layer; lower++) {
        if (changed(row, other, lower))
          problems.push(`an edit in layer ${layer} changed ${other} of layer ${lower}`);
      }
      if (layer + 1 < layers && !changed(row, other, layer + 1)) {
        problems.push(`an edit in layer ${layer} did not reach ${other} of layer ${layer + 1}`);
      }
    }
    if (site === 'attention' && offered.includes('ffn') && changed(row, 'ffn', layer)) reachesOwnFfn++;
    if (site !== 'attention' && offered.includes('attention') && changed(row, 'attention', layer)) {
      problems.push(`${site} of layer ${layer} changed its own attention`);
    }
  }
  // Some families compute both blocks side by side; then no layer's attention reaches its own ffn.
  if (reachesOwnFfn !== 0 && reachesOwnFfn !== layers) {
    problems.push(`attention reached its own ffn in ${reachesOwnFfn} of ${layers} layers`);
  }
  return {
    name: 'direction',
    passed: problems.length === 0,
    detail:
      problems.length === 0
        ? `${layers} layers in order`
        : `${problems.length} violations, first: ${problems[0]}`,
  };
}

function largestChange(
  a: RowActivations,
  b: RowActivations,
  site: Site,
  layer: number,
  model: LanguageModel,
): number {
  const width = siteWidth(model.identity, site);
  const [before, after] = [a.activations[site]!, b.activations[site]!.data];
  const scale = layerScale(a, site, layer, width);
  let worst = 0;
  for (let token = 0; token < before.shape[0]!; token++) {
    const start = (token * model.identity.layers + layer) * width;
    for (let i = start; i < start + width; i++)
      worst = Math.max(worst, Math.abs(after[i]! - before.data[i]!));
  }
  return worst / scale;
}

/** Root mean square of a layer's activations over the probe text. */
function layerScale(row: RowActivations, site: Site, layer: number, width: number): number {
  const { data, shape } = row.activations[site]!;
  const [tokens, layers] = [shape[0]!, shape[1]!];
  let sum = 0;
  for (let token = 0; token < tokens; token++) {
    const start = (token * layers + layer) * width;
    for (let i = start; i < start + width; i++) sum += data[i]! ** 2;
  }
  return Math.sqrt(sum / (tokens * width)) || 1;
}
