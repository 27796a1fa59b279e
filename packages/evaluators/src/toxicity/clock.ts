/**
 * Time, so that a limiter can be tested without waiting.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';

/** What tells the time and waits. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when stopped before. */
  sleep(milliseconds: number, signal?: AbortSignal | undefined): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** Lets so many through in a second. */
export interface Pace {
  /** Resolves when the next may go. */
  turn(signal?: AbortSignal | undefined): Promise<void>;
  /** Nobody goes before so many milliseconds have passed. */
  hold(milliseconds: number): void;
}

/**
 * Spaces calls evenly: a service that allows one a second counts the distance, not the average.
 *
 * @param options.perSecond calls a second, > 0
 * @throws InvalidArgumentError for a pace that is none.
 *
 * @example
 * ```ts
 * const pace = createPace({ perSecond: 1, clock: systemClock });
 * await pace.turn(); // at once; the next a second later
 * ```
 */
export function createPace(options: { perSecond: number; clock: Clock }): Pace {
  const { perSecond, clock } = options;
  if (!(perSecond > 0)) {
    throw new InvalidArgumentError({
      argument: 'requestsPerSecond',
      given: perSecond,
      expected: 'a number > 0',
    });
  }
  let free = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      for (;;) {
        const wait = free - clock.now();
        if (wait <= 0) break;
        // Somebody may have taken the turn, or held everybody back, meanwhile.
        await clock.sleep(wait, signal);
      }
      signal?.throwIfAborted();
      free = clock.now() + 1000 / perSecond;
    },
    hold(milliseconds) {
      free = Math.max(free, clock.now() + milliseconds);
    },
  };
}

/** The day in UTC, `2026-11-25`: the version of a service that has none. */
export function dayOf(clock: Clock): string {
  return new Date(clock.now()).toISOString().slice(0, 10);
}
