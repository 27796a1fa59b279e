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
  type RankingFlags,
  rankingFlags,
  seedFlag,
  sitesFlag,
  type TaskFlags,
  taskFlags,
} from '../flags.ts';
import { type SelectionFlags, selectionFlags } from '../selection-flags.ts';
import { type VerdictFlags, verdictFlags } from '../verdict-flags.ts';

export interface CompareFlags
  extends ModelFlags,
    RankingFlags,
    MethodFlags,
    TaskFlags,
    SelectionFlags,
    VerdictFlags {
  readonly task: string;
  readonly methods: string[];
  readonly grid: 'small' | 'paper';
  readonly settings?: string | undefined;
  readonly sites: Site[];
  readonly out?: string | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly json: boolean;
}

export const compareCommand = buildCommand({
  loader: async () => (await import('../run/compare.ts')).runCompare,
  parameters: {
    flags: {
      ...modelFlags,
      task: {
        kind: 'parsed',
        parse: String,
        brief: 'A name of austeer tasks',
        placeholder: 'name',
      },
      methods: {
        kind: 'parsed',
        parse: (text: string) => text.split(','),
        default: 'vanilla,austeer,sadi,iti,caa',
        brief: 'Methods beside vanilla, with commas between (an unknown name lists all)',
        placeholder: 'names',
      },
      grid: {
        kind: 'enum',
        values: ['small', 'paper'],
        default: 'small',
        brief: 'Settings to try: four of each method (for each site), or all that its paper sweeps',
      },
      settings: optionalPath('JSON instead: {"iti": [{"budget": 16, "strength": 15}], …} by method'),
      ...taskFlags,
      sites: sitesFlag('attention,ffn'),
      ...selectionFlags,
      ...verdictFlags,
      ...rankingFlags,
      ...methodFlags,
      out: optionalPath('Folder for comparison.json, all answers and all plans'),
      seed: seedFlag,
      batchSize: batchFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Compare methods on a task: same pairs, same items, one table',
    fullDescription: [
      'Compare methods on a task: each is fitted on the same pairs, its setting chosen on the same validation items, and',
      'tested once on the same test items, with intervals, paired tests against vanilla and AUSteer, and what it costs.',
      '',
      'Examples:',
      '  austeer compare --task boolq --methods vanilla,austeer,sadi,iti,caa --pairs 200 --limit 200 --out runs/boolq',
      '  austeer compare --task copa --methods austeer,austeer/random-localization,austeer/shuffled-labels',
      '  austeer compare --task boolq --methods austeer,sta --sae params.npz --sae-layer 20',
    ].join('\n'),
  },
});
