import { buildCommand } from '@stricli/core';
import { type EvaluateFlags, evaluateFlags } from './evaluate.ts';

export interface SweepFlags extends Omit<EvaluateFlags, 'method' | 'plan' | 'select'> {
  readonly method: string;
}

const { plan: _plan, select: _select, method, ...flags } = evaluateFlags;

export const sweepCommand = buildCommand({
  loader: async () => (await import('../run/sweep.ts')).runSweep,
  parameters: {
    flags: { ...flags, method: { ...method, optional: false, default: 'austeer' } },
    aliases: { k: 'k' },
  },
  docs: {
    brief: 'Try every k × α on validation items, show all of them, test the best',
    fullDescription: [
      'Try every k × α on validation items and show all of them with the chosen one marked; then test that one once on',
      'other items, as austeer evaluate does.',
      '',
      'Example:  austeer sweep --task winogrande --k 4,16,64 --alpha 5,20,50 --out runs/winogrande',
    ].join('\n'),
  },
});
