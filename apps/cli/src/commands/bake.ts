import { buildCommand } from '@stricli/core';
import { jsonFlag, type ModelFlags, modelFlags, parseNumber, requiredPath } from '../flags.ts';

export interface BakeFlags extends ModelFlags {
  readonly plan: string;
  readonly alpha?: number | undefined;
  readonly columns: 'F16' | 'F32';
  readonly out: string;
  readonly json: boolean;
}

export const bakeCommand = buildCommand({
  loader: async () => (await import('../run/bake.ts')).runBake,
  parameters: {
    flags: {
      ...modelFlags,
      plan: requiredPath('Steering plan, safetensors'),
      alpha: {
        kind: 'parsed',
        parse: parseNumber,
        optional: true,
        brief: 'Strength instead of the plan’s own',
        placeholder: 'x',
      },
      columns: {
        kind: 'enum',
        values: ['F16', 'F32'],
        default: 'F16',
        brief: 'GGUF: type of the matrices whose columns a gain of attention or ffnInner scales',
      },
      out: requiredPath('Where the copy goes: a .gguf file, or a folder for an ONNX export'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Write a steered copy of a model, which costs nothing at run time',
    fullDescription: [
      'Write a steered copy of a model: the plan goes into its weights, and the copy needs no AUSteer to run. Then the',
      'copy is compared with the model steered at run time. A GGUF stays one, and llama.cpp loads it.',
      '',
      'Examples:',
      '  austeer bake --model smollm2-135m --plan plan.safetensors --out steered.gguf',
      '  austeer bake --model path/to/export --plan plan.safetensors --out path/to/steered',
    ].join('\n'),
  },
});
