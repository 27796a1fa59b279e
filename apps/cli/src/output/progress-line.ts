/**
 * Progress as one line that is rewritten on a terminal, and as a line now and then in a log.
 *
 * @module
 */
import type { Progress } from '@austeer/core';
import type { OutputStream } from './terminal.ts';

/** A line of progress. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Takes the line away, before something else is written. */
  clear(): void;
}

/** A log gets a line at most this often, in milliseconds. */
const LOG_INTERVAL = 10_000;
/** A terminal is redrawn at most this often. */
const DRAW_INTERVAL = 100;
/** Stages that are counted in bytes. */
const BYTES = ['download', 'verify', 'prepare weights', 'write weights'];
/** Rates within the first moments say little. */
const SETTLE = 500;

/** Starts a progress line. Nothing is drawn from timers: a running model would stall them. */
export function createProgressLine(options: { stream: OutputStream; now: () => number }): ProgressLine {
  const { stream, now } = options;
  let stage = '';
  let started = 0;
  let from = 0;
  let last = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let shown = false;

  const clear = (): void => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  return {
    clear,
    update(progress) {
      const time = now();
      // The same work done once more, for example with another setting, has a pace of its own.
      if (progress.stage !== stage || progress.done < last) {
        stage = progress.stage;
        started = time;
        from = progress.done;
        drawn = stream.isTTY ? Number.NEGATIVE_INFINITY : time;
      }
      last = progress.done;
      const finished = progress.done === progress.total;
      if (!finished && time - drawn < (stream.isTTY ? DRAW_INTERVAL : LOG_INTERVAL)) return;
      drawn = time;
      const text = describeProgress(progress, { from, elapsed: time - started });
      if (stream.isTTY) {
        clear();
        stream.write(text.slice(0, Math.max(20, (stream.columns ?? 80) - 1)));
        shown = true;
        if (finished) clear();
      } else if (!finished || time - started >= LOG_INTERVAL) {
        stream.write(`${text}\n`);
      }
    },
  };
}

/**
 * Words for a progress: done of total, rate, time left.
 *
 * @param since where the stage stood when it was first heard of, and milliseconds since then
 */
function describeProgress(progress: Progress, { from, elapsed }: { from: number; elapsed: number }): string {
  const { stage, done, total } = progress;
  const bytes = BYTES.includes(stage);
  const amount = (value: number): string =>
    bytes ? `${(value / 1e6).toFixed(0)} MB` : String(Math.floor(value));
  const parts = [`${stage} ${amount(done)}${total === undefined ? '' : ` of ${amount(total)}`}`];
  if (elapsed >= SETTLE && done > from) {
    const rate = (done - from) / (elapsed / 1000);
    parts.push(bytes ? `${amount(rate)}/s` : `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`);
    if (total !== undefined && done < total) parts.push(`${describeSeconds((total - done) / rate)} left`);
  }
  return parts.join(' · ');
}

/** Seconds in words: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function describeSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
