/**
 * Steering the units whose gain helps right answers most, to first order.
 *
 * @module
 */
import { type GainGradientSource, InvalidArgumentError, type LanguageModel, type Site } from '@austeer/core';
import { causalScores, rankScores } from '@austeer/localize';
import { createPlan, type MethodSetting, type SteeringMethod } from '@austeer/steering';
import { measurePairGradients, type PairGradientOptions } from './pair-gradients.ts';

/** Options of {@link createCausalMethod}. */
export interface CausalMethodOptions extends Pick<PairGradientOptions, 'answerForms' | 'perToken'> {
  /** Sites that settings may name; units of one site are ranked together. @default ['ffn', 'attention'] */
  readonly sites?: readonly Site[] | undefined;
  /** Where gradients come from, for models that cannot be differentiated. @default the model itself */
  readonly gradients?: ((model: LanguageModel) => GainGradientSource) | undefined;
}

/** Gains tried: 1 doubles a unit or takes it out. A hundred units of large effect need little of it (`docs/causal.md`). */
const STRENGTHS = [0.05, 0.1, 0.25, 0.5, 1];

/**
 * The causal ranking as a method: ∂(margin of the right answer)/∂gain of every unit, its mean over classes of the right
 * answer, the `budget` largest of a site, and a gain of ± `strength` by sign. See `docs/causal.md`.
 *
 * @throws UnsupportedModelError (from `fit`) when the model cannot be differentiated and no `gradients` are given.
 *
 * @example
 * ```ts
 * import type { TokenPair } from '@austeer/core';
 * declare const model: LanguageModel;
 * declare const pairs: TokenPair[];
 * const fitted = await createCausalMethod().fit({ model, pairs });
 * const plan = fitted.plan({ budget: 100, strength: 0.5, site: 'ffn' });
 * ```
 */
export function createCausalMethod(options: CausalMethodOptions = {}): SteeringMethod {
  const { sites = ['ffn', 'attention'], gradients, answerForms, perToken } = options;
  return {
    name: 'causal',
    budgetOf: 'units',
    grid: sites.flatMap((site) =>
      [20, 100].flatMap((budget) => STRENGTHS.map((strength) => ({ budget, strength, site }))),
    ),
    async fit({ model, pairs, seed: _seed, ...call }) {
      const started = performance.now();
      const measured = await measurePairGradients({
        ...call,
        model: gradients?.(model) ?? model,
        pairs,
        sites,
        answerForms,
        perToken,
      });
      const scores = causalScores(measured.classes);
      const rankings = new Map(
        sites.map((site) => [
          site,
          rankScores(scores, { sites: [site] }).map((unit) => ({ ...unit, score: 1 })),
        ]),
      );
      const { classes, meanMargin, leftOut } = measured;
      return {
        name: 'causal',
        plan: ({ budget, strength, site = sites[0]! }: MethodSetting) => {
          const ranking = rankings.get(site);
          if (ranking === undefined || budget === undefined) {
            throw new InvalidArgumentError({
              argument: 'setting',
              given: { budget, strength, site },
              expected: `a budget of units, at ${sites.join(' or ')}`,
            });
          }
          return createPlan({
            ranking,
            k: budget,
            alpha: strength,
            model: model.identity,
            provenance: { method: 'causal', pairs: pairs.length },
          });
        },
        facts: {
          pairs: pairs.length,
          leftOut: leftOut.length,
          classes: classes.map(({ label = null, moments }) => ({ label, items: moments.pairs })),
          meanMargin,
          perToken: measured.perToken,
          seconds: (performance.now() - started) / 1000,
        },
      };
    },
  };
}
