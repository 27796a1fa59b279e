/**
 * Plans that add one vector a layer, which is what the formats of other programs hold.
 *
 * @module
 */
import {
  FileFormatError,
  type ModelIdentity,
  ModelMismatchError,
  NonFiniteError,
  type Site,
  siteWidth,
} from '@austeer/core';
import { effectOf, type PlanEdit, type SteeringPlan, unitName } from '../steering-plan.ts';
import { FormatLossError } from './format-loss-error.ts';

/** Vectors by layer, ascending, each as wide as the site. */
export type Directions = ReadonlyMap<number, Float32Array>;

/**
 * The vectors that a plan adds at one site, at its strength, rounded to 32-bit floats as `compilePlan` does.
 *
 * @param options.format name of the format, for errors
 * @throws FormatLossError when the plan scales, or steers only some tokens.
 */
export function directionsOfPlan(plan: SteeringPlan, options: { site: Site; format: string }): Directions {
  const { site, format } = options;
  requireAllTokens(plan, format);
  const width = siteWidth(plan.model, site);
  const directions = new Map<number, Float32Array>();
  for (const edit of plan.edits) {
    if (edit.site !== site) continue;
    const { gain, bias } = effectOf(plan, edit);
    if (gain !== 0)
      throw new FormatLossError({ format, what: `gains, and the plan scales ${unitName(edit)}` });
    const direction = directions.get(edit.layer) ?? new Float32Array(width);
    direction[edit.index] = bias;
    if (!Number.isFinite(direction[edit.index])) {
      throw new NonFiniteError({ where: `The bias of ${unitName(edit)} as a 32-bit float`, given: bias });
    }
    directions.set(edit.layer, direction);
  }
  return new Map([...directions].sort(([a], [b]) => a - b));
}

/** @throws FormatLossError when the plan edits other sites than these. */
export function requireSites(plan: SteeringPlan, options: { sites: readonly Site[]; format: string }): void {
  const { sites, format } = options;
  const other = plan.edits.find(({ site }) => !sites.includes(site));
  if (other !== undefined) {
    throw new FormatLossError({
      format,
      what: `edits at ${other.site}, and the plan edits ${unitName(other)}`,
    });
  }
}

/** @throws FormatLossError when the plan has a position rule or a schedule. */
export function requireAllTokens({ positions, schedule }: SteeringPlan, format: string): void {
  if (positions !== 'all') {
    throw new FormatLossError({ format, what: `the position rule ${JSON.stringify(positions)}` });
  }
  if (schedule !== 'constant') {
    throw new FormatLossError({ format, what: `the strength schedule ${JSON.stringify(schedule)}` });
  }
}

/**
 * Edits that add the vectors at the residual stream. Zeros are left out: they add nothing.
 *
 * @throws ModelMismatchError when a layer or the width is not the model's.
 * @throws FileFormatError when a number is not finite.
 */
export function editsOfDirections(
  directions: Directions,
  options: { model: ModelIdentity; path: string; format: string },
): PlanEdit[] {
  const { model, path, format } = options;
  const width = siteWidth(model, 'residual');
  return [...directions].flatMap(([layer, direction]) => {
    const mismatch = (property: string, given: number, expected: number): ModelMismatchError =>
      new ModelMismatchError({ what: path, property, given, expected });
    if (direction.length !== width) throw mismatch('width of residual', width, direction.length);
    if (layer >= model.layers) throw mismatch('layers', model.layers, layer + 1);
    return Array.from(direction, (bias, index): PlanEdit => {
      if (Number.isFinite(bias)) return { site: 'residual', layer, index, gain: 0, bias };
      throw new FileFormatError({ path, format, problem: `number ${index} of layer ${layer} is ${bias}` });
    }).filter(({ bias }) => bias !== 0);
  });
}

/** A warning where a file names another kind of model; names differ between programs, so it is no error. */
export function hintWarnings(hint: string, model: ModelIdentity): string[] {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (plain(hint) === plain(model.architecture)) return [];
  return [
    `The vector was made for a model of type "${hint}"; "${model.name}" is of type "${model.architecture}".`,
  ];
}
