import type { Site } from '@austeer/core';
import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  computeFlags,
  jsonFlag,
  type ModelFlags,
  optionalCount,
  optionalNewFile,
  optionalPath,
  type RankingFlags,
  rankingFlags,
  seedFlag,
  sitesFlag,
  type TaskFlags,
  taskFlags,
  usualCount,
} from '../flags.ts';

export interface LocalizeFlags extends Omit<ModelFlags, 'model'>, RankingFlags, TaskFlags {
  readonly model?: string | undefined;
  readonly pairs?: string | undefined;
  readonly task?: string | undefined;
  readonly limit?: number | undefined;
  readonly positive?: string | undefined;
  readonly negative?: string | undefined;
  readonly sites: Site[];
  readonly top: number;
  readonly join: 'text' | 'tokens';
  readonly cut: 'end' | 'question';
  readonly out?: string | undefined;
  readonly seed: number;
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
      task: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'The pairs of a task instead, for example boolq; see austeer tasks',
        placeholder: 'name',
      },
      ...taskFlags,
      limit: optionalCount('Most pairs [all of a file, 1000 of a task]'),
      positive: optionalPath(
        'Activations of right answers, [rows, layers, width]: safetensors or .npz with "<site>", or .npy',
      ),
      negative: optionalPath('Activations of wrong answers, the same'),
      sites: sitesFlag('ffn'),
      top: usualCount('200', 'Units to list'),
      ...rankingFlags,
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
      out: optionalNewFile('Where the counts go, safetensors'),
      seed: seedFlag,
      batchSize: batchFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Rank activation units: which tell right answers from wrong ones, or help the right ones',
    fullDescription: [
      'Rank activation units by momentum: which tell right answers from wrong ones. Or, with --ranking causal, by what',
      'their gain does to the right answer (docs/causal.md).',
      '',
      'Examples:',
      '  austeer localize --model smollm2-135m --pairs pairs.jsonl --sites ffn --out counts.safetensors',
      '  austeer localize --task boolq --limit 200 --sites attention,ffn --ranking balanced',
      '  austeer localize --task boolq --limit 200 --sites ffn --ranking causal --out causal.safetensors',
      '  austeer localize --positive right.npy --negative wrong.npy --sites ffn',
    ].join('\n'),
  },
});
