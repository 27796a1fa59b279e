/**
 * `austeer plan export` and `austeer plan import`.
 *
 * @module
 */
import { buildCommand } from '@stricli/core';
import { computeFlags, jsonFlag, type ModelFlags, parseWholeList, requiredNewFile } from '../flags.ts';

export interface PlanExportFlags {
  readonly out: string;
  readonly json: boolean;
}

export interface PlanImportFlags extends ModelFlags {
  readonly layers?: number[] | undefined;
  readonly out: string;
  readonly json: boolean;
}

/** `austeer plan export`, and the same as `austeer export`. */
const exportAs = (name: string) =>
  buildCommand({
    loader: async () => (await import('../run/plan-exchange.ts')).runPlanExport,
    parameters: {
      positional: {
        kind: 'tuple',
        parameters: [{ parse: String, brief: 'A plan file', placeholder: 'plan' }],
      },
      flags: {
        out: requiredNewFile('Where it goes; the ending names the format: .gguf, .svec, .pt or .csv'),
        json: jsonFlag,
      },
    },
    docs: {
      brief: 'Write a plan as a file of another program',
      fullDescription: [
        'Write a plan as a file of another program: .gguf (control vector of llama.cpp and repeng), .svec',
        '(IBM activation-steering), .pt (lm-eval, model type steered) or .csv. What the format cannot carry is an error.',
        'A model that is steered by itself, without any program knowing of plans, is written by austeer bake.',
        '',
        `Example:  austeer ${name} plan.safetensors --out vector.gguf`,
      ].join('\n'),
    },
  });

export const planExportCommand = exportAs('plan export');
export const exportCommand = exportAs('export');

export const importCommand = buildCommand({
  loader: async () => (await import('../run/plan-exchange.ts')).runPlanImport,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, brief: 'A .gguf, .svec or .csv file', placeholder: 'file' }],
    },
    flags: {
      model: { kind: 'parsed', parse: String, brief: 'The model it shall steer', placeholder: 'model' },
      ...computeFlags,
      layers: {
        kind: 'parsed',
        parse: parseWholeList,
        optional: true,
        brief: 'Layers of an .svec file to steer, with commas between',
        placeholder: 'n,…',
      },
      out: requiredNewFile('Where the plan goes, safetensors'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Make a plan of a file of another program',
    fullDescription: [
      'Make a plan of a control vector of llama.cpp or repeng (.gguf), an .svec file, or a .csv file.',
      '',
      'Example:  austeer plan import vector.gguf --model smollm2-135m --out plan.safetensors',
    ].join('\n'),
  },
});
