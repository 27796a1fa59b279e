/**
 * `austeer plan change`.
 *
 * @module
 */
import type { PositionRule, Site, StrengthSchedule } from '@austeer/core';
import { buildCommand } from '@stricli/core';
import { jsonFlag, parseCount, parseNumber, parseSites, parseWholeList, requiredNewFile } from '../flags.ts';

export interface PlanChangeFlags {
  readonly scale?: number | undefined;
  readonly negate: boolean;
  readonly sites?: Site[] | undefined;
  readonly layers?: number[] | undefined;
  readonly top?: number | undefined;
  readonly positions?: PositionRule | undefined;
  readonly schedule?: StrengthSchedule | undefined;
  readonly out: string;
  readonly json: boolean;
}

/** A name as it stands, anything else as JSON. */
function nameOrJson(text: string): unknown {
  return /^[a-z]+$/i.test(text) ? text : JSON.parse(text);
}

/** What parses may load more; `--help` does without. */
const optional = <T>(parse: (text: string) => T | Promise<T>, brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse, optional: true, brief, placeholder }) as const;

export const change = buildCommand({
  loader: async () => (await import('../run/plan-change.ts')).runPlanChange,
  parameters: {
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'A plan file', placeholder: 'plan' }] },
    flags: {
      scale: optional(parseNumber, 'Multiply the strength', 'x'),
      negate: { kind: 'boolean', default: false, brief: 'Turn every edit round' },
      sites: optional(parseSites, 'Keep these sites [all]', 'sites'),
      layers: optional(parseWholeList, 'Keep these layers, with commas between [all]', 'n,…'),
      top: optional(parseCount, 'Keep the first edits of those that are left [all]', 'n'),
      positions: optional(
        async (text) => (await import('@austeer/steering')).parsePositionRule(nameOrJson(text)),
        'Tokens to steer: all, prompt, generated, lastPromptToken, or a rule as JSON',
        'rule',
      ),
      schedule: optional(
        async (text) => (await import('@austeer/steering')).parseStrengthSchedule(nameOrJson(text)),
        'Strength along them: constant, {"warmUp": n} or {"halfLife": n, "floor": x}',
        'schedule',
      ),
      out: requiredNewFile('Where the changed plan goes, safetensors'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Make a plan of a plan: stronger, reversed, less of it, at other tokens',
    fullDescription: [
      'Make a plan of a plan: stronger, reversed, less of it, at other tokens. Rules: docs/plan-format.md',
      '',
      `Example:  austeer plan change plan.safetensors --top 8 --scale 0.5 --positions '{"window": [-4, null], "of": "prompt"}' --out part.safetensors`,
    ].join('\n'),
  },
});
