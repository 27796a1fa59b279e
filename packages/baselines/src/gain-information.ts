/**
 * What a gain of each unit costs: how much it moves the next token of neutral text.
 *
 * @module
 */
import {
  createRandom,
  EmptyInputError,
  encodePrompt,
  floatTensor,
  type LanguageModel,
  type MarginItem,
  type ModelCallOptions,
  type Random,
  type Site,
  siteWidth,
  type TokenSequence,
  UnsupportedModelError,
} from '@austeer/core';
import { createGradientMeter, type DifferenceMoments } from '@austeer/localize';
import { NEUTRAL_TEXTS } from './neutral-texts.ts';
import { differentiable } from './pair-gradients.ts';

/** Options of {@link measureGainInformation}. */
export interface GainInformationOptions extends ModelCallOptions {
  /** A model that can be differentiated. */
  readonly model: LanguageModel;
  readonly sites: readonly Site[];
  /** Texts that nothing shall change for, as tokens, two or more each. @default 24 beginnings of neutral texts */
  readonly rows?: readonly TokenSequence[] | undefined;
  /** Of the places and the tokens drawn. @default 0 */
  readonly seed?: number | undefined;
}

/** Tokens read of each of the default texts. */
const LENGTH = 20;
/** Places looked at in each text, and pairs of tokens drawn at each. */
const PLACES = 4;
const DRAWS = 2;
/** So many tokens at least come before a place: at the very beginning anything may follow. */
const EARLIEST = 5;

/**
 * Measures the information of gains. At each place two tokens are drawn from the model's own distribution, and the gradient
 * of the difference of their log-probabilities is taken: see `gainInformation` of `@austeer/localize`.
 *
 * @returns moments over all draws; the same token drawn twice counts as a gradient of 0
 * @throws UnsupportedModelError when the model cannot be differentiated, or does not tell whole distributions.
 * @throws EmptyInputError without texts, or for one of fewer than two tokens.
 *
 * @example
 * ```ts
 * import { gainInformation } from '@austeer/localize';
 * declare const model: LanguageModel;
 * const information = await measureGainInformation({ model, sites: ['ffn'] });
 * gainInformation(information).sites.ffn; // a gain g of a unit costs its value · g² / 2 nats
 * ```
 */
export async function measureGainInformation(options: GainInformationOptions): Promise<DifferenceMoments> {
  const { model, sites, seed = 0, ...call } = options;
  const source = differentiable(model);
  if (model.logProbabilities === undefined) {
    throw new UnsupportedModelError({
      what: 'The information of gains of',
      given: model.identity.name,
      supported: 'models that tell the probability of every token (logProbabilities)',
    });
  }
  const rows = options.rows ?? neutralRows(model);
  if (rows.length === 0) throw new EmptyInputError({ what: 'Neutral texts' });
  const short = rows.findIndex((row) => row.length < 2);
  if (short >= 0) throw new EmptyInputError({ what: `Tokens to go on from in neutral text ${short}` });
  const random = createRandom(seed);
  const positions = rows.map((row) => placesIn(row, random));
  const items: MarginItem[] = [];
  let draws = 0;
  const distributions = model.logProbabilities(rows, {
    positions,
    batchSize: call.batchSize,
    signal: call.signal,
  });
  for await (const { row, logProbabilities } of distributions) {
    const size = logProbabilities.shape[1]!;
    for (const [at, position] of positions[row]!.entries()) {
      const values = logProbabilities.data.subarray(at * size, (at + 1) * size);
      for (let draw = 0; draw < DRAWS; draw++) {
        draws++;
        const [right, wrong] = [drawToken(values, random), drawToken(values, random)];
        if (right === wrong) continue;
        const prompt = rows[row]!.slice(0, position + 1);
        items.push({ id: `${row}:${position}:${draw}`, prompt, right: [[right]], wrong: [[wrong]] });
      }
    }
  }
  const meter = createGradientMeter({ sites });
  for await (const item of source.gainGradients(items, { ...call, sites })) meter.add(item);
  const { layers } = model.identity;
  const nothing = sites.map((site) => {
    const shape = [layers, siteWidth(model.identity, site)];
    return [site, floatTensor(new Float32Array(shape[0]! * shape[1]!), shape)];
  });
  for (let same = items.length; same < draws; same++) {
    meter.add({ id: `same:${same}`, margin: 0, gradients: Object.fromEntries(nothing) });
  }
  return meter.classes()[0]!.moments;
}

function neutralRows(model: LanguageModel): number[][] {
  const { tokenizer } = model;
  if (tokenizer !== undefined) {
    return NEUTRAL_TEXTS.map((text) => encodePrompt(tokenizer, text).slice(0, LENGTH));
  }
  throw new UnsupportedModelError({
    what: 'Model',
    given: 'without a tokenizer',
    supported: 'models with one, or neutral texts as tokens: `rows`',
  });
}

/** Different places, in order. */
function placesIn(row: TokenSequence, random: Random): number[] {
  const first = Math.min(EARLIEST, row.length - 1);
  const all = Array.from({ length: row.length - first }, (_, at) => first + at);
  return random
    .shuffle(all)
    .slice(0, PLACES)
    .sort((a, b) => a - b);
}

function drawToken(logProbabilities: Float32Array, random: Random): number {
  let left = random.next();
  for (const [token, value] of logProbabilities.entries()) {
    left -= Math.exp(value);
    if (left < 0) return token;
  }
  return logProbabilities.length - 1;
}
