import { buildCommand } from '@stricli/core';
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

/** `2/8`: the second of eight. */
export function parseShard(text: string): { index: number; count: number } {
  const [index, count, ...rest] = text.split('/').map(parseWhole);
  if (index === undefined || count === undefined || rest.length > 0)
    throw new SyntaxError(`${text} is not i/n`);
  return { index, count };
}

const queueFlag = {
  queue: {
    kind: 'parsed',
    parse: String,
    default: 'austeer',
    brief: 'Name of the queue; workers and boss of one fleet give the same',
    placeholder: 'name',
  },
} as const;

/** Work that is left to a fleet. */
export const fleetFlags = {
  redis: {
    kind: 'parsed',
    parse: String,
    optional: true,
    brief: 'Have a fleet of `austeer worker` compute, through this Redis server',
    placeholder: 'url',
  },
  ...queueFlag,
} as const;

/** Who compares the responses of BPO. */
export const judgeFlag = {
  kind: 'parsed',
  parse: String,
  optional: true,
  brief: 'Judge of BPO: local (the model itself), or openai:NAME with OPENAI_API_KEY [none, BPO is missing]',
  placeholder: 'judge',
} as const;

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
