/**
 * What the parts of the resolver share.
 *
 * @module
 */
import type { Progress } from '@austeer/core';
import type { CatalogueEntry } from './catalogue.ts';
import type { HttpAccess } from './http.ts';

/** A model whose files are all on this machine. */
export interface ResolvedModel {
  /** Catalogue name, hub id, or name of the file or folder. */
  readonly name: string;
  readonly directory: string;
  /** Absolute path of each file by its name relative to `directory`. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of the files that were checked; nothing for a path, which is taken as it is. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Where the files came from in this call. */
  readonly source: 'cache' | 'hub' | 'package-index' | 'path';
  readonly entry?: CatalogueEntry | undefined;
}

/** Options of the resolver with every default filled in. */
export interface ResolveContext {
  readonly cacheDirectory: string;
  readonly offline: boolean;
  readonly endpoint: string;
  readonly fetch: typeof globalThis.fetch;
  readonly token: HttpAccess['token'];
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** One failed source and why. */
export interface TriedSource {
  readonly source: string;
  readonly reason: string;
}

/**
 * Where another source can deliver the file, an address that does not answer quickly is skipped: a closed
 * network often swallows packets, and nobody should wait a minute for that.
 */
const ANSWER_WITH_FALLBACK_MILLISECONDS = 3_000;
/** The only source gets the patience that a slow line or a sleeping mirror needs. */
const ANSWER_ALONE_MILLISECONDS = 20_000;
/** Slow is no reason to give up, silence is: 30 s is beyond any pause of a working connection. */
const STALL_MILLISECONDS = 30_000;
/** Ten reports a second are more than anybody reads. */
const REPORT_INTERVAL_MILLISECONDS = 100;

/**
 * How the hub is opened.
 *
 * @param options.alone no other source carries the file
 *
 * @example
 * ```ts
 * declare const context: ResolveContext;
 * hubAccess({ context, alone: true }).stallTimeout; // 30000
 * ```
 */
export function hubAccess(options: { context: ResolveContext; alone: boolean }): HttpAccess {
  const { context, alone } = options;
  return {
    fetch: context.fetch,
    token: context.token,
    signal: context.signal,
    answerTimeout: alone ? ANSWER_ALONE_MILLISECONDS : ANSWER_WITH_FALLBACK_MILLISECONDS,
    stallTimeout: STALL_MILLISECONDS,
  };
}

/**
 * Reports bytes of several files, one after the other, as one download; not at each chunk, and always at
 * the end of a file.
 *
 * @returns `report(bytes of the current file)` and `next(bytes of a finished file)`
 *
 * @example
 * ```ts
 * const progress = createByteProgress({ onProgress: ({ done }) => done, total: 10 });
 * progress.report(4);
 * progress.next(10);
 * ```
 */
export function createByteProgress(options: {
  onProgress: ((progress: Progress) => void) | undefined;
  total: number | undefined;
}): { report: (done: number) => void; next: (bytes: number) => void } {
  const { onProgress, total } = options;
  let finished = 0;
  let last = Number.NEGATIVE_INFINITY;
  const send = (done: number): void =>
    onProgress?.({ stage: 'download', done: finished + done, ...(total !== undefined && { total }) });
  return {
    report(done) {
      const now = performance.now();
      if (now - last < REPORT_INTERVAL_MILLISECONDS) return;
      last = now;
      send(done);
    },
    next(bytes) {
      finished += bytes;
      send(0);
    },
  };
}
