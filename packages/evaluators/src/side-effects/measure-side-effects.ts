/**
 * What a plan does beside what it is meant to do.
 *
 * @module
 */
import { encodePrompt, type LanguageModel, type ModelCallOptions, type SteeringValues } from '@austeer/core';
import { type Estimate, wilsonInterval } from '../intervals.ts';
import { compareTexts, type TextComparison } from './compare-texts.ts';
import { compareHeldTexts, type HeldTextComparison } from './held-text-comparison.ts';
import { firstSentence, HELD_TEXTS } from './held-texts.ts';

/** Options of {@link measureSideEffects}. */
export interface SideEffectOptions extends ModelCallOptions {
  readonly model: LanguageModel;
  readonly steering: SteeringValues;
  /** Texts to be predicted. @default 48 neutral paragraphs of this project */
  readonly texts?: readonly string[] | undefined;
  /** Texts to go on from. @default the first sentence of each text */
  readonly prompts?: readonly string[] | undefined;
  /** @default 48 */
  readonly maxNewTokens?: number | undefined;
  /** 0 = greedy. @default 0 */
  readonly temperature?: number | undefined;
  /** Of sampling and bootstrap. @default 0 */
  readonly seed?: number | undefined;
}

/** Side effects of one plan on one model. */
export interface SideEffects {
  readonly heldTexts: HeldTextComparison;
  readonly continuations: TextComparison;
  /** Share of continuations that ended by themselves within `maxNewTokens`. */
  readonly ended: { readonly vanilla: Estimate; readonly steered: Estimate };
  readonly maxNewTokens: number;
}

/**
 * Divergence and perplexity on held text, and how continuations change: repetition, entropy, distinct words, length,
 * refusals. Both conditions run on the same prompts with the same seed.
 *
 * @throws UnsupportedModelError when the model has no tokenizer.
 * @throws EmptyInputError without texts or prompts.
 *
 * @example
 * ```ts
 * declare const model: LanguageModel;
 * declare const steering: SteeringValues;
 * console.log(formatSideEffects(await measureSideEffects({ model, steering })).join('\n'));
 * ```
 */
export async function measureSideEffects(options: SideEffectOptions): Promise<SideEffects> {
  const {
    model,
    steering,
    texts = HELD_TEXTS,
    prompts = texts.map(firstSentence),
    maxNewTokens = 48,
    temperature = 0,
    seed = 0,
    batchSize,
    signal,
    onProgress,
  } = options;
  const call = { batchSize, signal, onProgress };
  const heldTexts = await compareHeldTexts({ model, steering, texts, seed, ...call });
  const rows = prompts.map((prompt) => encodePrompt(model.tokenizer!, prompt));
  const generate = { maxNewTokens, temperature, seed, ...call };
  const vanilla = await model.generate(rows, generate);
  const steered = await model.generate(rows, { ...generate, steering });
  const ended = (generations: typeof vanilla): Estimate =>
    wilsonInterval({
      successes: generations.filter(({ finish }) => finish === 'end').length,
      trials: generations.length,
    });
  return {
    heldTexts,
    continuations: compareTexts({
      vanilla: vanilla.map(({ text }) => text),
      steered: steered.map(({ text }) => text),
      seed,
    }),
    ended: { vanilla: ended(vanilla), steered: ended(steered) },
    maxNewTokens,
  };
}
