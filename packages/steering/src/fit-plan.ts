/**
 * A plan meets a model: checked, and compiled to the dense numbers that a model takes.
 *
 * @module
 */
import {
  AusteerError,
  canonicalJson,
  createSha256,
  type ModelIdentity,
  ModelMismatchError,
  NonFiniteError,
  type PositionRule,
  SITES,
  type Site,
  type SiteSteering,
  type SteeringValues,
  type StrengthSchedule,
  siteWidth,
  type TokenStrength,
} from '@austeer/core';
import { namesTokens } from './position-rule.ts';
import { effectOf, type SteeringPlan, unitName } from './steering-plan.ts';

/**
 * Whether a plan fits a model: architecture, layer count, and the width of every site it edits must be equal, and the
 * tokenizer too where the plan's position rule names token ids. Other weights of the same shape only warn: fine-tuned
 * siblings often take each other's plans.
 *
 * @returns warnings, empty when the weights (and, where it matters, the tokenizer) are the very same
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
  const warnings: string[] = [];
  const [here, there] = [model.weightsSha256, plan.model.weightsSha256];
  if (here === undefined || here !== there) {
    const reason =
      here === undefined || there === undefined
        ? 'it is not known whether the weights are the same'
        : `its weights differ (${there.slice(0, 12)}… there, ${here.slice(0, 12)}… here)`;
    warnings.push(`The plan was made for "${plan.model.name}"; this is "${model.name}", and ${reason}.`);
  }
  if (namesTokens(plan.positions)) {
    const [given, expected] = [model.tokenizerSha256, plan.model.tokenizerSha256];
    if (given === undefined || expected === undefined) {
      warnings.push(
        'The position rule names token ids, and it is not known whether the tokenizers are the same.',
      );
    } else if (given !== expected) throw mismatch('tokenizer', given, expected);
  }
  return { warnings };
}

/** A plan steers some tokens only, or not all alike, and the model that it is compiled for cannot do that. */
export class TokenStrengthUnsupportedError extends AusteerError {
  readonly positions: PositionRule;
  readonly schedule: StrengthSchedule;

  constructor(options: TokenStrength) {
    const { positions, schedule } = options;
    super(
      'TOKEN_STRENGTH_UNSUPPORTED',
      `The plan steers positions ${JSON.stringify(positions)} on schedule ${JSON.stringify(schedule)}; this model ` +
        'steers every position alike. Use a model that applies SteeringValues.tokenStrength and pass ' +
        '{ tokenStrength: true }, or give the plan the positions "all" and the schedule "constant".',
    );
    this.positions = positions;
    this.schedule = schedule;
  }
}

/**
 * Dense gain and bias of every unit, ready for a model.
 *
 * @param options.tokenStrength whether the model applies `SteeringValues.tokenStrength`. A plan that needs it is
 * refused otherwise, because a model that does not know the field would steer every position. @default false
 * @returns values with `[layers, width]` arrays for the sites that the plan edits
 * @throws ModelMismatchError as {@link checkPlan}.
 * @throws TokenStrengthUnsupportedError when the plan has a position rule or a schedule and the model takes none.
 * @throws NonFiniteError when a gain or bias at the plan's strength is beyond 32-bit floats.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 1, widths: { ffn: 3 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 1, gain: 0.5, bias: 0 }], model, strength: 4 });
 * Array.from(compilePlan(plan, model).sites.ffn!.gain); // [0, 2, 0]
 * ```
 */
export function compilePlan(
  plan: SteeringPlan,
  model: ModelIdentity,
  options: { tokenStrength?: boolean | undefined } = {},
): SteeringValues {
  checkPlan(plan, model);
  const { positions, schedule } = plan;
  const everywhere = positions === 'all' && schedule === 'constant';
  if (!everywhere && options.tokenStrength !== true) {
    throw new TokenStrengthUnsupportedError({ positions, schedule });
  }
  const sites: Partial<Record<Site, SiteSteering>> = {};
  for (const site of editedSites(plan)) {
    const size = model.layers * siteWidth(model, site);
    sites[site] = { gain: new Float32Array(size), bias: new Float32Array(size) };
  }
  for (const edit of plan.edits) {
    const { site, layer, index } = edit;
    const unit = layer * siteWidth(model, site) + index;
    const effect = effectOf(plan, edit);
    for (const kind of ['gain', 'bias'] as const) {
      sites[site]![kind][unit] = effect[kind];
      if (!Number.isFinite(sites[site]![kind][unit])) {
        throw new NonFiniteError({
          where: `The ${kind} of ${unitName(edit)} at strength ${plan.strength}, as a 32-bit float,`,
          given: sites[site]![kind][unit]!,
          advice: 'Lower the strength',
        });
      }
    }
  }
  const hash = createSha256();
  const text = new TextEncoder();
  for (const [site, { gain, bias }] of Object.entries(sites)) {
    hash.update(text.encode(`${site} ${model.layers} `));
    for (const numbers of [gain, bias]) hash.update(new Uint8Array(numbers.buffer));
  }
  if (everywhere) return { layers: model.layers, sites, fingerprint: hash.digest() };
  const tokenStrength: TokenStrength = { positions, schedule };
  hash.update(text.encode(canonicalJson(tokenStrength)));
  return { layers: model.layers, sites, tokenStrength, fingerprint: hash.digest() };
}

/** Sites that a plan edits, in the order of {@link SITES}. */
function editedSites({ edits }: SteeringPlan): Site[] {
  const used = new Set(edits.map(({ site }) => site));
  return SITES.filter((site) => used.has(site));
}
