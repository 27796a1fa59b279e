import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  jsonFlag,
  type ModelFlags,
  modelFlags,
  optionalCount,
  optionalNewFile,
  optionalPath,
  parseNumber,
  requiredPath,
  seedFlag,
  type TaskFlags,
  taskFlags,
  usualCount,
} from '../flags.ts';
import { type PlanFlags, planFlags } from '../plan-flags.ts';

export interface SideEffectsFlags extends ModelFlags, PlanFlags, TaskFlags {
  readonly plan: string;
  readonly texts?: string | undefined;
  readonly prompts?: string | undefined;
  readonly limit?: number | undefined;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly tasks?: readonly string[] | undefined;
  readonly taskItems: number;
  readonly batchSize?: number | undefined;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly json: boolean;
}

export const sideEffectsCommand = buildCommand({
  loader: async () => (await import('../run/side-effects.ts')).runSideEffects,
  parameters: {
    flags: {
      ...modelFlags,
      plan: requiredPath('Steering plan, safetensors'),
      alpha: planFlags.alpha,
      texts: optionalPath('Text to predict, JSON lines: {"text": "…"} [48 neutral paragraphs]'),
      prompts: optionalPath('Texts to go on from, JSON lines: {"text": "…"} [first sentence of each text]'),
      limit: optionalCount('Most texts and prompts [all]'),
      maxNewTokens: usualCount('48', 'Most new tokens a prompt'),
      temperature: {
        kind: 'parsed',
        parse: parseNumber,
        default: '0',
        brief: '0 is greedy',
        placeholder: 'x',
      },
      tasks: {
        kind: 'parsed',
        parse: (text: string) => text.split(','),
        optional: true,
        brief: 'Other tasks whose accuracy is measured too, for example boolq,copa; see austeer tasks [none]',
        placeholder: 'name,…',
      },
      taskItems: usualCount('100', 'Most items of each of them'),
      ...taskFlags,
      batchSize: batchFlag,
      seed: seedFlag,
      out: optionalNewFile('Where the JSON document goes too'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'What a plan does beside its purpose: divergence, perplexity, repetition, length, other tasks',
    fullDescription: [
      'What a plan does beside its purpose: divergence from the vanilla model and perplexity on neutral text;',
      'length, repetition, variety and refusals of continuations, vanilla beside steered, with intervals. --tasks adds',
      'the accuracy of tasks that the plan was not made for.',
      '',
      'Examples:',
      '  austeer side-effects --plan plan.safetensors',
      '  austeer side-effects --plan plan.safetensors --tasks boolq,copa,winogrande --task-items 200',
    ].join('\n'),
  },
});
