/**
 * `.svec`, the JSON of IBM/activation-steering: `{model_type, directions: {layer: numbers}, explained_variances}`.
 * Its layer L is added to the input of layer L (from 0), at every position; that is the output of layer L − 1 here.
 * Sources: `SteeringVector.save` and `LeashLayer.forward` there.
 *
 * @module
 */
import { FileFormatError, InvalidArgumentError, type ModelIdentity } from '@austeer/core';
import { planFromEdits, type SteeringPlan } from '../steering-plan.ts';
import { directionsOfPlan, editsOfDirections, hintWarnings, requireSites } from './directions.ts';
import { FormatLossError } from './format-loss-error.ts';

const FORMAT = '.svec file';

/**
 * The text of an `.svec` file that steers as the plan does, at the plan's strength. Steer there with
 * `behavior_layer_ids` = all of its layers and `behavior_vector_strength` = 1.
 *
 * @throws FormatLossError when the plan scales, edits another site than `residual`, edits the last layer's output (no
 * layer takes it in), or steers only some tokens.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { residual: 2 } };
 * const plan = planFromEdits({ edits: [{ site: 'residual', layer: 0, index: 1, gain: 0, bias: 0.5 }], model });
 * planToSvec(plan); // '{"model_type":"llama","directions":{"1":[0,0.5]},"explained_variances":{}}'
 * ```
 */
export function planToSvec(plan: SteeringPlan): string {
  requireSites(plan, { sites: ['residual'], format: FORMAT });
  const directions = directionsOfPlan(plan, { site: 'residual', format: FORMAT });
  if (directions.has(plan.model.layers - 1)) {
    throw new FormatLossError({ format: FORMAT, what: 'an edit of the last layer’s output' });
  }
  return JSON.stringify({
    model_type: plan.model.architecture,
    directions: Object.fromEntries([...directions].map(([layer, direction]) => [layer + 1, [...direction]])),
    explained_variances: {},
  });
}

/**
 * A plan of some layers of an `.svec` file, at strength 1. Such a file holds a vector of every layer, of which its own
 * program steers a few that the user names; so here.
 *
 * @param options.layers the file's layers to steer, as `behavior_layer_ids` there, from 1
 * @param options.model the model that it shall steer; the file names only a type of models
 * @param options.path name used in errors
 * @returns the plan, and a warning when the file was made for another type of models
 * @throws FileFormatError when it is damaged or something else.
 * @throws InvalidArgumentError for a layer that the file lacks, or layer 0, whose input is no site here.
 * @throws ModelMismatchError when the model has another width or fewer layers.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { residual: 2 } };
 * const text = '{"model_type": "llama", "directions": {"1": [0, 0.5]}, "explained_variances": {}}';
 * planFromSvec(text, { model, layers: [1] }).plan.edits; // [{ site: 'residual', layer: 0, index: 1, gain: 0, bias: 0.5 }]
 * ```
 */
export function planFromSvec(
  text: string,
  options: { model: ModelIdentity; layers: readonly number[]; path?: string | undefined },
): { plan: SteeringPlan; warnings: string[] } {
  const { model, layers, path = 'text' } = options;
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({ path, format: FORMAT, problem, cause });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw fail('it is not JSON', cause);
  }
  if (!isRecord(content) || typeof content.model_type !== 'string' || !isRecord(content.directions)) {
    throw fail('it has no model_type and directions');
  }
  const { model_type: hint, directions: found } = content;
  const directions = new Map<number, Float32Array>();
  for (const layer of layers) {
    if (layer === 0 || !Object.hasOwn(found, String(layer))) {
      const known = Object.keys(found).filter((key) => key !== '0');
      throw new InvalidArgumentError({
        argument: 'layers',
        given: layer,
        expected: `layers of the file from 1 (${known.join(', ')}); layer 0 is the input of the model, which is no site`,
      });
    }
    const numbers = found[String(layer)];
    if (!Array.isArray(numbers) || !numbers.every((number) => typeof number === 'number')) {
      throw fail(`its direction of layer ${layer} is not a list of numbers`);
    }
    directions.set(layer - 1, Float32Array.from(numbers));
  }
  const edits = editsOfDirections(directions, { model, path, format: FORMAT });
  if (edits.length === 0) throw fail(`it adds nothing at layers ${layers.join(', ') || 'none'}`);
  return {
    plan: planFromEdits({ edits, model, provenance: { source: FORMAT, modelHint: hint, layers } }),
    warnings: hintWarnings(hint, model),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
