import { buildCommand } from '@stricli/core';
import { judgeFlag, queueFlag } from '../cell-flags.ts';
import { batchFlag, computeFlags, type ModelFlags, optionalPath, parseWhole, seedFlag } from '../flags.ts';

export interface WorkerFlags extends Omit<ModelFlags, 'model'> {
  readonly redis: string;
  readonly queue: string;
  readonly model: string[];
  readonly data?: string | undefined;
  readonly out: string;
  readonly concurrency: number;
  readonly lock: number;
  readonly judge?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
}

export const workerCommand = buildCommand({
  loader: async () => (await import('../run/worker.ts')).runWorker,
  parameters: {
    flags: {
      redis: {
        kind: 'parsed',
        parse: String,
        brief: 'Address of the Redis server, for example redis://127.0.0.1:6379',
        placeholder: 'url',
      },
      ...queueFlag,
      model: {
        kind: 'parsed',
        parse: (text: string) => text.split(','),
        default: 'smollm2-135m',
        brief: 'The models that the boss names',
        placeholder: 'model,…',
      },
      ...computeFlags,
      data: optionalPath('Folder with the published files, the same as the boss’s'),
      out: {
        kind: 'parsed',
        parse: String,
        default: 'runs/reproduce',
        brief: 'Folder of the cells, which the whole fleet shares',
        placeholder: 'path',
      },
      concurrency: {
        kind: 'parsed',
        parse: parseWhole,
        default: '1',
        brief: 'Groups of cells computed at once, each with a model of its own',
        placeholder: 'n',
      },
      lock: {
        kind: 'parsed',
        parse: parseWhole,
        default: '30',
        brief: 'Seconds of silence after which another worker takes over',
        placeholder: 's',
      },
      judge: judgeFlag,
      seed: seedFlag,
      batchSize: batchFlag,
    },
  },
  docs: {
    brief: 'Compute cells of a fleet’s experiments',
    fullDescription: [
      'Compute cells of a fleet’s experiments until Ctrl-C, which finishes the group at hand. The boss is',
      'austeer reproduce … --redis URL.',
      '',
      'Example:  austeer worker --redis redis://10.0.0.1:6379 --out /mnt/shared/runs',
    ].join('\n'),
  },
});
