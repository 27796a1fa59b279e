import { buildCommand } from '@stricli/core';
import { type CellFlags, cellDataFlag, cellFlags } from '../cell-flags.ts';
import { computeFlags, type ModelFlags } from '../flags.ts';

export interface ReproduceFlags extends Omit<ModelFlags, 'model'>, CellFlags {
  readonly model: string[];
  readonly quick: boolean;
  readonly plan: boolean;
  readonly draw: boolean;
  readonly list: boolean;
}

export const reproduceCommand = buildCommand({
  loader: async () => (await import('../run/reproduce.ts')).runReproduce,
  parameters: {
    positional: {
      kind: 'array',
      parameter: {
        parse: String,
        brief: 'Tables and figures, for example table1 fig10; or all',
        placeholder: 'id',
      },
    },
    flags: {
      model: {
        kind: 'parsed',
        parse: (text: string) => text.split(','),
        default: 'smollm2-135m',
        brief: 'Model; further ones after commas are for Tables 4 and 10',
        placeholder: 'model,…',
      },
      ...computeFlags,
      ...cellDataFlag,
      quick: { kind: 'boolean', default: false, brief: 'Little data and few settings: minutes, not days' },
      plan: { kind: 'boolean', default: false, brief: 'Show what would be computed, and compute nothing' },
      draw: {
        kind: 'boolean',
        default: false,
        brief: 'Draw the figures from what is there, and compute nothing',
      },
      list: { kind: 'boolean', default: false, brief: 'List the experiments' },
      ...cellFlags('runs/reproduce'),
    },
  },
  docs: {
    brief: 'Tables and figures of the paper on a model of your own',
    fullDescription: [
      'Tables and figures of the paper on a model of your own. What is computed is kept: a run that was stopped goes on',
      'where it stood, a second run computes nothing, and several runs on one folder share the work, as --runners does by',
      'itself.',
      '',
      'Examples:',
      '  austeer reproduce --list',
      '  austeer reproduce all --quick --plan',
      '  austeer reproduce all --quick',
      '  austeer reproduce table1 --model MODEL --data FOLDER',
    ].join('\n'),
  },
});
