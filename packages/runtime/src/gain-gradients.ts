/**
 * What the gain of each unit would do to the margin of each item.
 *
 * @module
 */
import {
  AusteerError,
  EmptyInputError,
  type FloatTensor,
  floatTensor,
  type GainGradientOptions,
  InvalidArgumentError,
  type ItemGradients,
  type MarginItem,
  type Site,
  siteWidth,
} from '@austeer/core';
import { checkRow, checkWhole } from './call-checks.ts';
import { branchedLength, layOutItems } from './engine/branched-rows.ts';
import { resolveRowSteering } from './engine/row-steering.ts';
import { DEFAULT_BATCH_SIZE, type ModelContext } from './model-context.ts';
import { groupRows } from './row-batches.ts';

/**
 * Padded tokens in one run. Going down needs what matrix products made going up: for SmolLM2-135M 0.76 MB a token.
 */
const TOKENS_PER_RUN = 512;

/** Batches that are gathered before items are sorted by length. */
const WINDOW_BATCHES = 8;

/** The model cannot be differentiated: its graph was not built here, or computes in integers. */
export class GradientUnavailableError extends AusteerError {
  constructor(model: string) {
    super(
      'GRADIENT_UNAVAILABLE',
      `${model} cannot be differentiated; expected a GGUF file loaded in fp32. Load it so, or measure a few hundred units ` +
        'one by one: differenceGradients of @austeer/baselines gives the same answer for any model.',
    );
  }
}

/** See `GainGradientSource` of `@austeer/core`. */
export async function* gainGradients(
  context: ModelContext,
  items: Iterable<MarginItem>,
  options: GainGradientOptions,
): AsyncGenerator<ItemGradients> {
  const { sites, perToken = false, steering, batchSize = DEFAULT_BATCH_SIZE, signal, onProgress } = options;
  const { differentiator, identity } = context;
  if (differentiator === undefined) throw new GradientUnavailableError(identity.name);
  checkWhole('batchSize', batchSize, 1);
  if (sites.length === 0) {
    throw new EmptyInputError({ what: 'Sites', advice: 'Name at least one, for example ffn' });
  }
  for (const site of sites) siteWidth(identity, site);
  resolveRowSteering({ steering, rows: 1, ...identity });
  if (steering?.tokenStrength !== undefined) {
    throw new InvalidArgumentError({
      argument: 'steering.tokenStrength',
      given: steering.tokenStrength,
      expected: 'none: gradients are taken where gains are the same at every token',
    });
  }
  const total = Array.isArray(items) ? items.length : undefined;
  let done = 0;
  for (const window of windowsOf(items, batchSize * WINDOW_BATCHES)) {
    for (const [row, item] of window.entries()) checkItem(context, item, done + row);
    const results = new Map<number, ItemGradients>();
    for (const group of groupRows(window.map(branchedLength), batchSize, TOKENS_PER_RUN)) {
      signal?.throwIfAborted();
      const batch = group.map((row) => window[row]!);
      const rows = layOutItems(batch, { perToken });
      const { margins, gradients } = await context.exclusively(async () => {
        // Its packed weights would stand in memory beside those that the gradient reads from the file.
        await context.decoder.dispose();
        return differentiator.run(sites, rows, steering);
      });
      for (const [at, row] of group.entries()) {
        const { id, label } = window[row]!;
        const own = sites.map((site): [Site, FloatTensor] => {
          const shape = [identity.layers, siteWidth(identity, site)];
          const size = shape[0]! * shape[1]!;
          return [site, floatTensor(gradients[site]!.slice(at * size, (at + 1) * size), shape)];
        });
        results.set(row, {
          id,
          ...(label !== undefined && { label }),
          margin: margins[at]!,
          gradients: Object.fromEntries(own),
        });
      }
      onProgress?.({ stage: 'differentiate', done: done + results.size, total });
    }
    for (const row of window.keys()) yield results.get(row)!;
    done += window.length;
  }
}

function* windowsOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let window: T[] = [];
  for (const item of items) {
    window.push(item);
    if (window.length < size) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

function checkItem(context: ModelContext, { prompt, right, wrong }: MarginItem, row: number): void {
  checkRow({ tokens: prompt, row, room: 0, ...context });
  for (const [side, answers] of Object.entries({ right, wrong })) {
    if (answers.length === 0) throw new EmptyInputError({ what: `Answers (${side}) of item ${row}` });
    for (const tokens of answers) {
      if (tokens.length === 0) throw new EmptyInputError({ what: `Tokens of an answer of item ${row}` });
      checkRow({ tokens, row, room: prompt.length - 1, ...context });
    }
  }
}
