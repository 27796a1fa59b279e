import { createCellContext, openCellStore } from '@austeer/experiments';
import { startWorker } from '@austeer/experiments/queue';
import type { WorkerFlags } from '../commands/worker.ts';
import type { AusteerContext } from '../context.ts';
import { contextOptions } from '../experiment-context.ts';
import { openModels } from '../load-models.ts';

export async function runWorker(this: AusteerContext, flags: WorkerFlags): Promise<void> {
  const { terminal, signal } = this;
  const { redis, queue, concurrency, lock } = flags;
  const workers = await Promise.all(
    Array.from({ length: concurrency }, async () => {
      const store = openCellStore(`${flags.out}/cells`, { leaseTimeout: lock * 1000 });
      const models = await openModels(this, flags);
      // The signal ends the waiting for jobs, not the job at hand.
      const context = createCellContext(contextOptions(this, { flags, store, models }));
      const worker = await startWorker({
        redis,
        queue,
        store,
        context,
        lockDuration: lock * 1000,
        onEvent: (event) => {
          if (event.kind === 'ready') terminal.say(`${store.runner.word} ready: ${redis}, queue ${queue}`);
          else if (event.kind === 'finished') terminal.say(`${event.label}: ${event.computed} computed`);
          else terminal.say(`${event.kind}: ${event.error.message}`);
        },
      });
      return { worker, context, models };
    }),
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  terminal.say('finishing the group at hand');
  await Promise.all(
    workers.map(async ({ worker, context, models }) => {
      await worker.close();
      await context.dispose();
      await models.dispose();
    }),
  );
}
