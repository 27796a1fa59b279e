import { buildCommand } from '@stricli/core';
import { jsonFlag, optionalPath } from '../flags.ts';

export interface ReportFlags {
  readonly figures?: string | undefined;
  readonly out: string;
  readonly json: boolean;
}

export const reportCommand = buildCommand({
  loader: async () => (await import('../run/report.ts')).runReport,
  parameters: {
    positional: {
      kind: 'array',
      parameter: { parse: String, brief: 'Run folders, or folders of run folders', placeholder: 'run' },
    },
    flags: {
      figures: optionalPath('Folder of figures, one JSON file each, as austeer reproduce writes them'),
      out: {
        kind: 'parsed',
        parse: String,
        default: 'report.html',
        brief: 'Where the page goes',
        placeholder: 'path',
      },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'One page with what runs found, to look at, search and print',
    fullDescription: [
      'One HTML file with what runs found: effect, settings, units, every sample, provenance. It holds its data and',
      'needs no network.',
      '',
      'Examples:',
      '  austeer report runs/boolq',
      '  austeer report runs/boolq runs/copa --figures figures --out report.html',
    ].join('\n'),
  },
});
