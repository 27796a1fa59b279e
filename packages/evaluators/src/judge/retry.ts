/**
 * Sending again what failed for a while.
 *
 * @module
 */

/** How an attempt ended: with a result, or with a failure that may pass. */
export type Attempt<T> =
  | { readonly result: T }
  | {
      readonly failed: { readonly cause: string; readonly detail: string };
      /** Milliseconds that the service asks to wait. */
      readonly wait?: number | undefined;
    };

/** Sends again, with all requests of one service waiting together when it asks for a pause. */
export interface Retrier {
  run<T>(
    attempt: (number: number) => Promise<Attempt<T>>,
    signal: AbortSignal | undefined,
  ): Promise<{ result: T } | { failed: { cause: string; detail: string } }>;
}

/** The delay doubles up to this many milliseconds. */
const LONGEST_DELAY = 30_000;

/**
 * @param options.retries further attempts after the first
 * @param options.delay milliseconds before the second attempt; doubles from there, with a quarter of chance
 * @param options.longestWait a service that asks for a longer pause, in milliseconds, is given up
 */
export function createRetrier(options: { retries: number; delay: number; longestWait: number }): Retrier {
  const { retries, delay, longestWait } = options;
  let quietUntil = 0;
  return {
    async run(attempt, signal) {
      for (let number = 0; ; number++) {
        await sleep(quietUntil - Date.now(), signal);
        signal?.throwIfAborted();
        const ended = await attempt(number);
        if ('result' in ended) return ended;
        const { failed, wait } = ended;
        if (number >= retries) return { failed };
        if (wait !== undefined && wait > longestWait) {
          const detail = `${failed.detail} (asked to wait ${Math.ceil(wait / 1000)} s)`;
          return { failed: { ...failed, detail } };
        }
        if (wait) quietUntil = Math.max(quietUntil, Date.now() + wait);
        else await sleep(Math.min(LONGEST_DELAY, delay * 2 ** number) * (1 - Math.random() / 4), signal);
      }
    },
  };
}

/**
 * The pause that a service asks for, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date.
 */
export function requestedWait(headers: Headers | undefined, now = Date.now()): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (milliseconds >= 0) return milliseconds;
  const text = headers?.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (milliseconds <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
