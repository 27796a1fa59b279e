/**
 * What each unit's gain does to the right answers of pairs.
 *
 * @module
 */
import {
  AusteerError,
  EmptyInputError,
  type GainGradientSource,
  type LanguageModel,
  type MarginItem,
  type ModelCallOptions,
  type Site,
  type SteeringValues,
  type TokenPair,
  type TokenSequence,
  UnsupportedModelError,
} from '@austeer/core';
import { type GradientClass, marginItem, measureGradients } from '@austeer/localize';

/** Options of {@link measurePairGradients}. */
export interface PairGradientOptions extends ModelCallOptions {
  /** A model that can be differentiated, or a {@link differenceGradients} of one that cannot. */
  readonly model: LanguageModel | GainGradientSource;
  readonly pairs: readonly TokenPair[];
  readonly sites: readonly Site[];
  /**
   * Written forms of each class, as tokens: the margin is then over all forms of the right class against all others, and
   * not between the two texts of the pair alone. @default none
   */
  readonly answerForms?: Readonly<Record<string, readonly TokenSequence[]>> | undefined;
  /**
   * Divide log-probabilities by the answer's length.
   * @default whether any answer of these pairs is longer than a token
   */
  readonly perToken?: boolean | undefined;
  /** Where gradients are taken: under this steering. @default none */
  readonly steering?: SteeringValues | undefined;
}

/** What was measured. */
export interface PairGradients {
  readonly classes: readonly GradientClass[];
  /** Mean margin over the pairs, in nats (per token where answers are long). */
  readonly meanMargin: number;
  readonly perToken: boolean;
  /** Pairs whose texts do not part, so that there is no margin. */
  readonly leftOut: readonly string[];
}

/**
 * Measures gradients over pairs, each split into a question and two answers where its texts part.
 *
 * @throws UnsupportedModelError when the model cannot be differentiated.
 * @throws EmptyInputError when no pair has a margin.
 *
 * @example
 * ```ts
 * import { causalScores, rankScores } from '@austeer/localize';
 * declare const model: LanguageModel & GainGradientSource;
 * declare const pairs: TokenPair[];
 * const { classes } = await measurePairGradients({ model, pairs, sites: ['ffn'] });
 * const [unit] = rankScores(causalScores(classes)); // the unit whose gain matters most to first order
 * ```
 */
export async function measurePairGradients(options: PairGradientOptions): Promise<PairGradients> {
  const { model, pairs, sites, answerForms, steering, batchSize, signal, onProgress } = options;
  const source = differentiable(model);
  const leftOut: string[] = [];
  const items = pairs.flatMap((pair): MarginItem[] => {
    try {
      return [withForms(marginItem(pair), answerForms)];
    } catch (error) {
      if (!AusteerError.isInstance(error)) throw error;
      leftOut.push(pair.id);
      return [];
    }
  });
  if (items.length === 0) throw new EmptyInputError({ what: 'Pairs with a question and two answers' });
  const isLong = ({ right, wrong }: MarginItem): boolean =>
    [...right, ...wrong].some(({ length }) => length > 1);
  const { perToken = items.some(isLong) } = options;
  let margins = 0;
  async function* counted() {
    for await (const item of source.gainGradients(items, {
      sites,
      perToken,
      steering,
      batchSize,
      signal,
      onProgress,
    })) {
      margins += item.margin;
      yield item;
    }
  }
  const classes = await measureGradients(counted(), { sites, signal });
  return { classes, meanMargin: margins / items.length, perToken, leftOut };
}

/** The written forms of the right class against those of all others. */
function withForms(item: MarginItem, forms: PairGradientOptions['answerForms']): MarginItem {
  const right = item.label === undefined ? undefined : forms?.[item.label];
  if (right === undefined) return item;
  const wrong = Object.entries(forms!).flatMap(([label, texts]) => (label === item.label ? [] : texts));
  return { ...item, right, wrong };
}

/** The model's gradients. @throws UnsupportedModelError when it has none. */
export function differentiable(model: LanguageModel | GainGradientSource): GainGradientSource {
  if ('gainGradients' in model) return model;
  throw new UnsupportedModelError({
    what: 'The gradient of',
    given: model.identity.name,
    supported: 'models with gainGradients, as GGUF files loaded in fp32 by @austeer/runtime are',
    advice: 'Measure a few hundred units one by one instead: differenceGradients',
  });
}
