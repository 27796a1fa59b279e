import { buildCommand } from '@stricli/core';
import { computeFlags, type ModelFlags, optionalCount, optionalPath, seedFlag } from '../flags.ts';

export interface DemoFlags extends Omit<ModelFlags, 'model'> {
  readonly model: string;
  readonly out?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
}

export const demoCommand = buildCommand({
  loader: async () => (await import('../run/demo.ts')).runDemo,
  parameters: {
    flags: {
      model: {
        kind: 'parsed',
        parse: String,
        default: 'smollm2-135m',
        brief: 'The model',
        placeholder: 'model',
      },
      ...computeFlags,
      out: optionalPath('Folder of the run logs [runs/demo-…]'),
      seed: seedFlag,
      batchSize: optionalCount('Most rows in one run [16]'),
    },
  },
  docs: {
    brief: 'The whole method on a small real model, in two to three minutes',
    fullDescription: [
      'The whole method on a small real model: find units, steer them, measure what that did.',
      '',
      'Example:  austeer demo',
    ].join('\n'),
  },
});
