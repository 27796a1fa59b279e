/**
 * A thread that reads damaged files, and a watch on it that a reader without end cannot stop.
 *
 * @module
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fuzz } from './fuzz.mjs';
import { createReaders } from './readers.mjs';

/** A reader that is silent for so long hangs: the thread is ended. */
const HANG_SECONDS = 20;

/** @typedef {{ name: string, seed: number, first?: number, inputs: number, seconds?: number }} Task */
/** @typedef {import('./fuzz.mjs').Outcome & { seconds: number }} Result */

/**
 * @param {string} folder for readers that take a path
 * @returns {{ run: (task: Task) => Promise<Result>, end: () => Promise<void> }} tasks are for one after another
 */
export function createFuzzThread(folder) {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  /** @type {Worker | undefined} */
  let worker;
  return {
    run(task) {
      worker ??= new Worker(new URL(import.meta.url), { workerData: { folder, counter } });
      const thread = worker;
      Atomics.store(counter, 0, task.first ?? 0);
      return new Promise((resolve, reject) => {
        let seen = -1;
        const settle = () => {
          clearInterval(watch);
          thread.off('message', answer).off('error', fail);
        };
        const leave = (/** @type {string} */ problem) => {
          settle();
          worker = undefined;
          void thread.terminate();
          const index = Atomics.load(counter, 0);
          const inputs = index - (task.first ?? 0) + 1;
          const finds = [{ index, problem }];
          resolve({ inputs, accepted: 0, refused: 0, slowest: HANG_SECONDS, largest: 0, finds, seconds: 0 });
        };
        const watch = setInterval(() => {
          const now = Atomics.load(counter, 0);
          if (now === seen) leave('hangs');
          seen = now;
        }, HANG_SECONDS * 1000);
        const answer = (/** @type {{ result: Result, error?: Error }} */ { result, error }) => {
          settle();
          if (error === undefined) resolve(result);
          else reject(error);
        };
        const fail = (/** @type {Error} */ error) => leave(`ended the thread: ${error.stack}`);
        thread.on('message', answer).on('error', fail);
        thread.postMessage(task);
      });
    },
    async end() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}

if (!isMainThread && workerData?.counter !== undefined) {
  const { folder, counter } = workerData;
  const readers = await createReaders(folder);
  parentPort?.on('message', async (/** @type {Task} */ { name, ...task }) => {
    const start = performance.now();
    try {
      const reader = readers[name];
      if (reader === undefined) throw new Error(`There is no reader "${name}"`);
      const outcome = await fuzz({ ...task, reader, onInput: (index) => Atomics.store(counter, 0, index) });
      parentPort?.postMessage({ result: { ...outcome, seconds: (performance.now() - start) / 1000 } });
    } catch (error) {
      parentPort?.postMessage({ error });
    }
  });
}
