/**
 * A worker of a fleet: takes groups of cells from the queue and computes them, its model warm in between.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CellContext } from '../cells/cell-context.ts';
import { receiveCell } from '../cells/kinds.ts';
import { runGroup } from '../run/run-group.ts';
import type { CellStore } from '../store/cell-store.ts';
import { type CellJob, connectionTo, type FleetAddress, importBullmq, type JobProgress } from './jobs.ts';

/** Options of {@link startWorker}. */
export interface WorkerOptions extends FleetAddress {
  /** The folder that the whole fleet shares. */
  readonly store: CellStore;
  readonly context: CellContext;
  /** Milliseconds after which a job of a silent worker is given to another. @default 30000 */
  readonly lockDuration?: number | undefined;
  /** What happens, for a log. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** What a worker tells. */
export type WorkerEvent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'finished'; readonly label: string; readonly computed: number }
  | { readonly kind: 'failed'; readonly label: string; readonly error: Error }
  | { readonly kind: 'trouble'; readonly error: Error };

/** A worker at work. */
export interface FleetWorker {
  /** Finishes the job at hand, takes no other, and leaves. */
  close(): Promise<void>;
}

/** How long to wait for another runner that holds a cell, in milliseconds. */
const PATIENCE = 500;
/** Progress is sent this often at most, in milliseconds. */
const PROGRESS_INTERVAL = 1000;
/** A job may lose its worker so often; a job that kills every worker must end somewhere. */
const MOST_STALLS = 10;

/**
 * Starts a worker. It works until it is closed; while Redis is away it waits.
 *
 * @throws MissingPeerError without bullmq and ioredis.
 *
 * @example
 * ```ts
 * import type { CellContext, CellStore } from '@austeer/experiments';
 * declare const store: CellStore;
 * declare const context: CellContext;
 * const worker = await startWorker({ redis: 'redis://127.0.0.1:6379', store, context });
 * await worker.close();
 * ```
 */
export async function startWorker(options: WorkerOptions): Promise<FleetWorker> {
  const { queue = 'austeer', store, context, lockDuration = 30_000, onEvent } = options;
  const { Worker } = await importBullmq();
  const { runner } = store;
  const worker = new Worker<CellJob, number>(
    queue,
    async (job) => {
      const cells = job.data.cells.map((cell) => receiveCell(cell));
      let sent = 0;
      const onProgress: CellContext['onProgress'] = ({ done, total }) => {
        if (performance.now() - sent < PROGRESS_INTERVAL) return;
        sent = performance.now();
        const progress: JobProgress = { worker: runner.word, label: job.data.label, done, total };
        job.updateProgress(progress).catch(() => undefined);
      };
      let computed = 0;
      let left = cells;
      while (left.length > 0) {
        const outcome = await runGroup({ cells: left, store, context: { ...context, onProgress } });
        computed += outcome.computed.length;
        // Whoever holds the rest finishes it or dies; either way it is settled here before the job ends.
        left = [...outcome.elsewhere];
        if (left.length > 0) await sleep(PATIENCE);
      }
      return computed;
    },
    {
      connection: connectionTo(options),
      lockDuration,
      stalledInterval: Math.ceil(lockDuration / 2),
      maxStalledCount: MOST_STALLS,
    },
  );
  worker.on('ready', () => onEvent?.({ kind: 'ready' }));
  worker.on('completed', (job, computed) => onEvent?.({ kind: 'finished', label: job.data.label, computed }));
  worker.on('failed', (job, error) =>
    onEvent?.({ kind: 'failed', label: job?.data.label ?? 'a job', error }),
  );
  // Without a listener a lost connection would end the process.
  worker.on('error', (error) => onEvent?.({ kind: 'trouble', error }));
  return { close: () => worker.close() };
}
