/**
 * Steering by the natural gradient: the units that do most for right answers for what they do to everything else, each at the
 * gain that does so. Not a method of the paper: see `docs/causal.md`.
 *
 * @module
 */
import { predictDivergence } from '@austeer/localize';
import type { MethodSetting } from '@austeer/steering';
import { type CausalRules, createUnitMethod, type UnitMethod, type UnitRules } from './unit-method.ts';

/** About 0.01, 0.03, 0.1 and 0.3 nats. */
const NATURAL_GRID: readonly MethodSetting[] = [20, 100].flatMap((budget) =>
  [0.1, 0.17, 0.32, 0.55].map((strength) => ({ budget, strength })),
);

/**
 * The natural gradient as a method. `budget` counts units. Gains are scaled so that a plan of strength 1 would cost a nat of
 * divergence on neutral text by `predictDivergence`, and one of strength α costs α² nats: 0.1 is a hundredth.
 *
 * @param options.causal written forms of answers
 * @throws UnsupportedModelError (from `fit`) when the model cannot be differentiated.
 *
 * @example
 * ```ts
 * import type { LanguageModel, TokenPair } from '@austeer/core';
 * declare const model: LanguageModel;
 * declare const pairs: TokenPair[];
 * const fitted = await createNaturalGradientMethod({ sites: ['ffn'] }).fit({ model, pairs });
 * const plan = fitted.plan({ budget: 100, strength: 0.17 }); // 0.03 nats
 * ```
 */
export function createNaturalGradientMethod(
  options: Pick<UnitRules, 'sites' | 'grid'> & { causal?: CausalRules | undefined } = {},
): UnitMethod {
  const { sites, grid, causal } = options;
  return createUnitMethod(
    {
      name: 'natural-gradient',
      grid: NATURAL_GRID,
      scale(edits, { information }) {
        const divergence = predictDivergence(edits, information!);
        return divergence === 0 ? 1 : 1 / Math.sqrt(divergence);
      },
    },
    { sites, grid, causal, ranking: 'natural-gradient' },
  );
}
