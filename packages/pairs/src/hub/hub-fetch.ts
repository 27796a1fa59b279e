/**
 * How the hub is asked: the token goes to its own address only, silence ends a request, failures say why.
 *
 * @module
 */
import { AusteerError, SourceUnavailableError } from '@austeer/core';

/** A sleeping mirror may need a while for its first byte. */
const ANSWER_MILLISECONDS = 20_000;

/** A way to ask the hub, for `@huggingface/hub`. */
export interface HubFetch {
  readonly request: typeof globalThis.fetch;
  /** The same, ended by one more signal. */
  readonly with: (signal: AbortSignal) => HubFetch;
}

/** Wraps a `fetch` so that it keeps the token where it belongs and ends when stopped or unanswered. */
export function hubFetch(options: {
  fetch: typeof globalThis.fetch;
  token: { readonly value: string; readonly origin: string } | undefined;
  signal: AbortSignal | undefined;
}): HubFetch {
  const { fetch, token, signal } = options;
  const request: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    if (token !== undefined && url.origin === token.origin)
      headers.set('authorization', `Bearer ${token.value}`);
    const unanswered = new AbortController();
    const timer = setTimeout(
      () => unanswered.abort(new Error(`no answer within ${ANSWER_MILLISECONDS / 1000} seconds`)),
      ANSWER_MILLISECONDS,
    );
    const signals = signal === undefined ? [unanswered.signal] : [unanswered.signal, signal];
    try {
      return await fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    request,
    with: (further) =>
      hubFetch({ ...options, signal: signal === undefined ? further : AbortSignal.any([signal, further]) }),
  };
}

/** The error of a failed request; errors of this project stay as they are, and a stop is the signal's reason. */
export function hubFailure(options: {
  error: unknown;
  what: string;
  source: string;
  signal: AbortSignal | undefined;
}): unknown {
  const { error, what, source, signal } = options;
  if (signal?.aborted) return signal.reason;
  if (AusteerError.isInstance(error)) return error;
  return new SourceUnavailableError({
    what,
    tried: [{ source, reason: reasonOf(error) }],
    advice: 'Check the name and the network, or name a folder with the published files',
  });
}

function reasonOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { statusCode, message, cause } = Object(error) as {
    statusCode?: unknown;
    message?: unknown;
    cause?: { message?: string };
  };
  if (statusCode === 401 || statusCode === 403) {
    return `answers ${statusCode}: it asks for permission; set HF_TOKEN to a token that may read it`;
  }
  if (statusCode === 404) return 'answers 404: no such data set, revision or file there';
  if (typeof statusCode === 'number') return `answers ${statusCode}`;
  return cause?.message ? `${String(message)} (${cause.message})` : String(message ?? error);
}
