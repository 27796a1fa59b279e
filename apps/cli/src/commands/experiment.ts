import { buildCommand, buildRouteMap } from '@stricli/core';
import { batchFlag, computeFlags, jsonFlag, type ModelFlags, optionalPath, seedFlag } from '../flags.ts';
import { fleetFlags, judgeFlag, parseShard } from './worker.ts';

export interface ExperimentFlags extends Omit<ModelFlags, 'model'> {
  readonly model?: string[] | undefined;
  readonly data?: string | undefined;
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  readonly redis?: string | undefined;
  readonly queue: string;
  readonly out: string;
  readonly judge?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

const parameters = {
  positional: {
    kind: 'tuple',
    parameters: [{ parse: String, brief: 'Experiment, JSON', placeholder: 'file' }],
  },
  flags: {
    model: {
      kind: 'parsed',
      parse: (text: string) => text.split(','),
      optional: true,
      brief: 'Models instead of the file’s',
      placeholder: 'model,…',
    },
    ...computeFlags,
    data: optionalPath(
      'Folder with the published files [../shared/datasets where it exists, else sample rows]',
    ),
    shard: {
      kind: 'parsed',
      parse: parseShard,
      optional: true,
      brief: 'Compute part i of n, on one of n machines that share the folder',
      placeholder: 'i/n',
    },
    ...fleetFlags,
    out: {
      kind: 'parsed',
      parse: String,
      default: 'runs/experiments',
      brief: 'Folder of the cells and figures',
      placeholder: 'path',
    },
    judge: judgeFlag,
    seed: seedFlag,
    batchSize: batchFlag,
    json: jsonFlag,
  },
} as const;

const runCommand = buildCommand({
  loader: async () => (await import('../run/experiment.ts')).runExperiment,
  parameters,
  docs: {
    brief: 'Compute what is missing of an experiment and draw its table',
    fullDescription: [
      'Compute what is missing of an experiment and draw its table. Stopped anywhere, it goes on from there.',
      '',
      'A file:  {"name": "copa-sweep", "tasks": ["copa"], "pairs": 100, "validation": 40, "test": 200,',
      '          "methods": [{"method": "austeer-ffn", "budgets": [4, 16], "strengths": [2, 8]}, {"method": "caa"}]}',
      '',
      'Example:  austeer experiment run copa-sweep.json',
    ].join('\n'),
  },
});

const planCommand = buildCommand({
  loader: async () => (await import('../run/experiment.ts')).planExperiment,
  parameters,
  docs: {
    brief: 'Show the cells of an experiment, what is there, and what the rest costs',
    fullDescription: [
      'Show the cells of an experiment, what is there already, and what the rest costs. Nothing is run.',
      '',
      'Example:  austeer experiment plan copa-sweep.json',
    ].join('\n'),
  },
});

export const experimentRoutes = buildRouteMap({
  routes: { run: runCommand, plan: planCommand },
  docs: { brief: 'Experiments of your own, as JSON files' },
});
