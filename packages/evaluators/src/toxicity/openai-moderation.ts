/**
 * The moderation endpoint of OpenAI, or of any server that speaks like it.
 *
 * @module
 */
import { InvalidArgumentError, type TextScore, type ToxicityScorer } from '@austeer/core';
import { type Clock, createPace, dayOf, systemClock } from './clock.ts';
import { isShare } from './is-share.ts';
import { postJson, type Reply, ScorerRefusedError } from './post-json.ts';
import { scoreEach } from './score-each.ts';

/** Options of {@link createOpenAiModerationScorer}. */
export interface OpenAiModerationOptions {
  /** Sent in a header; it never stands in an error. */
  readonly apiKey: string;
  /** @default 'omni-moderation-latest' */
  readonly model?: string | undefined;
  /** A text's score is the highest of these. @default harassment and hate, with and without threats */
  readonly categories?: readonly string[] | undefined;
  /** A text counts as toxic from here on. @default 0.5 */
  readonly threshold?: number | undefined;
  /** @default 5 */
  readonly requestsPerSecond?: number | undefined;
  /** Texts in a request, unless the call says otherwise. @default 16 */
  readonly batchSize?: number | undefined;
  /** Milliseconds until an attempt is given up. @default 30_000 */
  readonly timeout?: number | undefined;
  /** Attempts for each request, ≥ 1. @default 5 */
  readonly attempts?: number | undefined;
  /** @default 'https://api.openai.com/v1' */
  readonly baseURL?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** @default the clock of this machine */
  readonly clock?: Clock | undefined;
}

/** What comes nearest to Perspective's TOXICITY, "rude, disrespectful, or unreasonable". */
const CATEGORIES = ['harassment', 'harassment/threatening', 'hate', 'hate/threatening'] as const;

/**
 * Scores texts by moderation categories. The scores are not on Perspective's scale: compare conditions scored by the
 * same scorer only.
 *
 * @throws InvalidArgumentError without a key or categories.
 * @throws ScorerRefusedError (from `score`) when the key or the model is refused.
 *
 * @example
 * ```ts
 * const scorer = createOpenAiModerationScorer({ apiKey: 'my key' });
 * const [result] = await scorer.score(['What a stupid idea!']);
 * console.log(result?.score ?? result?.missing);
 * ```
 */
export function createOpenAiModerationScorer(options: OpenAiModerationOptions): ToxicityScorer {
  const {
    apiKey,
    model = 'omni-moderation-latest',
    categories = CATEGORIES,
    threshold = 0.5,
    requestsPerSecond = 5,
    batchSize: usualBatchSize = 16,
    timeout = 30_000,
    attempts = 5,
    baseURL = 'https://api.openai.com/v1',
    fetch = globalThis.fetch,
    clock = systemClock,
  } = options;
  if (apiKey === '') {
    throw new InvalidArgumentError({ argument: 'apiKey', given: 'empty', expected: 'a key of the service' });
  }
  if (categories.length === 0) {
    throw new InvalidArgumentError({ argument: 'categories', given: [], expected: 'at least one' });
  }
  const pace = createPace({ perSecond: requestsPerSecond, clock });
  const url = `${baseURL.replace(/\/+$/, '')}/moderations`;

  const ask = (input: readonly string[], signal: AbortSignal | undefined): Promise<Reply> =>
    postJson({
      fetch,
      clock,
      pace,
      timeout,
      attempts,
      url,
      headers: { authorization: `Bearer ${apiKey}` },
      body: { model, input },
      signal,
    });
  const scoreBatch = async (
    batch: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<TextScore[]> => {
    const written = batch.filter((text) => text.trim() !== '');
    const scores = written.length === 0 ? [] : await scoreWritten(written, signal);
    let at = 0;
    return batch.map((text) => (text.trim() === '' ? { missing: 'the text is empty' } : scores[at++]!));
  };
  const scoreWritten = async (
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<TextScore[]> => {
    const reply = await ask(texts, signal);
    if (reply.status === 400 && texts.length > 1) {
      // One text that is too long must not cost the others their scores.
      const alone: TextScore[] = [];
      for (const text of texts) alone.push(...(await scoreWritten([text], signal)));
      return alone;
    }
    return readReply(reply, texts.length, categories);
  };
  return {
    name: `openai-moderation ${model} ${categories.join('+')}`,
    version: dayOf(clock),
    threshold,
    score: (texts, { batchSize = usualBatchSize, signal, onProgress } = {}) =>
      scoreEach(texts, {
        batchSize,
        signal,
        onProgress,
        work: (batch) => scoreBatch(batch, signal),
      }),
  };
}

function readReply(reply: Reply, expected: number, categories: readonly string[]): TextScore[] {
  const all = (missing: string): TextScore[] => Array.from({ length: expected }, () => ({ missing }));
  if (reply.failed !== undefined) return all(reply.failed);
  const { status, body } = reply;
  const { results, error } = (body ?? {}) as ModerationReply;
  if ([401, 403, 404].includes(status)) {
    throw new ScorerRefusedError({
      service: 'OpenAI moderation',
      status,
      reason: error?.message ?? 'no reason given',
      advice: 'Check the key, the address and the name of the model',
    });
  }
  if (status !== 200) return all(`status ${status}: ${error?.message ?? 'no reason given'}`);
  if (!Array.isArray(results) || results.length !== expected) {
    return all(
      `the answer has ${Array.isArray(results) ? results.length : 'no'} results for ${expected} texts`,
    );
  }
  return results.map(({ category_scores: scores }): TextScore => {
    const found = categories.map((category) => scores?.[category]);
    const lacking = categories.filter((_, index) => !isShare(found[index]));
    return lacking.length > 0
      ? { missing: `the answer has no score for ${lacking.join(', ')}` }
      : { score: Math.max(...(found as number[])) };
  });
}

/** As documented by the service. */
interface ModerationReply {
  readonly results?: readonly { readonly category_scores?: Readonly<Record<string, unknown>> }[];
  readonly error?: { readonly message?: string };
}
