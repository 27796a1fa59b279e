import type { Site } from '@austeer/core';
import { buildCommand } from '@stricli/core';
import { computeFlags, jsonFlag, type ModelFlags, parseNumber, parseSites } from '../flags.ts';

export interface DoctorFlags extends Omit<ModelFlags, 'model'> {
  readonly sites?: Site[] | undefined;
  readonly tolerance?: number | undefined;
  readonly json: boolean;
}

export const doctorCommand = buildCommand({
  loader: async () => (await import('../run/doctor.ts')).runDoctor,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          brief: 'Catalogue name, hub id, folder with ONNX, or .gguf file',
          placeholder: 'model',
        },
      ],
    },
    flags: {
      ...computeFlags,
      sites: {
        kind: 'parsed',
        parse: parseSites,
        optional: true,
        brief: 'Sites to prove [all]',
        placeholder: 'sites',
      },
      tolerance: {
        kind: 'parsed',
        parse: parseNumber,
        optional: true,
        brief: 'Relative difference that counts as none [1e-4, 4bit: 0.05]',
        placeholder: 'x',
      },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Show what a model is and prove its activation sites numerically',
    fullDescription: [
      'Show what a model is and prove its activation sites: a zero edit changes nothing, an edit of one unit changes',
      'just that unit, and what follows it. Exit code 1 when a site fails.',
      '',
      'Example:  austeer doctor smollm2-135m',
    ].join('\n'),
  },
});
