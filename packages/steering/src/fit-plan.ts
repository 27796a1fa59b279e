/**
 * A plan meets a model: checked, and compiled to the dense numbers that a model takes.
 *
 * @module
 */
import {
  createSha256,
  type ModelIdentity,
  ModelMismatchError,
  SITES,
  type Site,
  type SiteSteering,
  type SteeringValues,
  siteWidth,
} from '@austeer/core';
import type { SteeringPlan } from './steering-plan.ts';

/**
 * Whether a plan fits a model: architecture, layer count, and the width of every site it edits must be equal.
 * Other weights of the same shape only warn: fine-tuned siblings often take each other's plans.
 *
 * @returns warnings, empty when the weights are the very same
 * @throws ModelMismatchError naming what differs.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 }, weightsSha256: 'aa' };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 1, bias: 0 }], model });
 * checkPlan(plan, model).warnings; // []
 * ```
 */
export function checkPlan(plan: SteeringPlan, model: ModelIdentity): { warnings: string[] } {
  const mismatch = (property: string, given: unknown, expected: unknown): ModelMismatchError =>
    new ModelMismatchError({ what: 'The plan', property, given, expected });
  for (const property of ['architecture', 'layers'] as const) {
    if (plan.model[property] !== model[property])
      throw mismatch(property, model[property], plan.model[property]);
  }
  for (const site of editedSites(plan)) {
    const [given, expected] = [model.widths[site], plan.model.widths[site]];
    if (given !== expected) throw mismatch(`width of ${site}`, given, expected);
  }
  const [here, there] = [model.weightsSha256, plan.model.weightsSha256];
  if (here !== undefined && here === there) return { warnings: [] };
  const reason =
    here === undefined || there === undefined
      ? 'it is not known whether the weights are the same'
      : `its weights differ (${there.slice(0, 12)}… there, ${here.slice(0, 12)}… here)`;
  return {
    warnings: [`The plan was made for "${plan.model.name}"; this is "${model.name}", and ${reason}.`],
  };
}

/**
 * Dense gain and bias of every unit, ready for a model.
 *
 * @returns values with `[layers, width]` arrays for the sites that the plan edits
 * @throws ModelMismatchError as {@link checkPlan}.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 1, widths: { ffn: 3 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 0.5, bias: 0 }], model, strength: 4 });
 * Array.from(compilePlan(plan, model).sites.ffn!.gain); // [0, 2, 0]
 * ```
 */
export function compilePlan(plan: SteeringPlan, model: ModelIdentity): SteeringValues {
  checkPlan(plan, model);
  const sites: Partial<Record<Site, SiteSteering>> = {};
  for (const site of editedSites(plan)) {
    const size = model.layers * siteWidth(model, site);
    sites[site] = { gain: new Float32Array(size), bias: new Float32Array(size) };
  }
  for (const { site, layer, index, gain, bias } of plan.edits) {
    const unit = layer * siteWidth(model, site) + index;
    sites[site]!.gain[unit] = plan.strength * gain;
    sites[site]!.bias[unit] = plan.strength * bias;
  }
  const hash = createSha256();
  for (const [site, { gain, bias }] of Object.entries(sites)) {
    hash.update(new TextEncoder().encode(`${site} ${model.layers} `));
    for (const numbers of [gain, bias]) hash.update(new Uint8Array(numbers.buffer));
  }
  return { layers: model.layers, sites, fingerprint: hash.digest() };
}

/** Sites that a plan edits, in the order of {@link SITES}. */
function editedSites({ edits }: SteeringPlan): Site[] {
  const used = new Set(edits.map(({ site }) => site));
  return SITES.filter((site) => used.has(site));
}
