/**
 * AUSteer, the method of the paper. Source: AUSteer §3.3-3.4, Eq. 6-9; `steer.py` of the released code.
 *
 * @module
 */
import type { MethodSetting } from '@austeer/steering';
import { createUnitMethod, type UnitMethod, type UnitRules } from './unit-method.ts';

/** k and α that the paper's Tables 8 and 9 show. */
const SWEPT = [2, 4, 8, 10, 16, 20, 32, 50, 64, 80, 100];

export const AUSTEER_GRID: readonly MethodSetting[] = SWEPT.flatMap((budget) =>
  SWEPT.map((strength) => ({ budget, strength })),
);

/**
 * AUSteer: units ranked by activation momentum, the first k scaled by γ = α · sign · s, at every position. `budget` is
 * k, `strength` α, `site` one of the sites (attention gives the paper's AUSteer-Head, ffn its AUSteer-FFN). One pair
 * is in memory at a time.
 *
 * @throws EmptyInputError without sites.
 *
 * @example
 * ```ts
 * createAusteerMethod({ sites: ['ffn'] }).name; // 'austeer'
 * ```
 */
export function createAusteerMethod(options: UnitRules = {}): UnitMethod {
  return createUnitMethod({ name: 'austeer', grid: AUSTEER_GRID }, options);
}
