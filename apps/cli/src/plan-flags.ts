/**
 * Flags of commands that a plan steers.
 *
 * @module
 */
import { optionalPath, parseNumber } from './flags.ts';

/** `--plan` and `--alpha`. */
export interface PlanFlags {
  readonly plan?: string | undefined;
  readonly alpha?: number | undefined;
}

/** `--plan` and `--alpha`. */
export const planFlags = {
  plan: optionalPath('Steering plan, safetensors [none: not steered]'),
  alpha: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    brief: 'Strength instead of the plan’s own',
    placeholder: 'x',
  },
} as const;
