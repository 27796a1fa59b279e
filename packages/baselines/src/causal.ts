/**
 * Steering the units whose gain helps right answers most, to first order. Not a method of the paper: see `docs/causal.md`.
 *
 * @module
 */
import type { MethodSetting } from '@austeer/steering';
import { type CausalRules, createUnitMethod, type UnitMethod, type UnitRules } from './unit-method.ts';

/**
 * Gains tried: 1 doubles a unit or takes it out. A hundred units of large effect need little of it.
 */
const CAUSAL_GRID: readonly MethodSetting[] = [20, 100].flatMap((budget) =>
  [0.05, 0.1, 0.25, 0.5, 1].map((strength) => ({ budget, strength })),
);

/**
 * The causal ranking as a method: ∂(margin of the right answer)/∂gain of every unit, its mean over classes of the right
 * answer, the `budget` largest of a site, and a gain of ± `strength` by sign.
 *
 * @param options.causal written forms of answers, and another source of gradients
 * @throws UnsupportedModelError (from `fit`) when the model cannot be differentiated and no other source is given.
 *
 * @example
 * ```ts
 * import type { LanguageModel, TokenPair } from '@austeer/core';
 * declare const model: LanguageModel;
 * declare const pairs: TokenPair[];
 * const fitted = await createCausalMethod({ sites: ['ffn'] }).fit({ model, pairs });
 * const plan = fitted.plan({ budget: 100, strength: 0.1 });
 * ```
 */
export function createCausalMethod(
  options: Pick<UnitRules, 'sites' | 'grid'> & { causal?: CausalRules | undefined } = {},
): UnitMethod {
  const { sites, grid, causal } = options;
  return createUnitMethod({ name: 'causal', grid: CAUSAL_GRID }, { sites, grid, causal, ranking: 'causal' });
}
