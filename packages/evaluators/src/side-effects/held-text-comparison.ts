/**
 * How far steering moves a model on text that it was not meant for.
 *
 * @module
 */
import {
  EmptyInputError,
  encodePrompt,
  type LanguageModel,
  type ModelCallOptions,
  type SteeringValues,
  type TokenSequence,
  UnsupportedModelError,
} from '@austeer/core';
import type { Estimate } from '../intervals.ts';
import { clusterMean } from '../statistics/cluster-mean.ts';
import { HELD_TEXTS } from './held-texts.ts';

/** A model on held text, vanilla and steered. Intervals draw whole texts. */
export interface HeldTextComparison {
  readonly texts: number;
  /** Tokens predicted: all but the first of each text. */
  readonly tokens: number;
  /**
   * Mean divergence KL(vanilla ‖ steered) of the next-token distribution, in nats a token. Absent where the model
   * cannot give its whole distribution.
   */
  readonly divergence?: Estimate | undefined;
  /** exp of the mean negative log-probability a token. */
  readonly perplexity: {
    readonly vanilla: Estimate;
    readonly steered: Estimate;
    /** Steered over vanilla: 1 is no change. */
    readonly ratio: Estimate;
  };
}

/** Options of {@link compareHeldTexts}. */
export interface HeldTextOptions extends ModelCallOptions {
  readonly model: LanguageModel;
  readonly steering: SteeringValues;
  /** Texts of at least two tokens each. @default 48 neutral paragraphs of this project */
  readonly texts?: readonly string[] | undefined;
  /** Of the bootstrap. @default 0 */
  readonly seed?: number | undefined;
}

/** What one text adds up to. */
interface TextSums {
  readonly tokens: number;
  readonly vanillaLoss: number;
  readonly steeredLoss: number;
  readonly divergence: number | undefined;
}

/**
 * Divergence and perplexity on held text. The texts are read as prompts: a plan that steers generated tokens only
 * leaves them alone.
 *
 * @throws UnsupportedModelError when the model has no tokenizer.
 * @throws EmptyInputError without texts, or for a text of fewer than two tokens.
 *
 * @example
 * ```ts
 * declare const model: LanguageModel;
 * declare const steering: SteeringValues;
 * const { divergence, perplexity } = await compareHeldTexts({ model, steering });
 * console.log(divergence?.value, perplexity.ratio.value);
 * ```
 */
export async function compareHeldTexts(options: HeldTextOptions): Promise<HeldTextComparison> {
  const { model, steering, texts = HELD_TEXTS, seed = 0, batchSize, signal, onProgress } = options;
  const { tokenizer } = model;
  if (tokenizer === undefined) {
    throw new UnsupportedModelError({
      what: 'Model',
      given: 'without a tokenizer',
      supported: 'models with one',
      advice: 'Held text is text; put a tokenizer.json beside the model',
    });
  }
  if (texts.length === 0) throw new EmptyInputError({ what: 'Held texts' });
  const rows = texts.map((text) => encodePrompt(tokenizer, text));
  const short = rows.findIndex((tokens) => tokens.length < 2);
  if (short >= 0) {
    throw new EmptyInputError({
      what: `Tokens to predict in held text ${short}`,
      advice: 'Give texts of at least two tokens',
    });
  }
  const call = { batchSize, signal, onProgress };
  const sums =
    model.logProbabilities === undefined
      ? await sumScores(model, rows, steering, call)
      : await sumDistributions(model, rows, steering, call);

  const perToken = (of: (text: TextSums) => number, transform?: (mean: number) => number): Estimate =>
    clusterMean(
      sums.map((text) => ({ sum: of(text), count: text.tokens })),
      { seed, ...(transform && { transform }) },
    );
  return {
    texts: sums.length,
    tokens: sums.reduce((sum, { tokens }) => sum + tokens, 0),
    ...(sums.every(({ divergence }) => divergence !== undefined) && {
      divergence: perToken(({ divergence }) => divergence!),
    }),
    perplexity: {
      vanilla: perToken(({ vanillaLoss }) => vanillaLoss, Math.exp),
      steered: perToken(({ steeredLoss }) => steeredLoss, Math.exp),
      ratio: perToken(({ vanillaLoss, steeredLoss }) => steeredLoss - vanillaLoss, Math.exp),
    },
  };
}

/** Both conditions of a text are neighbours in one batch, so that a pair is compared and let go. */
async function sumDistributions(
  model: LanguageModel,
  rows: readonly TokenSequence[],
  steering: SteeringValues,
  { batchSize, signal, onProgress }: ModelCallOptions,
): Promise<TextSums[]> {
  const sums: TextSums[] = [];
  let vanilla: Float32Array | undefined;
  const stream = model.logProbabilities!(
    rows.flatMap((tokens) => [tokens, tokens]),
    {
      positions: rows.flatMap((tokens) => {
        const predicting = Array.from({ length: tokens.length - 1 }, (_, position) => position);
        return [predicting, predicting];
      }),
      steering: rows.flatMap(() => [undefined, steering]),
      batchSize,
      signal,
    },
  );
  for await (const { logProbabilities } of stream) {
    if (vanilla === undefined) {
      vanilla = logProbabilities.data;
      continue;
    }
    const tokens = rows[sums.length]!;
    const vocabulary = logProbabilities.shape[1]!;
    sums.push(sumText({ vanilla, steered: logProbabilities.data, vocabulary, tokens }));
    vanilla = undefined;
    onProgress?.({ stage: 'held texts', done: sums.length, total: rows.length });
  }
  return sums;
}

function sumText(options: {
  vanilla: Float32Array;
  steered: Float32Array;
  vocabulary: number;
  tokens: TokenSequence;
}): TextSums {
  const { vanilla, steered, vocabulary, tokens } = options;
  let [divergence, vanillaLoss, steeredLoss] = [0, 0, 0];
  for (let place = 0; place < vanilla.length; place++) {
    const expected = vanilla[place]!;
    // What the vanilla model holds impossible adds nothing.
    if (expected > Number.NEGATIVE_INFINITY) divergence += Math.exp(expected) * (expected - steered[place]!);
  }
  for (const [index, token] of tokens.slice(1).entries()) {
    vanillaLoss -= vanilla[index * vocabulary + token]!;
    steeredLoss -= steered[index * vocabulary + token]!;
  }
  // Rounding may leave a divergence of nothing a little below 0.
  return { tokens: tokens.length - 1, vanillaLoss, steeredLoss, divergence: Math.max(0, divergence) };
}

async function sumScores(
  model: LanguageModel,
  rows: readonly TokenSequence[],
  steering: SteeringValues,
  call: ModelCallOptions,
): Promise<TextSums[]> {
  const items = rows.map((tokens) => ({ prompt: tokens.slice(0, 1), candidates: [tokens.slice(1)] }));
  const vanilla = await model.score(items, call);
  const steered = await model.score(items, { ...call, steering });
  return rows.map((tokens, row) => ({
    tokens: tokens.length - 1,
    vanillaLoss: -vanilla[row]!.logProbabilities[0]!,
    steeredLoss: -steered[row]!.logProbabilities[0]!,
    divergence: undefined,
  }));
}
