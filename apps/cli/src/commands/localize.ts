import type { Site } from '@austeer/core';
import type { ScoringMode } from '@austeer/localize';
import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  computeFlags,
  jsonFlag,
  type ModelFlags,
  optionalPath,
  parseWhole,
  sitesFlag,
} from '../flags.ts';

export interface LocalizeFlags extends Omit<ModelFlags, 'model'> {
  readonly model?: string | undefined;
  readonly pairs?: string | undefined;
  readonly positive?: string | undefined;
  readonly negative?: string | undefined;
  readonly sites: Site[];
  readonly top: number;
  readonly mode: ScoringMode;
  readonly join: 'text' | 'tokens';
  readonly cut: 'end' | 'question';
  readonly out?: string | undefined;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

export const localizeCommand = buildCommand({
  loader: async () => (await import('../run/localize.ts')).runLocalize,
  parameters: {
    flags: {
      model: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Catalogue name, hub id, folder with ONNX, or .gguf file; not with --positive [smollm2-135m]',
        placeholder: 'model',
      },
      ...computeFlags,
      pairs: optionalPath(
        'JSON lines: {"positive": "…", "negative": "…"} or {"positiveTokens", "negativeTokens"}',
      ),
      positive: optionalPath('Activations of right answers, safetensors "<site>" [rows, layers, width]'),
      negative: optionalPath('Activations of wrong answers, the same'),
      sites: sitesFlag('ffn'),
      top: { kind: 'parsed', parse: parseWhole, default: '200', brief: 'Units to list', placeholder: 'n' },
      mode: {
        kind: 'enum',
        values: ['official', 'paper'],
        default: 'official',
        brief: 'Sign on a tie: + as the released code, − as the paper',
      },
      join: {
        kind: 'enum',
        values: ['text', 'tokens'],
        default: 'text',
        brief: 'How question and answer are joined',
      },
      cut: {
        kind: 'enum',
        values: ['end', 'question'],
        default: 'end',
        brief: 'What a text over 512 tokens loses: its end, as released, or the beginning of its question',
      },
      out: optionalPath('Where the counts go, safetensors'),
      batchSize: batchFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Rank activation units by momentum: which tell right answers from wrong ones',
    fullDescription: [
      'Rank activation units by momentum: which tell right answers from wrong ones.',
      '',
      'Examples:',
      '  austeer localize --model smollm2-135m --pairs pairs.jsonl --sites ffn --out counts.safetensors',
      '  austeer localize --positive right.safetensors --negative wrong.safetensors --sites ffn',
    ].join('\n'),
  },
});
