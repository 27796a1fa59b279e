/**
 * Flags of commands that compute cells of experiments, alone or in a fleet.
 *
 * @module
 */
import { batchFlag, jsonFlag, optionalCount, optionalPath, parseWhole, seedFlag } from './flags.ts';

/** Which cells, computed where and kept where. */
export interface CellFlags {
  readonly data?: string | undefined;
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  readonly runners?: number | undefined;
  readonly redis?: string | undefined;
  readonly queue: string;
  readonly out: string;
  readonly judge?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

/** `2/8`: the second of eight. */
function parseShard(text: string): { index: number; count: number } {
  const [index, count, ...rest] = text.split('/').map(parseWhole);
  if (index === undefined || count === undefined || rest.length > 0)
    throw new SyntaxError(`${text} is not i/n`);
  return { index, count };
}

/** The queue of a fleet. */
export const queueFlag = {
  queue: {
    kind: 'parsed',
    parse: String,
    default: 'austeer',
    brief: 'Name of the queue; workers and boss of one fleet give the same',
    placeholder: 'name',
  },
} as const;

/** Work that is left to a fleet. */
const fleetFlags = {
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
  brief:
    'Judge of BPO: local (the model itself), openai:NAME with OPENAI_API_KEY, or none, and BPO is missing [none; local with --quick]',
  placeholder: 'judge',
} as const;

/** Where the published files lie. */
export const cellDataFlag = {
  data: optionalPath(
    'Folder with the published files [../shared/datasets where it exists, else sample rows]',
  ),
} as const;

/** Which cells, computed where and kept where; `out` is the usual folder. */
export const cellFlags = <const Out extends string>(out: Out) =>
  ({
    shard: {
      kind: 'parsed',
      parse: parseShard,
      optional: true,
      brief: 'Compute part i of n, on one of n machines that share the folder',
      placeholder: 'i/n',
    },
    runners: optionalCount(
      'Processes of this machine that share the work, each with a model of its own [1; 2 with --quick]',
    ),
    ...fleetFlags,
    out: {
      kind: 'parsed',
      parse: String,
      default: out,
      brief: 'Folder of the cells and figures',
      placeholder: 'path',
    },
    judge: judgeFlag,
    seed: seedFlag,
    batchSize: batchFlag,
    json: jsonFlag,
  }) as const;
