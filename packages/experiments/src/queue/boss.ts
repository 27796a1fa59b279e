/**
 * The boss of a fleet: puts groups of cells into the queue as soon as what they need is there, and watches. The folder of
 * cells says what is done; the queue only says who does what, and may be lost at any time.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import { type Cell, withNeeds } from '../cells/cell.ts';
import { sendCell } from '../cells/kinds.ts';
import { type CellGroup, groupCells } from '../run/group-cells.ts';
import type { CellReport } from '../run/run-cells.ts';
import type { CellStore } from '../store/cell-store.ts';
import { type CellJob, connectionTo, type FleetAddress, importBullmq, type JobProgress } from './jobs.ts';

/** Options of {@link runOnFleet}. */
export interface FleetOptions extends FleetAddress {
  readonly cells: readonly Cell[];
  /** The folder that the whole fleet shares. */
  readonly store: CellStore;
  readonly signal?: AbortSignal | undefined;
  /** Attempts of a group before it counts as failed, with growing pauses between. @default 4 */
  readonly attempts?: number | undefined;
  /** Called whenever something has changed. */
  readonly onProgress?: ((progress: FleetProgress) => void) | undefined;
}

/** The whole fleet at one glance. */
export interface FleetProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly workers: number;
  /** Jobs that wait, and jobs under way with how far they are. */
  readonly waiting: number;
  readonly active: readonly JobProgress[];
}

/** How often the boss looks, in milliseconds. */
const LOOK = 500;
/** Pause before the second attempt, in milliseconds; doubled each time. */
const BACKOFF = 1000;

/**
 * Has a fleet compute cells, and waits for it. Workers may come, go and die meanwhile; a Redis server that comes back
 * empty is filled again. Stopping the boss stops nothing: another one goes on from the folder.
 *
 * @throws MissingPeerError without bullmq and ioredis; the signal's reason when stopped.
 *
 * @example
 * ```ts
 * import type { Cell, CellStore } from '@austeer/experiments';
 * declare const cells: readonly Cell[];
 * declare const store: CellStore;
 * const { computed } = await runOnFleet({ redis: 'redis://127.0.0.1:6379', cells, store });
 * ```
 */
export async function runOnFleet(options: FleetOptions): Promise<CellReport> {
  const { cells, store, signal, attempts = 4, onProgress, queue: name = 'austeer' } = options;
  const started = performance.now();
  const { Queue: QueueOf } = await importBullmq();
  const queue: Queue<CellJob, number> = new QueueOf(name, {
    connection: connectionTo(options),
    defaultJobOptions: {
      attempts,
      backoff: { type: 'exponential', delay: BACKOFF },
      removeOnComplete: true,
    },
  });
  // A lost connection comes back by itself; without a listener it would end the process.
  queue.on('error', () => undefined);
  const all = withNeeds(cells);
  const open = new Map(all.map((cell) => [cell.hash, cell]));
  const failures = new Map<string, { cell: Cell; reason: string }>();
  /** Groups in the queue, by key. */
  const sent = new Map<string, CellGroup>();
  let cellSeconds = 0;

  const settle = async (cell: Cell): Promise<boolean> => {
    const stored = await store.read(cell);
    if (stored === undefined || !open.delete(cell.hash)) return stored !== undefined;
    cellSeconds += stored.seconds;
    return true;
  };
  const fail = (failed: readonly Cell[], reason: string): void => {
    for (const cell of failed) {
      failures.set(cell.hash, { cell, reason });
      open.delete(cell.hash);
    }
  };
  try {
    for (const cell of all) await settle(cell);
    const cached = all.length - open.size;
    while (open.size > 0) {
      signal?.throwIfAborted();
      for (const { cells: members, key } of [...sent.values()]) {
        const there = await Promise.all(members.map(settle));
        if (there.every(Boolean)) sent.delete(key);
      }
      const blocked = [...open.values()].filter(({ needs }) =>
        Object.values(needs).some(({ hash }) => failures.has(hash)),
      );
      fail(blocked, 'a cell that it needs failed');
      if (blocked.length > 0) continue;
      const busy = new Set([...sent.values()].flatMap((group) => group.cells.map(({ hash }) => hash)));
      const ready = [...open.values()].filter(
        ({ hash, needs }) => !busy.has(hash) && !Object.values(needs).some((need) => open.has(need.hash)),
      );
      for (const group of groupCells(ready)) {
        const key = `cells-${group.cells.map(({ hash }) => hash.slice(0, 12)).join('-')}`;
        await (await queue.getJob(key))?.remove().catch(() => undefined);
        await queue.add('cells', jobOf(group), { jobId: key });
        sent.set(key, { ...group, key });
      }
      for (const { key, cells: members } of [...sent.values()]) {
        const reason = await failureOf(queue, key);
        if (reason === 'gone' && !(await Promise.all(members.map(settle))).every(Boolean)) {
          // The server has lost it.
          sent.delete(key);
        } else if (reason !== undefined && reason !== 'gone') {
          sent.delete(key);
          fail(
            members.filter(({ hash }) => open.has(hash)),
            reason,
          );
        }
      }
      onProgress?.(
        await look(queue, { done: all.length - open.size, total: all.length, failed: failures.size }),
      );
      if (open.size > 0) await sleep(LOOK);
    }
    return {
      total: all.length,
      cached,
      computed: 0,
      elsewhere: all.length - cached - failures.size,
      failures: [...failures.values()],
      cellSeconds,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await queue.close();
  }
}

function jobOf({ cells }: CellGroup): CellJob {
  const { kind, inputs } = cells[0]!;
  const more = cells.length === 1 ? '' : ` and ${cells.length - 1} more`;
  return { cells: cells.map(sendCell), label: `${kind.label(inputs)}${more}` };
}

/** Why a job has failed for good; `gone` when the queue does not know it; `undefined` while it is waiting or under way. */
async function failureOf(queue: Queue<CellJob, number>, key: string): Promise<string | undefined> {
  const job: Job<CellJob, number> | undefined = await queue.getJob(key);
  if (job === undefined) return 'gone';
  return (await job.isFailed()) ? (job.failedReason ?? 'no reason given') : undefined;
}

async function look(
  queue: Queue<CellJob, number>,
  counts: Pick<FleetProgress, 'done' | 'total' | 'failed'>,
): Promise<FleetProgress> {
  const [workers, waiting, active] = await Promise.all([
    queue.getWorkersCount(),
    queue.getJobCountByTypes('waiting', 'delayed', 'prioritized'),
    queue.getActive(),
  ]);
  return {
    ...counts,
    workers,
    waiting,
    active: active.map(({ data, progress }) =>
      typeof progress === 'object' && progress !== null && 'label' in progress
        ? (progress as JobProgress)
        : { worker: '?', label: data.label, done: 0 },
    ),
  };
}
