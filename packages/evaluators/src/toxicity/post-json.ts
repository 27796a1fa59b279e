/**
 * Requests to a scoring service: paced, timed, tried again where that can help.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';
import type { Clock, Pace } from './clock.ts';

/** The service refuses every request of this caller: the key is wrong, has no access, or the service has ended. */
export class ScorerRefusedError extends AusteerError {
  readonly status: number;

  constructor(options: { service: string; status: number; reason: string; advice: string }) {
    const { service, status, reason, advice } = options;
    super('SCORER_REFUSED', `${service} refused the request with status ${status}: ${reason}. ${advice}.`);
    this.status = status;
  }
}

/** What came back. No answer at all, or none that was JSON, is `failed`. */
export type Reply =
  | { readonly status: number; readonly body: unknown; readonly failed?: undefined }
  | { readonly status?: undefined; readonly body?: undefined; readonly failed: string };

/** How requests are made. */
export interface Posting {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Milliseconds until an attempt is given up. */
  readonly timeout: number;
  /** Attempts in all, ≥ 1. */
  readonly attempts: number;
}

/** Statuses after which the same request may succeed. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 529]);
/** A service that asks for more patience than this, in milliseconds, gets this much. */
const LONGEST_WAIT = 120_000;

/**
 * Posts JSON and reads JSON. Waits as long as `Retry-After` says, else twice as long each time, from a second on.
 *
 * @returns the last reply; `failed` says why there is none
 */
export async function postJson(
  options: Posting & {
    url: string;
    headers: Readonly<Record<string, string>>;
    body: unknown;
    signal?: AbortSignal | undefined;
  },
): Promise<Reply> {
  const { url, headers, body, fetch, clock, pace, timeout, attempts, signal } = options;
  for (let attempt = 1; ; attempt++) {
    await pace.turn(signal);
    const { reply, wait } = await post({ url, headers, body, fetch, timeout, signal, now: clock.now });
    signal?.throwIfAborted();
    if (attempt >= attempts || (reply.status !== undefined && !PASSING.has(reply.status))) return reply;
    pace.hold(Math.min(LONGEST_WAIT, wait ?? 1000 * 2 ** (attempt - 1)));
  }
}

async function post(options: {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: unknown;
  fetch: typeof globalThis.fetch;
  timeout: number;
  signal: AbortSignal | undefined;
  now: () => number;
}): Promise<{ reply: Reply; wait?: number | undefined }> {
  const { url, headers, body, fetch, timeout, signal, now } = options;
  const limit = AbortSignal.timeout(timeout);
  let status: number | undefined;
  let wait: number | undefined;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    status = response.status;
    wait = waitOf(response.headers.get('retry-after'), now());
    return { reply: { status, body: await response.json() }, wait };
  } catch (error) {
    if (limit.aborted) return { reply: { failed: `no answer within ${timeout} ms` } };
    // An error page is no JSON, and its status says enough.
    if (status !== undefined && status >= 400) return { reply: { status, body: undefined }, wait };
    const cause = (error as Error).cause;
    const detail = cause instanceof Error && cause.message !== '' ? cause.message : (error as Error).message;
    return { reply: { failed: status === undefined ? `no connection: ${detail}` : `no JSON: ${detail}` } };
  }
}

/** `Retry-After` in milliseconds: seconds or a date. */
function waitOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
