import { buildCommand } from '@stricli/core';
import { jsonFlag, type ModelFlags, modelFlags, parseCount, parseNumber, seedFlag } from '../flags.ts';
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
      k: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        brief: 'First units of the plan to steer [all]',
        placeholder: 'n',
      },
      system: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Said to the model before everything',
        placeholder: 'text',
      },
      maxNewTokens: {
        kind: 'parsed',
        parse: parseCount,
        default: '200',
        brief: 'Most tokens of an answer',
        placeholder: 'n',
      },
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
