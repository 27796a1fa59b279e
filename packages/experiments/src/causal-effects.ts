/**
 * What scaling a unit really does: units ordered by how much the right answer gains when that unit alone is steered.
 * A re-ranking of a few hundred candidates; counting looks at all units, and says nothing of effects.
 *
 * @module
 */
import { EmptyInputError, type LanguageModel, type ModelCallOptions, type TokenPair } from '@austeer/core';
import { marginItem, type ScoredUnit } from '@austeer/localize';
import { compilePlan, createPlan } from '@austeer/steering';

/** A unit and what steering it alone does. */
export type CausalUnit<U extends ScoredUnit = ScoredUnit> = U & {
  /** Mean change of the right answer's natural-log probability; averaged over classes where pairs have labels. */
  readonly effect: number;
};

/**
 * Measures each unit's effect and orders units by it, the most helpful first; equal effects keep the given order.
 * Takes (units + 1) × pairs evaluations; units are rows of the same batches.
 *
 * @param options.units candidates, for example the best 200 of a ranking
 * @param options.pairs pairs that the candidates were not ranked on
 * @param options.alpha strength α: each unit has the gain α · sign · score
 * @throws EmptyInputError without units or pairs.
 * @throws InvalidArgumentError for a pair whose texts do not begin alike, or one of which is the beginning of the
 *   other.
 *
 * @example
 * ```ts
 * import type { ScoredUnit } from '@austeer/localize';
 * declare const model: LanguageModel;
 * declare const units: ScoredUnit[];
 * declare const heldOut: TokenPair[];
 * const [best] = await causalEffects({ model, units, pairs: heldOut, alpha: 5 });
 * best?.effect; // nats that the right answer gains
 * ```
 */
export async function causalEffects<U extends ScoredUnit>(
  options: ModelCallOptions & {
    model: Pick<LanguageModel, 'score' | 'identity'>;
    units: readonly U[];
    pairs: readonly TokenPair[];
    alpha: number;
  },
): Promise<CausalUnit<U>[]> {
  const { model, units, pairs, alpha, batchSize, signal, onProgress } = options;
  if (units.length === 0) throw new EmptyInputError({ what: 'Units' });
  if (pairs.length === 0) throw new EmptyInputError({ what: 'Pairs' });
  const questions = pairs.map(marginItem);
  const steering = units.map((unit) =>
    compilePlan(createPlan({ ranking: [unit], k: 1, alpha, model: model.identity }), model.identity),
  );
  /** By class: how many pairs, and the sum of changes of each unit. */
  const classes = new Map<string | undefined, { pairs: number; changes: Float64Array }>();
  for (const [done, { prompt, right, label }] of questions.entries()) {
    const item = { prompt, candidates: right };
    const [plain, ...steered] = await model.score([item, ...units.map(() => item)], {
      steering: [undefined, ...steering],
      batchSize,
      signal,
    });
    const own = classes.get(label) ?? { pairs: 0, changes: new Float64Array(units.length) };
    classes.set(label, own);
    own.pairs++;
    for (const [unit, { logProbabilities }] of steered.entries()) {
      own.changes[unit]! += logProbabilities[0]! - plain!.logProbabilities[0]!;
    }
    onProgress?.({ stage: 'measure effects', done: done + 1, total: pairs.length });
  }
  const effectOf = (unit: number): number => {
    let sum = 0;
    for (const { pairs: count, changes } of classes.values()) sum += changes[unit]! / count;
    return sum / classes.size;
  };
  return units
    .map((unit, index) => ({ ...unit, effect: effectOf(index) }))
    .sort((a, b) => b.effect - a.effect);
}
