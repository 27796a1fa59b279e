import { buildCommand } from '@stricli/core';
import {
  jsonFlag,
  type ModelFlags,
  modelFlags,
  optionalCount,
  parseNumber,
  seedFlag,
  usualCount,
} from '../flags.ts';
import { type PlanFlags, planFlags } from '../plan-flags.ts';

export interface ChatFlags extends ModelFlags, PlanFlags {
  readonly k?: number | undefined;
  readonly system?: string | undefined;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly json: boolean;
}

export const chatCommand = buildCommand({
  loader: async () => (await import('../run/chat.ts')).runChat,
  parameters: {
    flags: {
      ...modelFlags,
      ...planFlags,
      k: optionalCount('First units of the plan to steer [all]'),
      system: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Said to the model before everything',
        placeholder: 'text',
      },
      maxNewTokens: usualCount('200', 'Most tokens of an answer'),
      temperature: {
        kind: 'parsed',
        parse: parseNumber,
        default: '0',
        brief: '0 is greedy',
        placeholder: 'x',
      },
      seed: seedFlag,
      json: jsonFlag,
    },
    aliases: { k: 'k' },
  },
  docs: {
    brief: 'Talk to a model, vanilla and steered side by side',
    fullDescription: [
      'Talk to a model, vanilla and steered side by side, and move the strength meanwhile: /alpha 12, /k 32,',
      '/plan file, /off, /reset, /help. Ctrl-C stops an answer, Ctrl-D leaves. In a pipe each line is a turn.',
      '',
      'Examples:',
      '  austeer chat --plan plan.safetensors',
      '  austeer chat --plan plan.safetensors --alpha 8 --json < questions.txt',
    ].join('\n'),
  },
});
