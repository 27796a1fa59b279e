/**
 * How strong an edit is at each token: the position rule and the schedule as numbers.
 *
 * @module
 */
import type { StrengthSchedule, TokenSequence, TokenStrength } from '@austeer/core';
import { parseStrengthSchedule } from './position-rule.ts';
import { followPositions, type PromptRow } from './resolve-positions.ts';

/**
 * Follows one row through decoding, as {@link followPositions}: the function returned is called once for each token
 * in order and gives the strength m of x̂ = x ⊙ (1 + m · gain) + m · bias there, 0 where the rule does not select it.
 *
 * @throws InvalidArgumentError as {@link followPositions}, and for a schedule that there is not.
 *
 * @example
 * ```ts
 * const tokenStrength = { positions: 'generated', schedule: { warmUp: 2 } } as const;
 * const strengthOf = followStrengths({ tokenStrength, row: { prompt: [5] } });
 * [strengthOf(5), strengthOf(6), strengthOf(7), strengthOf(8)]; // [0, 0.5, 1, 1]
 * ```
 */
export function followStrengths(options: {
  tokenStrength: TokenStrength;
  row: PromptRow;
}): (token: number) => number {
  const { tokenStrength, row } = options;
  const selects = followPositions({ rule: tokenStrength.positions, row });
  const schedule = parseStrengthSchedule(tokenStrength.schedule);
  let before = 0;
  return (token) => (selects(token) ? scheduledStrength(schedule, before++) : 0);
}

/**
 * The strength at every token of a row, `[tokens]`.
 *
 * @param row.generated tokens of the answer. @default []
 * @throws InvalidArgumentError as {@link followPositions}.
 *
 * @example
 * ```ts
 * const tokenStrength = { positions: 'all', schedule: { halfLife: 1 } } as const;
 * Array.from(resolveStrengths(tokenStrength, { prompt: [5, 6], generated: [7] })); // [1, 0.5, 0.25]
 * ```
 */
export function resolveStrengths(
  tokenStrength: TokenStrength,
  row: PromptRow & { readonly generated?: TokenSequence | undefined },
): Float32Array {
  const strengthOf = followStrengths({ tokenStrength, row });
  return Float32Array.from([...row.prompt, ...(row.generated ?? [])], (token) => strengthOf(token));
}

function scheduledStrength(schedule: StrengthSchedule, before: number): number {
  if (schedule === 'constant') return 1;
  if ('warmUp' in schedule) return Math.min(1, (before + 1) / schedule.warmUp);
  const floor = schedule.floor ?? 0;
  return floor + (1 - floor) * 2 ** (-before / schedule.halfLife);
}
