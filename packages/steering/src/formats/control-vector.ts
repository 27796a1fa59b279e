/**
 * llama.cpp's control vectors, which repeng writes as well: a GGUF with one vector `direction.N` for each layer,
 * added to the output of layer N (from 0) at every position. Sources: `common_control_vector_load_one` and
 * `llama_adapter_cvec` of llama.cpp, `ControlVector.export_gguf` of repeng.
 *
 * @module
 */
import { FileFormatError, type ModelIdentity } from '@austeer/core';
import { planFromEdits, type SteeringPlan } from '../steering-plan.ts';
import { directionsOfPlan, editsOfDirections, hintWarnings, requireSites } from './directions.ts';
import { FormatLossError } from './format-loss-error.ts';
import { readGgufVectors } from './gguf-reader.ts';
import { writeGgufVectors } from './gguf-writer.ts';

const FORMAT = 'GGUF control vector';
const ARCHITECTURE = 'controlvector';
const HINT = `${ARCHITECTURE}.model_hint`;
const LAYER_COUNT = `${ARCHITECTURE}.layer_count`;

/**
 * The bytes of a control vector that steers as the plan does, at the plan's strength.
 *
 * @throws FormatLossError when the plan scales, edits another site than `residual`, edits the first layer (llama.cpp
 * refuses it), or steers only some tokens.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { residual: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'residual', layer: 1, index: 0, gain: 0, bias: 0.5 }], model });
 * planFromControlVector(planToControlVector(plan), { model }).plan.edits.length; // 1
 * ```
 */
export function planToControlVector(plan: SteeringPlan): Uint8Array {
  requireSites(plan, { sites: ['residual'], format: FORMAT });
  const directions = directionsOfPlan(plan, { site: 'residual', format: FORMAT });
  if (directions.has(0)) {
    throw new FormatLossError({
      format: FORMAT,
      what: 'an edit of the first layer, which llama.cpp refuses',
      advice: 'Leave the first layer out with restrictPlan, or save the plan as safetensors',
    });
  }
  return writeGgufVectors({
    metadata: {
      'general.architecture': ARCHITECTURE,
      [HINT]: plan.model.architecture,
      [LAYER_COUNT]: directions.size,
    },
    vectors: new Map([...directions].map(([layer, direction]) => [`direction.${layer}`, direction])),
  });
}

/**
 * A plan of a control vector, at strength 1.
 *
 * @param options.model the model that it shall steer; the file names only a type of models
 * @param options.path name used in errors
 * @returns the plan, and a warning when the file was made for another type of models
 * @throws FileFormatError when it is damaged or something else.
 * @throws ModelMismatchError when the model has another width or fewer layers.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { residual: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'residual', layer: 1, index: 0, gain: 0, bias: 0.5 }], model });
 * planFromControlVector(planToControlVector(plan), { model }).warnings; // []
 * ```
 */
export function planFromControlVector(
  bytes: Uint8Array,
  options: { model: ModelIdentity; path?: string | undefined },
): { plan: SteeringPlan; warnings: string[] } {
  const { model, path = 'bytes' } = options;
  const fail = (problem: string): FileFormatError => new FileFormatError({ path, format: FORMAT, problem });
  const { metadata, vectors } = readGgufVectors(bytes, path);
  const architecture = metadata.get('general.architecture');
  if (architecture !== ARCHITECTURE) throw fail(`it holds a "${architecture}", not a "${ARCHITECTURE}"`);
  const hint = metadata.get(HINT);
  const directions = new Map<number, Float32Array>();
  for (const [name, direction] of vectors) {
    // llama.cpp refuses other names and layer 0 too.
    const layer = /^direction\.([1-9]\d{0,5})$/.exec(name)?.[1];
    if (layer === undefined) throw fail(`tensor "${name}" is not "direction." and a layer from 1`);
    directions.set(Number(layer), direction);
  }
  const edits = editsOfDirections(directions, { model, path, format: FORMAT });
  if (edits.length === 0) throw fail('it adds nothing: all of its numbers are 0');
  return {
    plan: planFromEdits({
      edits,
      model,
      provenance: { source: FORMAT, ...(hint === undefined ? {} : { modelHint: hint }) },
    }),
    warnings: typeof hint === 'string' ? hintWarnings(hint, model) : [],
  };
}
