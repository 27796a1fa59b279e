import { buildCommand } from '@stricli/core';
import { batchFlag, jsonFlag, type ModelFlags, modelFlags, optionalNewFile, requiredPath } from '../flags.ts';
import { type PlanFlags, planFlags } from '../plan-flags.ts';

export interface ScoreFlags extends ModelFlags, PlanFlags {
  readonly input: string;
  readonly batchSize?: number | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
}

export const scoreCommand = buildCommand({
  loader: async () => (await import('../run/score.ts')).runScore,
  parameters: {
    flags: {
      ...modelFlags,
      ...planFlags,
      input: requiredPath('JSON lines: {"prompt": "…", "candidates": ["…", "…"]}'),
      batchSize: batchFlag,
      out: optionalNewFile('Where the JSON document goes too'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Log-probabilities of given answers, steered or not',
    fullDescription: [
      'Natural-log probabilities of given answers, steered or not.',
      '',
      'Example:  austeer score --input items.jsonl --plan plan.safetensors --json',
    ].join('\n'),
  },
});
