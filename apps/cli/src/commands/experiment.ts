import { buildCommand, buildRouteMap } from '@stricli/core';
import { type CellFlags, cellDataFlag, cellFlags } from '../cell-flags.ts';
import { computeFlags, type ModelFlags } from '../flags.ts';

export interface ExperimentFlags extends Omit<ModelFlags, 'model'>, CellFlags {
  readonly model?: string[] | undefined;
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
    ...cellDataFlag,
    ...cellFlags('runs/experiments'),
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
