/**
 * A judge behind any service that speaks OpenAI's chat completions.
 *
 * @module
 */
import {
  canonicalJson,
  InvalidArgumentError,
  type Judge,
  type JudgeQuestion,
  type JudgeReply,
  sha256,
} from '@austeer/core';
import pLimit from 'p-limit';
import { costOf, createBudget, type JudgeAccount, type TokenCount, type TokenPrice } from './budget.ts';
import { type ChatClient, type ChatOutcome, createChatClient } from './chat-request.ts';
import { JudgeServiceError } from './judge-errors.ts';
import { JUDGE_PROMPT_VERSION, judgeMessages, VERDICT_SCHEMA } from './prompt.ts';
import { createRetrier } from './retry.ts';
import { parseVerdict } from './verdict.ts';

/** Options of {@link createOpenAiJudge}. */
export interface OpenAiJudgeOptions {
  /** The judge's model, as its service names it. */
  readonly model: string;
  /** @default 'https://api.openai.com/v1' */
  readonly baseURL?: string | undefined;
  /** Sent to the service and to nobody else; in no result, error or file. @default none, for services without keys */
  readonly apiKey?: string | undefined;
  /** @default the global one */
  readonly fetch?: typeof fetch | undefined;
  /**
   * `schema`: a JSON object by the service's structured output; `text`: a letter in double brackets; `auto`: the
   * first, and the second where the service refuses the first. @default 'auto'
   */
  readonly output?: 'auto' | 'schema' | 'text' | undefined;
  /** @default 0 */
  readonly temperature?: number | undefined;
  /** Most tokens of a verdict and its reasons. @default 400 */
  readonly maxTokens?: number | undefined;
  /**
   * Further fields of the request, and other values for those above; `undefined` takes one away. A model that refuses
   * `max_tokens` wants `{ max_tokens: undefined, max_completion_tokens: 400 }`; a server with a structured output of
   * its own its `response_format`.
   */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Requests at a time. @default 4 */
  readonly concurrency?: number | undefined;
  /** Milliseconds from sending a request to the last byte of its answer. @default 60000 */
  readonly timeout?: number | undefined;
  /** Further attempts after rate limits, server errors, timeouts, cut connections and malformed answers. @default 5 */
  readonly retries?: number | undefined;
  /** Milliseconds before the second attempt, doubling from there, where the service asks for no pause. @default 500 */
  readonly retryDelay?: number | undefined;
  /** A service that asks for a longer pause, in milliseconds, is not waited for. @default 120000 */
  readonly longestWait?: number | undefined;
  /** Needed for every cost. */
  readonly price?: TokenPrice | undefined;
  /** No request is sent that could take the cost above this, in the currency of the price. @default no limit */
  readonly maxCost?: number | undefined;
}

/** What judging would take. */
export interface JudgeEstimate {
  readonly requests: number;
  /** A guess: four bytes a token, and as long a verdict as a hundred tokens. */
  readonly tokens: TokenCount;
  /** Above this it cannot come, but for requests sent again. */
  readonly mostTokens: TokenCount;
  readonly cost?: number | undefined;
  readonly mostCost?: number | undefined;
}

/** A judge that costs money. */
export interface OpenAiJudge extends Judge {
  /** What it would take to answer these questions; sends nothing. */
  estimate(questions: readonly JudgeQuestion[]): JudgeEstimate;
  /** What it took so far. */
  account(): JudgeAccount;
}

/** Bytes of English text that make a token, about. */
const BYTES_PER_TOKEN = 4;
/** A chat template adds a few tokens to every message. */
const TOKENS_PER_MESSAGE = 16;
/** Tokens of a usual verdict with its reasons. */
const USUAL_VERDICT = 100;

/**
 * Makes a judge of a chat model.
 *
 * Replies without a verdict name their cause: `unparsed`, `cut` (the token limit came first), `refused`, `filtered`,
 * `rejected` (this request only), `rate limit`, `server error`, `timeout`, `connection`, `malformed`, `cost limit`.
 *
 * `compare` rejects with MissingPeerError without the `openai` package, with JudgeServiceError when no request can
 * work (key, model, credit), and with the signal's reason.
 *
 * @throws InvalidArgumentError for a limit without a price, and numbers out of range.
 *
 * @example
 * ```ts
 * declare const process: { env: Record<string, string | undefined> };
 * const judge = createOpenAiJudge({
 *   model: 'gpt-4o-mini',
 *   apiKey: process.env.OPENAI_API_KEY,
 *   price: { promptPerMillion: 0.15, completionPerMillion: 0.6 },
 *   maxCost: 1,
 * });
 * judge.name; // 'gpt-4o-mini'
 * ```
 */
export function createOpenAiJudge(options: OpenAiJudgeOptions): OpenAiJudge {
  const {
    model,
    baseURL = 'https://api.openai.com/v1',
    apiKey,
    fetch = globalThis.fetch,
    output = 'auto',
    temperature = 0,
    maxTokens = 400,
    parameters = {},
    concurrency = 4,
    timeout = 60_000,
    retries = 5,
    retryDelay = 500,
    longestWait = 120_000,
    price,
    maxCost,
  } = options;
  checkWhole('maxTokens', maxTokens, 1);
  checkWhole('concurrency', concurrency, 1);
  checkWhole('timeout', timeout, 1);
  checkWhole('retries', retries, 0);
  if (maxCost !== undefined && price === undefined) {
    throw new InvalidArgumentError({
      argument: 'maxCost',
      given: maxCost,
      expected: 'a price beside it',
      advice: 'Give price, in the same currency',
    });
  }
  const settings: Readonly<Record<string, unknown>> = {
    model,
    temperature,
    max_tokens: maxTokens,
    ...parameters,
  };
  const longest = longestCompletion(settings);
  if (maxCost !== undefined && longest === undefined) {
    throw new InvalidArgumentError({
      argument: 'parameters',
      given: parameters,
      expected: 'max_tokens or max_completion_tokens, which maxCost is reckoned with',
    });
  }
  const version = describeVersion({ baseURL, output, settings });
  const limit = pLimit(concurrency);
  const retrier = createRetrier({ retries, delay: retryDelay, longestWait });
  const budget = createBudget({ price, maxCost });
  let client: Promise<ChatClient> | undefined;
  let form: 'schema' | 'text' = output === 'text' ? 'text' : 'schema';

  const sendOnce = async (
    question: JudgeQuestion,
    asked: 'schema' | 'text',
    context: { retry: boolean; signal: AbortSignal | undefined },
  ): Promise<ChatOutcome | undefined> => {
    client ??= createChatClient({ baseURL, apiKey, timeout, fetch });
    const { send } = await client;
    const messages = judgeMessages(question, asked);
    const reservation = await budget.reserve(mostTokens(messages, longest ?? maxTokens), context);
    if (reservation === undefined) return undefined;
    const body = asked === 'schema' ? { response_format: RESPONSE_FORMAT, ...settings } : settings;
    try {
      const outcome = await send({ messages, body }, context.signal);
      if (outcome.kind === 'answer' && outcome.tokens !== undefined) reservation.report(outcome.tokens);
      else if (outcome.kind === 'answer' || (outcome.kind === 'failed' && outcome.charged))
        reservation.unreported();
      else reservation.release();
      return outcome;
    } catch (error) {
      // Stopped half way: the service may go on and charge.
      reservation.unreported();
      throw error;
    }
  };

  const ask = async (question: JudgeQuestion, signal: AbortSignal | undefined): Promise<JudgeReply> => {
    const ended = await retrier.run<JudgeReply>(async (number) => {
      const asked = form;
      const context = { retry: number > 0, signal };
      let outcome = await sendOnce(question, asked, context);
      if (outcome?.kind === 'rejected' && asked === 'schema' && output === 'auto') {
        const second = await sendOnce(question, 'text', { ...context, retry: true });
        // Only a request that works without the schema shows that the schema was the trouble.
        if (second?.kind === 'answer') form = 'text';
        outcome = second;
      }
      if (outcome === undefined) return { result: { missing: 'cost limit' } };
      if (outcome.kind === 'hopeless') throw hopeless(outcome, baseURL);
      if (outcome.kind === 'failed') {
        const { cause, detail, wait } = outcome;
        return { failed: { cause, detail }, wait };
      }
      return { result: replyOf(outcome) };
    }, signal);
    return 'result' in ended ? ended.result : { missing: ended.failed.cause, detail: ended.failed.detail };
  };

  return {
    name: model,
    version,
    account: budget.account,
    estimate(questions) {
      const messages = questions.map((question) => judgeMessages(question, form));
      const most = messages.map((list) => mostTokens(list, longest ?? maxTokens));
      const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
      const tokens = {
        prompt: total(messages.map((list) => Math.ceil(bytesOf(list) / BYTES_PER_TOKEN))),
        completion: questions.length * Math.min(USUAL_VERDICT, longest ?? maxTokens),
      };
      const highest = {
        prompt: total(most.map(({ prompt }) => prompt)),
        completion: total(most.map(({ completion }) => completion)),
      };
      return {
        requests: questions.length,
        tokens,
        mostTokens: highest,
        ...(price && { cost: costOf(tokens, price), mostCost: costOf(highest, price) }),
      };
    },
    async compare(questions, { signal, onProgress, onReply } = {}) {
      signal?.throwIfAborted();
      let done = 0;
      // The first error stops the requests that are under way and those that wait.
      const stop = new AbortController();
      const joined = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
      const work = questions.map((question, index) =>
        limit(async () => {
          try {
            joined.throwIfAborted();
            const reply = await ask(question, joined);
            await onReply?.({ index, reply });
            onProgress?.({ stage: 'judge', done: ++done, total: questions.length });
            return reply;
          } catch (error) {
            stop.abort(error);
            throw error;
          }
        }),
      );
      // Nothing goes on behind the caller's back.
      await Promise.allSettled(work);
      return Promise.all(work);
    },
  };
}

const RESPONSE_FORMAT = {
  type: 'json_schema',
  json_schema: { name: 'verdict', strict: true, schema: VERDICT_SCHEMA },
} as const;

function replyOf(outcome: Exclude<ChatOutcome, { kind: 'failed' | 'hopeless' }>): JudgeReply {
  if (outcome.kind === 'rejected') return { missing: 'rejected', detail: outcome.detail };
  const { text, refusal, finish, tokens } = outcome;
  const common = { text: refusal ?? text, ...(tokens && { tokens }) };
  if (refusal !== undefined) return { missing: 'refused', ...common };
  const verdict = parseVerdict(text);
  if (verdict !== undefined) {
    return { verdict: verdict === 'A' ? 'first' : verdict === 'B' ? 'second' : 'tie', ...common };
  }
  if (finish === 'content_filter') return { missing: 'filtered', ...common };
  return { missing: finish === 'length' ? 'cut' : 'unparsed', ...common };
}

function hopeless(outcome: Extract<ChatOutcome, { kind: 'hopeless' }>, baseURL: string): JudgeServiceError {
  const { status, detail } = outcome;
  const advice =
    status === 404
      ? 'Check the base URL and the name of the model'
      : status === 402 || status === 429
        ? 'The account has no credit left'
        : 'Check the API key';
  return new JudgeServiceError({ host: new URL(baseURL).host, status, detail, advice });
}

/** Tokens that a request may be answered with: its limit, for each of the answers that it asks for. */
function longestCompletion(settings: Readonly<Record<string, unknown>>): number | undefined {
  const { max_tokens, max_completion_tokens, n = 1 } = settings;
  const limits = [max_tokens, max_completion_tokens].filter((limit) => typeof limit === 'number');
  return limits.length === 0 ? undefined : Math.max(...limits) * Number(n);
}

/** No token is shorter than a byte. */
function mostTokens(messages: ReturnType<typeof judgeMessages>, maxTokens: number): TokenCount {
  return { prompt: bytesOf(messages) + TOKENS_PER_MESSAGE * messages.length, completion: maxTokens };
}

function bytesOf(messages: ReturnType<typeof judgeMessages>): number {
  return messages.reduce((sum, { content }) => sum + new TextEncoder().encode(content).length, 0);
}

/** Short and readable, with a hash of everything that can change a verdict; addresses stay out of results. */
function describeVersion(options: {
  baseURL: string;
  output: string;
  settings: Readonly<Record<string, unknown>>;
}): string {
  const hash = sha256(canonicalJson(options)).slice(0, 12);
  return `${JUDGE_PROMPT_VERSION}/${options.output}/${hash}`;
}

function checkWhole(argument: string, given: number, least: number): void {
  if (!Number.isInteger(given) || given < least) {
    throw new InvalidArgumentError({ argument, given, expected: `a whole number ≥ ${least}` });
  }
}
