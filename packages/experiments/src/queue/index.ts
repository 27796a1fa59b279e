/**
 * Experiments on many machines, through BullMQ and Redis. Needs the optional peers `bullmq` and `ioredis`.
 *
 * @module
 */
export { type FleetOptions, type FleetProgress, runOnFleet } from './boss.ts';
export type { CellJob, FleetAddress, JobProgress } from './jobs.ts';
export { type FleetWorker, startWorker, type WorkerEvent, type WorkerOptions } from './worker.ts';
