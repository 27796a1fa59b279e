/**
 * A language model over a decoder: the calls of core's {@link LanguageModel}.
 *
 * @module
 */
import {
  AusteerError,
  type GainGradientSource,
  type LanguageModel,
  type ModelIdentity,
  type Site,
  type Tokenizer,
} from '@austeer/core';
import { capturePairs, captureRows } from './capture.ts';
import type { Decoder } from './engine/decoder.ts';
import type { Differentiator } from './engine/differentiator.ts';
import { gainGradients } from './gain-gradients.ts';
import { generateRows } from './generate.ts';
import { logProbabilityRows } from './log-probabilities.ts';
import type { ModelContext } from './model-context.ts';
import { scoreItems } from './score.ts';
import { createDecodingPurpose } from './steering-purpose.ts';

/** A call came after the model was disposed. */
export class ModelDisposedError extends AusteerError {
  constructor() {
    super('MODEL_DISPOSED', 'The model was disposed; expected a loaded one. Load it again.');
  }
}

/** Puts the calls together. */
export function createDecoderModel(options: {
  decoder: Decoder;
  differentiator: Differentiator | undefined;
  identity: ModelIdentity;
  headSize: number;
  tokenizer: Tokenizer | undefined;
  contextLength: number;
  vocabularySize: number;
  padding: 'left' | 'right';
  isProcessor: boolean;
  /** Whether decoding sessions take steering from the beginning. */
  isSteered: boolean;
}): LanguageModel & GainGradientSource {
  const { decoder, differentiator, identity, headSize, tokenizer, contextLength, vocabularySize, padding } =
    options;
  let disposed = false;
  let last: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(() => {
      if (disposed) throw new ModelDisposedError();
      return work();
    });
    last = run.catch(() => undefined);
    return run;
  };
  const usual: readonly Site[] = ['attention', 'ffn'];
  const context: ModelContext = {
    decoder,
    differentiator,
    identity,
    tokenizer,
    contextLength,
    vocabularySize,
    padding,
    isProcessor: options.isProcessor,
    decodingPurpose: createDecodingPurpose({
      usual: usual.filter((site) => identity.widths[site] !== undefined),
      isSteered: options.isSteered,
    }),
    exclusively,
  };
  return {
    identity,
    headSize,
    ...(tokenizer === undefined ? {} : { tokenizer }),
    contextLength,
    capture: (rows, captureOptions) => captureRows(context, rows, captureOptions),
    capturePairs: (pairs, captureOptions) => capturePairs(context, pairs, captureOptions),
    generate: (prompts, generateOptions) => generateRows(context, prompts, generateOptions),
    score: (items, scoreOptions) => scoreItems(context, items, scoreOptions),
    gainGradients: (items, gradientOptions) => gainGradients(context, items, gradientOptions),
    logProbabilities: (rows, callOptions) => logProbabilityRows(context, rows, callOptions),
    async dispose() {
      if (disposed) return;
      await last;
      disposed = true;
      await decoder.dispose();
      await differentiator?.dispose();
    },
  };
}
