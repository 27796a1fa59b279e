/**
 * What travels through the queue.
 *
 * @module
 */
import { MissingPeerError } from '@austeer/core';
import type { SentCell } from '../cells/kinds.ts';

/** A group of cells, as one job. Its id is the group's key, so that it is never in the queue twice. */
export interface CellJob {
  readonly cells: readonly SentCell[];
  /** A few words for people. */
  readonly label: string;
}

/** Sent by workers while they compute. */
export interface JobProgress {
  readonly worker: string;
  readonly label: string;
  readonly done: number;
  readonly total?: number | undefined;
}

/** Where a fleet meets. */
export interface FleetAddress {
  /** For example `redis://127.0.0.1:6379`. */
  readonly redis: string;
  /** Name of the queue; fleets of different names do not see each other. @default 'austeer' */
  readonly queue?: string | undefined;
}

/** Connection options: a server that is away for a while is waited for. */
export function connectionTo({ redis }: FleetAddress) {
  return { url: redis, maxRetriesPerRequest: null };
}

/** BullMQ, which only fleets need. */
export async function importBullmq(): Promise<typeof import('bullmq')> {
  try {
    return await import('bullmq');
  } catch (cause) {
    throw new MissingPeerError({
      library: 'bullmq',
      install: 'npm install bullmq@6.7.0 ioredis@5',
      cause,
    });
  }
}
