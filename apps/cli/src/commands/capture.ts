import type { Site } from '@austeer/core';
import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  jsonFlag,
  type ModelFlags,
  modelFlags,
  requiredNewFile,
  requiredPath,
  sitesFlag,
} from '../flags.ts';

export interface CaptureFlags extends ModelFlags {
  readonly input: string;
  readonly sites: Site[];
  readonly positions: 'last' | 'all';
  readonly out: string;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

export const captureCommand = buildCommand({
  loader: async () => (await import('../run/capture.ts')).runCapture,
  parameters: {
    flags: {
      ...modelFlags,
      input: requiredPath('JSON lines: {"text": "…"} or {"tokens": [1, 2]}'),
      sites: sitesFlag('attention,ffn'),
      positions: {
        kind: 'enum',
        values: ['last', 'all'],
        default: 'last',
        brief: 'The last token of each row, or every token',
      },
      out: requiredNewFile('Where the safetensors file goes'),
      batchSize: batchFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Write activations of texts to a safetensors file',
    fullDescription: [
      'Write activations of texts to a safetensors file, float32.',
      '  --positions last: tensor "<site>" [rows, layers, width]',
      '  --positions all:  tensor "<site>.<row>" [tokens, layers, width]',
      '',
      'Example:  austeer capture --input texts.jsonl --sites attention,ffn --out activations.safetensors',
    ].join('\n'),
  },
});
