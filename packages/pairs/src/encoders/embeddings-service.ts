/**
 * A sentence encoder over an OpenAI-compatible embeddings service: the API itself, vLLM, llama.cpp, Ollama, and others.
 *
 * @module
 */
import {
  AusteerError,
  encodeInBatches,
  floatTensor,
  InvalidArgumentError,
  type SentenceEncoder,
} from '@austeer/core';

/** Options of {@link createEmbeddingsEncoder}. */
export interface EmbeddingsEncoderOptions {
  /** The service's name of the model, for example `text-embedding-3-small`. */
  readonly model: string;
  /** Address up to and without `/embeddings`. @default 'https://api.openai.com/v1' */
  readonly baseUrl?: string | undefined;
  /** Sent as a bearer token; appears in no message. @default none */
  readonly apiKey?: string | undefined;
  /** Shortened vectors, where the model can. @default the model's own */
  readonly dimensions?: number | undefined;
  /** Texts in one request, ≥ 1. @default 128 */
  readonly batchSize?: number | undefined;
  /** Further tries after a broken connection, 408, 409, 429 or 5xx. @default 5 */
  readonly maxRetries?: number | undefined;
  /** Wait before the first further try in milliseconds, doubled each time; a `retry-after` goes first. @default 500 */
  readonly retryDelay?: number | undefined;
  /** Longest wait for one reply, in milliseconds. @default 60000 */
  readonly timeout?: number | undefined;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A service did not give vectors. */
export class EmbeddingsServiceError extends AusteerError {
  readonly url: string;
  /** HTTP status of the last reply; absent where none came. */
  readonly status: number | undefined;
  readonly tries: number;

  constructor(options: {
    url: string;
    status?: number | undefined;
    tries: number;
    problem: string;
    cause?: unknown;
  }) {
    const { url, status, tries, problem, cause } = options;
    const times = tries === 1 ? 'one try' : `${tries} tries`;
    super('EMBEDDINGS_SERVICE', `${url} gave no vectors in ${times}: ${problem}.`, { cause });
    this.url = url;
    this.status = status;
    this.tries = tries;
  }
}

/** A service that asks for a longer pause is better asked another time. */
const LONGEST_WAIT_MILLISECONDS = 120_000;
/** OpenAI takes 300,000 tokens a request; four characters are about one. */
const CHARACTERS_PER_REQUEST = 400_000;

/**
 * Makes a sentence encoder of an OpenAI-compatible service. Vectors are scaled to length 1. An empty text is sent as one
 * space, because services refuse it. Wrap it in `cacheSentenceEncoder`: every text is then paid for once.
 *
 * @throws InvalidArgumentError for a number out of range or an address that is none. `encode` rejects with
 *   EmbeddingsServiceError when the service does not deliver.
 *
 * @example
 * ```ts
 * const encoder = createEmbeddingsEncoder({ model: 'nomic-embed-text', baseUrl: 'http://127.0.0.1:11434/v1' });
 * encoder.name; // 'nomic-embed-text at 127.0.0.1:11434'
 * ```
 */
export function createEmbeddingsEncoder(options: EmbeddingsEncoderOptions): SentenceEncoder {
  const { model, baseUrl = 'https://api.openai.com/v1', dimensions: asked } = options;
  const { batchSize: usual = 128, maxRetries = 5, retryDelay = 500, timeout = 60_000 } = options;
  for (const [argument, given, least] of [
    ['maxRetries', maxRetries, 0],
    ['retryDelay', retryDelay, 0],
    ['timeout', timeout, 1],
    ['dimensions', asked ?? 1, 1],
  ] as const) {
    if (Number.isInteger(given) && given >= least) continue;
    throw new InvalidArgumentError({ argument, given, expected: `a whole number ≥ ${least}` });
  }
  if (!URL.canParse(baseUrl)) {
    throw new InvalidArgumentError({ argument: 'baseUrl', given: baseUrl, expected: 'an address' });
  }
  const url = `${baseUrl.replace(/\/+$/, '')}/embeddings`;
  let dimensions = asked ?? 0;
  return {
    name: `${model}${asked === undefined ? '' : ` (${asked})`} at ${new URL(url).host}`,
    get dimensions() {
      return dimensions;
    },
    async encode(texts, { batchSize = usual, ...call } = {}) {
      const vectors = await encodeInBatches({
        ...call,
        texts,
        batchSize,
        dimensions,
        group: (distinct) => groupForRequests(distinct, batchSize),
        encodeGroup: async (group) => {
          const input = group.map((text) => (text === '' ? ' ' : text));
          const body = JSON.stringify({
            model,
            input,
            encoding_format: 'float',
            ...(asked !== undefined && { dimensions: asked }),
          });
          const request = { ...options, url, body, maxRetries, retryDelay, timeout, signal: call.signal };
          return readVectors(await post(request), group.length, url);
        },
      });
      if (texts.length > 0) dimensions = vectors.shape[1]!;
      return vectors;
    },
  };
}

/** Longest first, as the other encoders do; each group within the limits of one request. */
function groupForRequests(texts: readonly string[], batchSize: number): number[][] {
  const order = [...texts.keys()].sort((a, b) => texts[b]!.length - texts[a]!.length || a - b);
  const groups: number[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const index of order) {
    const { length } = texts[index]!;
    if (characters + length > CHARACTERS_PER_REQUEST || groups.at(-1)!.length >= batchSize) {
      groups.push([]);
      characters = 0;
    }
    groups.at(-1)!.push(index);
    characters += length;
  }
  return groups;
}

interface Post {
  readonly url: string;
  readonly body: string;
  readonly apiKey?: string | undefined;
  readonly maxRetries: number;
  readonly retryDelay: number;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The text of a reply with status 200, after as many tries as allowed. */
async function post(options: Post): Promise<string> {
  const { url, body, apiKey, maxRetries, retryDelay, timeout, signal } = options;
  const { fetch = globalThis.fetch } = options;
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    const patience = AbortSignal.timeout(timeout);
    let status: number | undefined;
    let problem: string;
    let cause: unknown;
    let wait = retryDelay * 2 ** (tries - 1);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body,
        signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      });
      status = response.status;
      const text = await response.text();
      if (response.ok) return text;
      problem = `status ${status}, ${text.trim().slice(0, 300) || 'without a word'}`;
      wait = retryAfter(response.headers) ?? wait;
    } catch (error) {
      signal?.throwIfAborted();
      cause = error;
      status = undefined;
      problem = patience.aborted ? `no reply within ${timeout / 1000} s` : reasonOf(error);
    }
    const passing = status === undefined || [408, 409, 429].includes(status) || status >= 500;
    const error = new EmbeddingsServiceError({ url, status, tries, problem, cause });
    if (!passing || tries > maxRetries || wait > LONGEST_WAIT_MILLISECONDS) throw error;
    await pause(wait, signal);
  }
}

/** Milliseconds that the service asks for: `retry-after-ms`, or `retry-after` as seconds or a date. */
function retryAfter(headers: Headers): number | undefined {
  const milliseconds = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Takes `{"data": [{"index", "embedding"}]}` apart; the order of the list is not relied on. */
function readVectors(text: string, count: number, url: string): ReturnType<typeof floatTensor> {
  const fail = (problem: string, cause?: unknown): EmbeddingsServiceError =>
    new EmbeddingsServiceError({ url, status: 200, tries: 1, problem, cause });
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch (cause) {
    throw fail(`the reply is not JSON (${text.slice(0, 80)})`, cause);
  }
  const list = (reply as { data?: unknown } | null)?.data;
  if (!Array.isArray(list) || list.length !== count) {
    const given = Array.isArray(list) ? `${list.length} vectors` : 'no list "data"';
    throw fail(`the reply has ${given}; expected ${count} vectors`);
  }
  let vectors: Float32Array | undefined;
  const seen = new Set<number>();
  for (const [position, entry] of (list as { index?: unknown; embedding?: unknown }[]).entries()) {
    const index = entry?.index ?? position;
    const embedding = entry?.embedding;
    const usable =
      Number.isInteger(index) &&
      (index as number) >= 0 &&
      (index as number) < count &&
      Array.isArray(embedding) &&
      embedding.length > 0 &&
      embedding.every((value) => typeof value === 'number');
    if (!usable || seen.has(index as number))
      throw fail(`entry ${position} of the reply is no vector of its own`);
    seen.add(index as number);
    vectors ??= new Float32Array(count * embedding.length);
    if (vectors.length !== count * embedding.length) throw fail('the vectors differ in length');
    vectors.set(embedding, (index as number) * embedding.length);
  }
  return floatTensor(vectors!, [count, vectors!.length / count]);
}

/** The network's own word where there is one (`ECONNREFUSED`). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const detail =
    cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : undefined;
  return detail === undefined ? error.message : `${error.message} (${detail})`;
}
