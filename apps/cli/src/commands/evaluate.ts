import type { Site } from '@austeer/core';
import type { SelectionCriterion } from '@austeer/experiments';
import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  jsonFlag,
  type MethodFlags,
  type ModelFlags,
  methodFlags,
  modelFlags,
  optionalPath,
  parseNumberList,
  parseWhole,
  parseWholeList,
  type RankingFlags,
  rankingFlags,
  seedFlag,
  sitesFlag,
  type TaskFlags,
  taskFlags,
} from '../flags.ts';

export interface EvaluateFlags extends ModelFlags, RankingFlags, TaskFlags, MethodFlags {
  readonly task: string;
  readonly method?: string | undefined;
  readonly plan?: string | undefined;
  readonly sites: Site[];
  readonly k?: number[] | undefined;
  readonly alpha?: number[] | undefined;
  readonly pairs?: number | undefined;
  readonly limit?: number | undefined;
  readonly select: 'validation';
  readonly validation: number;
  readonly criterion: SelectionCriterion;
  readonly join: 'text' | 'tokens';
  readonly skipBadRows: boolean;
  readonly out?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

const optionalWhole = (brief: string) =>
  ({ kind: 'parsed', parse: parseWhole, optional: true, brief, placeholder: 'n' }) as const;

export const evaluateCommand = buildCommand({
  loader: async () => (await import('../run/evaluate.ts')).runEvaluate,
  parameters: {
    flags: {
      ...modelFlags,
      task: {
        kind: 'parsed',
        parse: String,
        brief: 'boolq, copa, winogrande, svamp, mawps or brevity; see austeer tasks',
        placeholder: 'name',
      },
      ...taskFlags,
      method: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Fitted on the task’s pairs: austeer, iti, caa, sadi, sta, … (an unknown name lists all)',
        placeholder: 'name',
      },
      plan: optionalPath('A plan to test instead'),
      sites: sitesFlag('attention,ffn'),
      k: {
        kind: 'parsed',
        parse: parseWholeList,
        optional: true,
        brief: 'Units (iti, sadi: heads) to try [16,64 for austeer]',
        placeholder: 'n,…',
      },
      alpha: {
        kind: 'parsed',
        parse: parseNumberList,
        optional: true,
        brief: 'Strengths to try [5,20 for austeer]; with --plan the strength instead of its own',
        placeholder: 'x,…',
      },
      pairs: optionalWhole('Most pairs [1000, as released]'),
      limit: optionalWhole('Most test items [all]'),
      select: {
        kind: 'enum',
        values: ['validation'],
        default: 'validation',
        brief: 'Where k and α are chosen',
      },
      validation: {
        kind: 'parsed',
        parse: parseWhole,
        default: '60',
        brief: 'Validation items, never tested on',
        placeholder: 'n',
      },
      criterion: {
        kind: 'enum',
        values: ['accuracy', 'twoWayAccuracy', 'balancedAccuracy', 'areaUnderCurve'],
        default: 'accuracy',
        brief: 'What is chosen by; accuracy is the paper’s',
      },
      ...rankingFlags,
      ...methodFlags,
      join: {
        kind: 'enum',
        values: ['text', 'tokens'],
        default: 'text',
        brief: 'How question and answer are joined',
      },
      skipBadRows: { kind: 'boolean', default: false, brief: 'Leave malformed rows out and count them' },
      out: optionalPath('Folder of the run log'),
      seed: seedFlag,
      batchSize: batchFlag,
      json: jsonFlag,
    },
    aliases: { k: 'k' },
  },
  docs: {
    brief: 'Measure a task: vanilla, and beside it a method or a plan',
    fullDescription: [
      'Measure a task: vanilla, and beside it AUSteer or another method fitted on the task’s pairs, or a plan. k and α',
      'are chosen on validation items and tested once on the rest.',
      '',
      'Examples:',
      '  austeer evaluate --task boolq --limit 200',
      '  austeer evaluate --task boolq --method austeer --k 16,64 --alpha 5,20 --out runs/boolq',
      '  austeer evaluate --task boolq --method iti --k 16,48 --alpha 5,15',
      '  austeer evaluate --task boolq --plan plan.safetensors --out runs/plan',
    ].join('\n'),
  },
});
