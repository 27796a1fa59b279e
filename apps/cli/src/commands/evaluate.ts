import type { Site } from '@austeer/core';
import { buildCommand } from '@stricli/core';
import {
  batchFlag,
  jsonFlag,
  type MethodFlags,
  type ModelFlags,
  methodFlags,
  modelFlags,
  optionalPath,
  parseCountList,
  parseNumberList,
  type RankingFlags,
  rankingFlags,
  seedFlag,
  sitesFlag,
  type TaskFlags,
  taskFlags,
} from '../flags.ts';
import { type SelectionFlags, selectionFlags } from '../selection-flags.ts';
import { type VerdictFlags, verdictFlags } from '../verdict-flags.ts';

export interface EvaluateFlags
  extends ModelFlags,
    RankingFlags,
    TaskFlags,
    MethodFlags,
    SelectionFlags,
    VerdictFlags {
  readonly task: string;
  readonly method?: string | undefined;
  readonly plan?: string | undefined;
  readonly sites: Site[];
  readonly k?: number[] | undefined;
  readonly alpha?: number[] | undefined;
  readonly select: 'validation';
  readonly out?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

/** Flags of `austeer evaluate`. */
export const evaluateFlags = {
  ...modelFlags,
  task: {
    kind: 'parsed',
    parse: String,
    brief: 'boolq, copa, winogrande, svamp, mawps, detox, bpo or brevity; see austeer tasks',
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
    parse: parseCountList,
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
  ...selectionFlags,
  select: {
    kind: 'enum',
    values: ['validation'],
    default: 'validation',
    brief: 'Where k and α are chosen',
  },
  ...verdictFlags,
  ...rankingFlags,
  ...methodFlags,
  out: optionalPath(
    'Folder of the run log; texts are kept beside it until it is whole, and a run that was stopped goes on',
  ),
  seed: seedFlag,
  batchSize: batchFlag,
  json: jsonFlag,
} as const;

export const evaluateCommand = buildCommand({
  loader: async () => (await import('../run/evaluate.ts')).runEvaluate,
  parameters: {
    flags: evaluateFlags,
    aliases: { k: 'k' },
  },
  docs: {
    brief: 'Measure a task: vanilla, and beside it a method or a plan',
    fullDescription: [
      'Measure a task: vanilla, and beside it AUSteer or another method fitted on the task’s pairs, or a plan. k and α',
      'are chosen on validation items and tested once on the rest. Continuations of detox are read by a toxicity scorer;',
      'responses of bpo are compared with the model’s own by a judge, which --judge names.',
      '',
      'Examples:',
      '  austeer evaluate --task boolq --limit 200',
      '  austeer evaluate --task boolq --method austeer --k 16,64 --alpha 5,20 --out runs/boolq',
      '  austeer evaluate --task boolq --method iti --k 16,48 --alpha 5,15',
      '  austeer evaluate --task boolq --plan plan.safetensors --out runs/plan',
      '  austeer evaluate --task detox --limit 40 --plan plan.safetensors --out runs/detox',
      '  austeer evaluate --task bpo --limit 16 --method caa --judge local --out runs/bpo',
    ].join('\n'),
  },
});
