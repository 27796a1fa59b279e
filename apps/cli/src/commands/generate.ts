import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  jsonFlag,
  type ModelFlags,
  modelFlags,
  optionalNewFile,
  optionalPath,
  parseNumber,
  parseWhole,
  seedFlag,
  usualCount,
} from '../flags.ts';
import { type PlanFlags, planFlags } from '../plan-flags.ts';

export interface GenerateFlags extends ModelFlags, PlanFlags {
  readonly input?: string | undefined;
  readonly prompt?: string | undefined;
  readonly chat: boolean;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly stop?: readonly string[] | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
}

const number = (initial: string, brief: string) =>
  ({ kind: 'parsed', parse: parseNumber, default: initial, brief, placeholder: 'x' }) as const;

export const generateCommand = buildCommand({
  loader: async () => (await import('../run/generate.ts')).runGenerate,
  parameters: {
    flags: {
      ...modelFlags,
      ...planFlags,
      input: optionalPath('JSON lines: {"text": "…"} or {"tokens": [1, 2]}'),
      prompt: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'One prompt instead',
        placeholder: 'text',
      },
      chat: { kind: 'boolean', default: false, brief: 'Put texts through the model’s chat template' },
      maxNewTokens: usualCount('64', 'Most new tokens'),
      temperature: number('0', '0 is greedy'),
      topK: {
        kind: 'parsed',
        parse: parseWhole,
        default: '0',
        brief: 'Sample among the most likely tokens only; 0 is all',
        placeholder: 'n',
      },
      topP: number('1', 'Sample among the smallest set with this probability'),
      stop: {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        brief: 'Text at which an answer ends',
        placeholder: 'text',
      },
      seed: seedFlag,
      batchSize: batchFlag,
      out: optionalNewFile(
        'Where the answers go too: a .jsonl file for judge and human, else one JSON document',
      ),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Let a model write, steered or not',
    fullDescription: [
      'Let a model write, steered or not. Greedy unless --temperature is given.',
      '',
      'Examples:',
      '  austeer generate --prompt "Why is the sky blue?" --chat',
      '  austeer generate --plan plan.safetensors --input texts.jsonl --max-new-tokens 24 --json',
    ].join('\n'),
  },
});
