import type { Site } from '@austeer/core';
import type { ConflictRule } from '@austeer/steering';
import { buildCommand, buildRouteMap } from '@stricli/core';
import {
  computeFlags,
  jsonFlag,
  type ModelFlags,
  optionalCount,
  optionalPath,
  parseNumber,
  parseSites,
  type RankingFlags,
  rankingFlags,
  requiredNewFile,
} from '../flags.ts';
import { change } from './plan-change.ts';
import { importCommand, planExportCommand } from './plan-exchange.ts';

export interface PlanCreateFlags extends Omit<ModelFlags, 'model'>, RankingFlags {
  readonly counts?: string | undefined;
  readonly edits?: string | undefined;
  readonly model?: string | undefined;
  readonly sites?: Site[] | undefined;
  readonly k?: number | undefined;
  readonly alpha?: number | undefined;
  readonly divergence?: number | undefined;
  readonly out: string;
  readonly json: boolean;
}

export interface JsonFlags {
  readonly json: boolean;
}

export interface PlanMergeFlags extends JsonFlags {
  readonly conflicts: ConflictRule;
  readonly out: string;
}

export interface PlanCheckFlags extends Omit<ModelFlags, 'model'>, JsonFlags {
  readonly model: string;
}

const planFile = { parse: String, brief: 'A plan file', placeholder: 'plan' } as const;

const create = buildCommand({
  loader: async () => (await import('../run/plan.ts')).runPlanCreate,
  parameters: {
    flags: {
      counts: optionalPath('Counts written by `austeer localize`'),
      edits: optionalPath(
        'JSON lines {"site", "layer", "index", "gain", "bias", "strength"} instead; needs --model',
      ),
      model: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Model of the plan; counts made with a model know theirs',
        placeholder: 'model',
      },
      ...computeFlags,
      sites: {
        kind: 'parsed',
        parse: parseSites,
        optional: true,
        brief: 'Sites ranked together [all counted]',
        placeholder: 'sites',
      },
      k: optionalCount('Units; needed with --counts'),
      alpha: { kind: 'parsed', parse: parseNumber, optional: true, brief: 'Strength [1]', placeholder: 'x' },
      divergence: {
        kind: 'parsed',
        parse: parseNumber,
        optional: true,
        brief:
          'Strength by its cost: nats a token of neutral text; counts of --ranking natural-gradient know it',
        placeholder: 'nats',
      },
      ...rankingFlags,
      out: requiredNewFile('Where the plan goes, safetensors'),
      json: jsonFlag,
    },
    aliases: { k: 'k' },
  },
  docs: {
    brief: 'Make a plan from counts or from given edits',
    fullDescription: [
      'Make a plan from counts or from given edits.',
      '',
      'Examples:',
      '  austeer plan create --counts counts.safetensors --sites ffn --k 16 --alpha 10 --out plan.safetensors',
      '  austeer plan create --counts counts.safetensors --ranking natural-gradient --k 100 --divergence 0.03 --out plan.safetensors',
    ].join('\n'),
  },
});

const show = buildCommand({
  loader: async () => (await import('../run/plan.ts')).runPlanShow,
  parameters: { positional: { kind: 'tuple', parameters: [planFile] }, flags: { json: jsonFlag } },
  docs: {
    brief: 'Show a plan',
    fullDescription:
      'Show a plan: its model, sites, layers, strength.\n\nExample:  austeer plan show plan.safetensors',
  },
});

const diff = buildCommand({
  loader: async () => (await import('../run/plan.ts')).runPlanDiff,
  parameters: { positional: { kind: 'tuple', parameters: [planFile, planFile] }, flags: { json: jsonFlag } },
  docs: {
    brief: 'Compare two plans of one model',
    fullDescription:
      'Compare two plans of one model.\n\nExample:  austeer plan diff a.safetensors b.safetensors',
  },
});

const merge = buildCommand({
  loader: async () => (await import('../run/plan.ts')).runPlanMerge,
  parameters: {
    positional: { kind: 'array', parameter: planFile, minimum: 1 },
    flags: {
      conflicts: {
        kind: 'enum',
        values: ['sum', 'priority', 'error'],
        default: 'sum',
        brief: 'Where plans edit the same unit: add, keep the first, or refuse',
      },
      out: requiredNewFile('Where the merged plan goes'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Add plans of one model',
    fullDescription:
      'Add plans of one model: where they edit the same unit, gains and biases add.\n\nExample:  austeer plan merge a.safetensors b.safetensors --out both.safetensors',
  },
});

const check = buildCommand({
  loader: async () => (await import('../run/plan.ts')).runPlanCheck,
  parameters: {
    positional: { kind: 'tuple', parameters: [planFile] },
    flags: {
      model: { kind: 'parsed', parse: String, brief: 'The model it shall steer', placeholder: 'model' },
      ...computeFlags,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Check that a plan fits a model',
    fullDescription:
      'Check that a plan fits a model. Exit code 1 when it does not.\n\nExample:  austeer plan check plan.safetensors --model smollm2-135m',
  },
});

export const planRoutes = buildRouteMap({
  routes: { create, show, diff, merge, change, check, export: planExportCommand, import: importCommand },
  docs: { brief: 'Make, show, compare, merge, change, check, export and import steering plans' },
});
