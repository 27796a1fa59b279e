/**
 * One request to a chat service, and everything that may come of it.
 *
 * @module
 */
import { type ChatMessage, MissingPeerError } from '@austeer/core';
import type { OpenAI } from 'openai';
import type { TokenCount } from './budget.ts';
import { requestedWait } from './retry.ts';

/** What came of a request. */
export type ChatOutcome =
  | {
      readonly kind: 'answer';
      readonly text: string;
      /** What the service said instead of an answer. */
      readonly refusal?: string | undefined;
      readonly finish: string | undefined;
      readonly tokens?: TokenCount | undefined;
    }
  /** May work when sent again. `charged`: the service may have worked for it. */
  | {
      readonly kind: 'failed';
      readonly cause: string;
      readonly detail: string;
      readonly charged: boolean;
      readonly wait?: number | undefined;
    }
  /** This request will never work. */
  | { readonly kind: 'rejected'; readonly status: number; readonly detail: string }
  /** No request will. */
  | { readonly kind: 'hopeless'; readonly status: number; readonly detail: string };

/** Sends requests. */
export interface ChatClient {
  send(
    request: { messages: readonly ChatMessage[]; body: Readonly<Record<string, unknown>> },
    signal: AbortSignal | undefined,
  ): Promise<ChatOutcome>;
}

/**
 * A client of an OpenAI-compatible service. It sends once; the key is in no result.
 *
 * @param options.timeout milliseconds from the beginning of the request to the last byte of its answer
 * @throws MissingPeerError when `openai` is not installed.
 */
export async function createChatClient(options: {
  baseURL: string;
  apiKey: string | undefined;
  timeout: number;
  fetch: typeof globalThis.fetch;
}): Promise<ChatClient> {
  const { baseURL, apiKey, timeout, fetch } = options;
  const openai = await importOpenAi();
  const client = new openai.OpenAI({
    baseURL,
    // The library wants one; services without keys ignore it.
    apiKey: apiKey ?? 'none',
    fetch,
    maxRetries: 0,
    timeout,
    // Both are read from the environment else, and would go to whatever service this is.
    organization: null,
    project: null,
    // The library logs requests when the environment asks for it.
    logLevel: 'off',
  });
  const redact = (text: string): string => {
    const plain = apiKey === undefined ? text : text.replaceAll(apiKey, '[key]');
    return plain.replaceAll(/\s+/g, ' ').slice(0, DETAIL_LENGTH);
  };
  return {
    async send({ messages, body }, signal) {
      // The library's own timeout ends with the headers; a body that drips must end too.
      const clock = AbortSignal.timeout(timeout);
      const stop = signal === undefined ? clock : AbortSignal.any([signal, clock]);
      try {
        const answer: unknown = await client.chat.completions.create(
          { ...body, messages } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming,
          { signal: stop },
        );
        return readAnswer(answer);
      } catch (error) {
        signal?.throwIfAborted();
        if (clock.aborted || error instanceof openai.APIConnectionTimeoutError) {
          return {
            kind: 'failed',
            cause: 'timeout',
            detail: `no answer within ${timeout} ms`,
            charged: true,
          };
        }
        if (error instanceof SyntaxError) {
          return { kind: 'failed', cause: 'malformed', detail: redact(error.message), charged: true };
        }
        if (error instanceof openai.APIError && typeof error.status === 'number') {
          return readStatus(error.status, error.code, redact(error.message), error.headers);
        }
        const message = error instanceof Error ? deepestMessage(error) : String(error);
        return { kind: 'failed', cause: 'connection', detail: redact(message), charged: true };
      }
    },
  };
}

/** Long enough for a sentence, short enough for a line. */
const DETAIL_LENGTH = 200;

async function importOpenAi(): Promise<typeof import('openai')> {
  try {
    return await import('openai');
  } catch (cause) {
    throw new MissingPeerError({ library: 'openai', install: 'npm install openai@6.49.0', cause });
  }
}

function readStatus(
  status: number,
  code: string | null | undefined,
  detail: string,
  headers: Headers | undefined,
): ChatOutcome {
  // Some servers answer 500 to structured output that they do not know (llama-cpp-python does).
  if (status >= 500 && detail.includes('response_format')) return { kind: 'rejected', status, detail };
  if (status === 429 && code !== 'insufficient_quota') {
    return { kind: 'failed', cause: 'rate limit', detail, charged: false, wait: requestedWait(headers) };
  }
  if (status === 408 || status === 409 || status >= 500) {
    return { kind: 'failed', cause: 'server error', detail, charged: false, wait: requestedWait(headers) };
  }
  const hopeless = [401, 402, 403, 404, 429].includes(status);
  return { kind: hopeless ? 'hopeless' : 'rejected', status, detail };
}

/** Services differ, and proxies in front of them more so: nothing of an answer is taken on trust. */
function readAnswer(answer: unknown): ChatOutcome {
  const { choices, usage } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    choices?: unknown;
    usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
  };
  const choice = (Array.isArray(choices) ? choices[0] : undefined) as
    | { message?: { content?: unknown; refusal?: unknown } | null; finish_reason?: unknown }
    | null
    | undefined;
  const { content, refusal } = choice?.message ?? {};
  const prompt = usage?.prompt_tokens;
  const completion = usage?.completion_tokens;
  const tokens = isCount(prompt) && isCount(completion) ? { prompt, completion } : undefined;
  if (typeof content !== 'string' && typeof refusal !== 'string') {
    return { kind: 'failed', cause: 'malformed', detail: 'the answer holds no message', charged: true };
  }
  return {
    kind: 'answer',
    text: typeof content === 'string' ? content : '',
    ...(typeof refusal === 'string' && refusal !== '' ? { refusal } : {}),
    finish: typeof choice?.finish_reason === 'string' ? choice.finish_reason : undefined,
    tokens,
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function deepestMessage(error: Error): string {
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}
