/**
 * Activations of the answers of pairs, token by token.
 *
 * @module
 */
import {
  type FloatTensor,
  floatTensor,
  type LanguageModel,
  type ModelCallOptions,
  type Site,
  type TokenPair,
  type TokenSequence,
} from '@austeer/core';

/** The answers of one pair, `[answer tokens, layers, width]`. */
export interface AnswerActivations {
  readonly id: string;
  readonly positive: FloatTensor;
  readonly negative: FloatTensor;
}

/** First token at which the texts of a pair differ; at most the last token of the shorter one. */
export function answerStart({ positive, negative }: TokenPair): number {
  const limit = Math.min(positive.length, negative.length) - 1;
  let start = 0;
  while (start < limit && positive[start] === negative[start]) start++;
  return start;
}

/**
 * Reads the answer tokens of each pair, one pair at a time.
 *
 * @param options.layers lowest layers to read. @default all
 */
export async function* captureAnswers(
  options: ModelCallOptions & {
    readonly model: LanguageModel;
    readonly pairs: readonly TokenPair[];
    readonly site: Site;
    readonly layers?: number | undefined;
  },
): AsyncGenerator<AnswerActivations> {
  const { model, pairs, site, layers, signal, onProgress } = options;
  for (const [done, pair] of pairs.entries()) {
    signal?.throwIfAborted();
    yield await captureAnswer(model, pair, { sites: [site], layers, signal });
    onProgress?.({ stage: 'capture', done: done + 1, total: pairs.length });
  }
}

async function captureAnswer(
  model: LanguageModel,
  pair: TokenPair,
  call: { sites: readonly [Site]; layers: number | undefined; signal: AbortSignal | undefined },
): Promise<AnswerActivations> {
  const { id, positive, negative } = pair;
  const start = answerStart(pair);
  const [site] = call.sites;
  if (positive.length === start + 1 && negative.length === start + 1) {
    // Answers of one token: the question is computed once for both.
    for await (const last of model.capturePairs([pair], call)) {
      return { id, positive: asOneToken(last.positive[site]!), negative: asOneToken(last.negative[site]!) };
    }
  }
  const read = async (tokens: TokenSequence): Promise<FloatTensor> => {
    for await (const { activations } of model.capture([tokens], { ...call, positions: 'all' })) {
      const { data, shape } = activations[site]!;
      const size = data.length / tokens.length;
      return floatTensor(data.slice(start * size), [tokens.length - start, ...shape.slice(1)]);
    }
    throw new Error('the model gave no activations for a row');
  };
  return { id, positive: await read(positive), negative: await read(negative) };
}

function asOneToken({ data, shape }: FloatTensor): FloatTensor {
  return floatTensor(data, [1, ...shape]);
}

/** Mean over tokens, `[layers, width]`. */
export function meanOverTokens({ data, shape }: FloatTensor): FloatTensor {
  const [tokens, layers, width] = shape as [number, number, number];
  const size = layers * width;
  const mean = Float32Array.from({ length: size }, (_, unit) => {
    let sum = 0;
    for (let token = 0; token < tokens; token++) sum += data[token * size + unit]!;
    return sum / tokens;
  });
  return floatTensor(mean, [layers, width]);
}
