/**
 * Reading activations.
 *
 * @module
 */
import {
  type CaptureOptions,
  EmptyInputError,
  type FloatTensor,
  floatTensor,
  InvalidArgumentError,
  type PairActivations,
  type RowActivations,
  type Site,
  type SiteActivations,
  siteWidth,
  type TokenPair,
  type TokenSequence,
} from '@austeer/core';
import type { GraphPurpose } from '@austeer/onnx';
import { checkRow, checkWhole } from './call-checks.ts';
import type { DecoderBatch, Positions } from './engine/decoder.ts';
import { padRows } from './engine/padded-rows.ts';
import { resolveRowSteering } from './engine/row-steering.ts';
import { followRowStrengths, type RowStrengths } from './engine/row-strengths.ts';
import { DEFAULT_BATCH_SIZE, type ModelContext } from './model-context.ts';
import { groupRows } from './row-batches.ts';
import { commonHead } from './shared-heads.ts';

/** Batches that are gathered before rows are sorted by length; results still come in the order of the rows. */
const WINDOW_BATCHES = 8;

/** A common prefix shorter than this is not worth a run of its own. */
const SHORTEST_PREFIX = 8;

/** See {@link LanguageModel.capture}. */
export async function* captureRows(
  context: ModelContext,
  rows: Iterable<TokenSequence>,
  options: CaptureOptions,
): AsyncGenerator<RowActivations> {
  const {
    sites,
    positions = 'last',
    layers,
    steering,
    batchSize = DEFAULT_BATCH_SIZE,
    signal,
    onProgress,
  } = options;
  checkSites(context, sites);
  const depth = checkDepth(context, layers);
  checkWhole('batchSize', batchSize, 1);
  const all = [...rows];
  for (const [row, tokens] of all.entries()) checkRow({ tokens, row, room: 0, ...context });
  const { of, needs } = resolveRowSteering({ steering, rows: all.length, ...context.identity });
  const purpose: GraphPurpose = {
    logits: false,
    capture: sites,
    steer: needs.sites,
    depth,
    ...(needs.tokenStrength && { tokenStrength: true }),
  };

  for (let start = 0; start < all.length; start += batchSize * WINDOW_BATCHES) {
    const window = all.slice(start, start + batchSize * WINDOW_BATCHES);
    const results = new Map<number, SiteActivations>();
    const groups = groupRows(
      window.map((tokens) => tokens.length),
      batchSize,
    );
    for (const group of groups) {
      signal?.throwIfAborted();
      const sequences = group.map((row) => window[row]!);
      const captured = await context.exclusively(async () => {
        const capacity = Math.max(...sequences.map((tokens) => tokens.length));
        const steeringOfRows = group.map((row) => of(start + row));
        const batch = await context.decoder.open({ purpose, steering: steeringOfRows, capacity });
        const strengths = followRowStrengths({
          steering: steeringOfRows,
          prompts: sequences,
          tokenizer: context.tokenizer,
        });
        return captureBatch({ context, batch, sequences, sites, positions, strengths });
      });
      for (const [index, row] of group.entries()) results.set(row, captured[index]!);
      onProgress?.({ stage: 'capture', done: start + results.size, total: all.length });
    }
    for (const row of window.keys()) yield { row: start + row, activations: results.get(row)! };
  }
}

/** See {@link LanguageModel.capturePairs}. */
export async function* capturePairs(
  context: ModelContext,
  pairs: Iterable<TokenPair>,
  options: Omit<CaptureOptions, 'positions' | 'steering'>,
): AsyncGenerator<PairActivations> {
  const { sites, layers, signal, onProgress } = options;
  checkSites(context, sites);
  const depth = checkDepth(context, layers);
  const total = Array.isArray(pairs) ? pairs.length : undefined;
  const purpose: GraphPurpose = { logits: false, capture: sites, steer: [], depth };
  let done = 0;
  for (const { id, label, positive, negative } of pairs) {
    signal?.throwIfAborted();
    for (const tokens of [positive, negative]) checkRow({ tokens, row: done, room: 0, ...context });
    const [first, second] = await context.exclusively(async () => {
      const shared = commonHead([positive, negative]);
      const capacity = Math.max(positive.length, negative.length);
      if (shared < SHORTEST_PREFIX) {
        const batch = await context.decoder.open({ purpose, steering: [undefined, undefined], capacity });
        return captureBatch({
          context,
          batch,
          sequences: [positive, negative],
          sites,
          positions: 'last',
        });
      }
      return captureWithPrefix(context, purpose, { positive, negative, shared, capacity });
    });
    done++;
    onProgress?.({ stage: 'capture', done, total });
    yield { id, ...(label === undefined ? {} : { label }), positive: first!, negative: second! };
  }
}

/**
 * Runs the common prefix once, then each text's own tokens on it. GroupQueryAttention takes several new
 * tokens on a past in a single row only, which is what this is.
 */
async function captureWithPrefix(
  context: ModelContext,
  purpose: GraphPurpose,
  pair: { positive: TokenSequence; negative: TokenSequence; shared: number; capacity: number },
): Promise<SiteActivations[]> {
  const { positive, negative, shared, capacity } = pair;
  const batch = await context.decoder.open({ purpose, steering: [undefined], capacity });
  const results: SiteActivations[] = [];
  const prefix = padRows({ rows: [positive.slice(0, shared)], padding: context.padding });
  await batch.run(prefix, [[0, shared - 1]]);
  const mark = batch.mark();
  for (const text of [positive, negative]) {
    batch.reset(mark);
    const suffix = padRows({ rows: [text.slice(shared)], padding: context.padding, past: shared });
    const { captures } = await batch.run(suffix, [[0, suffix.tokens - 1]]);
    results.push(activationsAt(context, batch, captures, purpose.capture, 0, 1, 'last'));
  }
  return results;
}

async function captureBatch(options: {
  context: ModelContext;
  batch: DecoderBatch;
  sequences: readonly TokenSequence[];
  sites: readonly Site[];
  positions: 'last' | 'all';
  strengths?: RowStrengths | undefined;
}): Promise<SiteActivations[]> {
  const { context, batch, sequences, sites, positions, strengths } = options;
  const rows = padRows({ rows: sequences, padding: context.padding });
  const picked: [number, number][] = [];
  const starts: number[] = [];
  for (const [row, tokens] of sequences.entries()) {
    starts.push(picked.length);
    for (let index = positions === 'last' ? tokens.length - 1 : 0; index < tokens.length; index++) {
      picked.push([row, rows.column(row, index)]);
    }
  }
  const { captures } = await batch.run(rows, picked satisfies Positions, strengths?.next(sequences, rows));
  return sequences.map((tokens, row) =>
    activationsAt(
      context,
      batch,
      captures,
      sites,
      starts[row]!,
      positions === 'last' ? 1 : tokens.length,
      positions,
    ),
  );
}

/** Gathers the layers of one row: `[layers, width]`, or `[tokens, layers, width]` for all positions. */
function activationsAt(
  context: ModelContext,
  batch: DecoderBatch,
  captures: ReadonlyMap<string, Float32Array>,
  sites: readonly Site[],
  start: number,
  count: number,
  positions: 'last' | 'all',
): SiteActivations {
  const layers = batch.graph.purpose.depth ?? context.identity.layers;
  const activations: Partial<Record<Site, FloatTensor>> = {};
  for (const site of sites) {
    const width = siteWidth(context.identity, site);
    const data = new Float32Array(count * layers * width);
    for (const [layer, name] of batch.graph.outputs.captures[site]!.slice(0, layers).entries()) {
      const values = captures.get(name)!;
      for (let token = 0; token < count; token++) {
        const from = (start + token) * width;
        data.set(values.subarray(from, from + width), (token * layers + layer) * width);
      }
    }
    activations[site] = floatTensor(data, positions === 'last' ? [layers, width] : [count, layers, width]);
  }
  return activations;
}

/** Layers to compute; `undefined` for all, so that a graph made for all is used again. */
function checkDepth({ identity }: ModelContext, layers: number | undefined): number | undefined {
  if (layers === undefined || layers === identity.layers) return undefined;
  if (Number.isInteger(layers) && layers >= 1 && layers < identity.layers) return layers;
  throw new InvalidArgumentError({
    argument: 'layers',
    given: layers,
    expected: `a whole number from 1 to ${identity.layers}`,
  });
}

function checkSites(context: ModelContext, sites: readonly Site[]): void {
  if (sites.length === 0)
    throw new EmptyInputError({ what: 'Sites', advice: 'Name at least one, for example ffn' });
  for (const site of sites) siteWidth(context.identity, site);
}
