/**
 * Opening an address: redirects followed by hand so that the token stays at home, time limits on silence
 * rather than on length.
 *
 * @module
 */

/** How addresses are opened. */
export interface HttpAccess {
  readonly fetch: typeof globalThis.fetch;
  /** Sent as a bearer token to this origin and to no other, also after a redirect. */
  readonly token?: { readonly value: string; readonly origin: string } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the head of an answer, in milliseconds. */
  readonly answerTimeout: number;
  /** Longest silence within an answer, in milliseconds. */
  readonly stallTimeout: number;
}

/** An answer whose body has not been read. */
export interface OpenedUrl {
  readonly response: Response;
  /** Body in parts; ends with an error when nothing comes for the stall time. Read it once, or `close`. */
  body(): AsyncGenerator<Uint8Array>;
  /** Drops the rest of the body. */
  close(): Promise<void>;
}

/** Hub → content network takes one or two; more is a loop. */
const REDIRECT_LIMIT = 5;

/**
 * Sends a GET request and follows redirects. Answers of any other status are returned as they are.
 *
 * @throws Error with a readable reason when there is no answer; the signal's reason when aborted.
 *
 * @example
 * ```ts
 * const access = { fetch, answerTimeout: 3_000, stallTimeout: 30_000 };
 * const { response } = await openUrl({ url: 'https://example.org/model.gguf', access });
 * ```
 */
export async function openUrl(options: {
  url: string;
  headers?: Readonly<Record<string, string>> | undefined;
  access: HttpAccess;
}): Promise<OpenedUrl> {
  const { url, headers, access } = options;
  const controller = new AbortController();
  const forward = (): void => controller.abort(access.signal?.reason);
  access.signal?.throwIfAborted();
  access.signal?.addEventListener('abort', forward, { once: true });
  const detach = (): void => access.signal?.removeEventListener('abort', forward);
  try {
    const response = await follow({ url, headers, access, controller });
    return {
      response,
      body: () => readBody({ response, controller, stallTimeout: access.stallTimeout, detach }),
      close: async () => {
        detach();
        await response.body?.cancel().catch(() => undefined);
      },
    };
  } catch (error) {
    detach();
    access.signal?.throwIfAborted();
    throw error;
  }
}

async function follow(options: {
  url: string;
  headers: Readonly<Record<string, string>> | undefined;
  access: HttpAccess;
  controller: AbortController;
}): Promise<Response> {
  const { url, headers, access, controller } = options;
  let current = new URL(url);
  for (let hop = 0; hop <= REDIRECT_LIMIT; hop++) {
    const token = access.token?.origin === current.origin ? access.token.value : undefined;
    const timer = setTimeout(
      () => controller.abort(new Error(`no answer within ${access.answerTimeout / 1000} s`)),
      access.answerTimeout,
    );
    const response = await access
      .fetch(current.href, {
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        redirect: 'manual',
        signal: controller.signal,
      })
      .finally(() => clearTimeout(timer));
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, current);
    if (next.protocol !== 'https:' && next.protocol !== current.protocol) {
      throw new Error(`it redirects from ${current.protocol}// to ${next.protocol}//, which is refused`);
    }
    current = next;
  }
  throw new Error(`it redirects more than ${REDIRECT_LIMIT} times`);
}

async function* readBody(options: {
  response: Response;
  controller: AbortController;
  stallTimeout: number;
  detach: () => void;
}): AsyncGenerator<Uint8Array> {
  const { response, controller, stallTimeout, detach } = options;
  const reader = response.body?.getReader();
  // Cancelling wakes a pending read also where an injected `fetch` does not pass the signal on.
  const cancel = (): void => void reader?.cancel().catch(() => undefined);
  controller.signal.addEventListener('abort', cancel, { once: true });
  try {
    while (reader !== undefined) {
      const timer = setTimeout(
        () => controller.abort(new Error(`nothing came for ${stallTimeout / 1000} s`)),
        stallTimeout,
      );
      const part = await reader.read().finally(() => clearTimeout(timer));
      controller.signal.throwIfAborted();
      if (part.done) return;
      yield part.value;
    }
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    cancel();
    detach();
  }
}

/**
 * Short text of why something failed: the network's own word where there is one (`ECONNREFUSED`).
 *
 * @example
 * ```ts
 * reasonOf(new Error('fetch failed', { cause: { code: 'ENOTFOUND' } })); // 'fetch failed (ENOTFOUND)'
 * ```
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null) return error.message;
  const detail = 'code' in cause ? cause.code : 'message' in cause ? cause.message : undefined;
  return typeof detail === 'string' ? `${error.message} (${detail})` : error.message;
}
