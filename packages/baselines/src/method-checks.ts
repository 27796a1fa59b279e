/**
 * What several methods refuse in the same words.
 *
 * @module
 */
import { InvalidArgumentError, type LanguageModel, type Site, siteWidth } from '@austeer/core';
import type { MethodSetting } from '@austeer/steering';

/** A layer of the model. */
export function checkLayer(layer: number, layers: number): number {
  if (Number.isInteger(layer) && layer >= 0 && layer < layers) return layer;
  throw new InvalidArgumentError({
    argument: 'layer',
    given: layer,
    expected: `a whole number from 0 to ${layers - 1}, a layer of the model`,
  });
}

/** The budget of a setting, counted in `what`. */
export function checkBudget({ budget }: MethodSetting, most: number, what: string): number {
  if (budget !== undefined && Number.isInteger(budget) && budget >= 1 && budget <= most) return budget;
  throw new InvalidArgumentError({
    argument: 'budget',
    given: budget,
    expected: `a whole number from 1 to ${most}, the ${what} of the model`,
  });
}

/** Refuses what a method has no choice of: another site than its only one, a layer, a budget. */
export function checkSetting(
  setting: MethodSetting,
  { site, without }: { readonly site: Site; readonly without: 'layer' | 'budget' },
): void {
  if (setting.site !== undefined && setting.site !== site) {
    throw new InvalidArgumentError({
      argument: 'site',
      given: setting.site,
      expected: `${site}, the only site of this method`,
    });
  }
  refuse(setting, without);
}

/** Refuses a field that means nothing to a method. */
export function refuse(setting: MethodSetting, field: 'layer' | 'budget'): void {
  if (setting[field] === undefined) return;
  throw new InvalidArgumentError({
    argument: field,
    given: setting[field],
    expected: `none: this method has no ${field}`,
  });
}

/** How the heads of a model lie side by side at site `attention`. */
export function readHeads(
  model: Pick<LanguageModel, 'identity' | 'headSize'>,
  headSize = model.headSize,
): { heads: number; headSize: number } {
  const width = siteWidth(model.identity, 'attention');
  if (headSize !== undefined && Number.isInteger(headSize) && headSize >= 1 && width % headSize === 0) {
    return { heads: width / headSize, headSize };
  }
  throw new InvalidArgumentError({
    argument: 'headSize',
    given: headSize,
    expected: `a divisor of ${width}, the width of attention`,
    advice: 'Pass the headSize of the model’s configuration (head_dim) to the method',
  });
}
