/**
 * Pairs of tokens, and a model that forgets: what the suite is made of.
 *
 * @module
 */
import { createRandom, type LanguageModel, type SiteActivations, type TokenPair } from '@austeer/core';

/** Random questions with one of two answers each, of some tokens. */
export function createMethodPairs(options: { tokensBelow: number; answerTokens: number }): TokenPair[] {
  const { tokensBelow, answerTokens } = options;
  const random = createRandom(11);
  const tokens = (length: number): number[] => Array.from({ length }, () => random.integer(tokensBelow));
  const [right, wrong] = [tokens(answerTokens), tokens(answerTokens + (answerTokens > 1 ? 1 : 0))];
  return Array.from({ length: 12 }, (_, index) => {
    const question = tokens(9 + (index % 4));
    return { id: `pair ${index}`, positive: [...question, ...right], negative: [...question, ...wrong] };
  });
}

/** The same model, whose activations turn to NaN as soon as the next are read: who keeps them does not get far. */
export function forgetful(model: LanguageModel): LanguageModel {
  async function* forget<T>(
    source: AsyncIterable<T>,
    partsOf: (item: T) => SiteActivations[],
  ): AsyncGenerator<T> {
    for await (const item of source) {
      yield item;
      for (const part of partsOf(item)) for (const { data } of Object.values(part)) data.fill(Number.NaN);
    }
  }
  return {
    ...model,
    capturePairs: (pairs, options) =>
      forget(model.capturePairs(pairs, options), ({ positive, negative }) => [positive, negative]),
    capture: (rows, options) => forget(model.capture(rows, options), ({ activations }) => [activations]),
  };
}
