/**
 * The `.pt` file of lm-evaluation-harness's model type `steered`: for each module one vector added to its output at
 * every position. Source: `lm_eval/models/hf_steered.py`, version 0.4.13.
 *
 * @module
 */
import type { SteeringPlan } from '../steering-plan.ts';
import { directionsOfPlan, requireSites } from './directions.ts';
import { type TorchValue, writeTorchFile } from './torch-file.ts';

const FORMAT = 'lm-eval steering file';

/**
 * The bytes of a file for `lm_eval --model steered --model_args pretrained=…,steer_path=plan.pt` that steers as the
 * plan does, at the plan's strength: `residual` at the output of the layer, `ffn` at the output of its `mlp`.
 *
 * Some earlier versions of lm-eval steer every module with the vector of the last; 0.4.13 does not.
 *
 * @param options.layersModule name of the list of layers in the PyTorch model, as `model.base_model.named_modules()`
 * has it. @default 'layers'
 * @throws FormatLossError when the plan scales, edits `attention` or `ffnInner` (inputs of a module, and lm-eval
 * changes outputs), or steers only some tokens.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { residual: 2 } };
 * const plan = planFromEdits({ edits: [{ site: 'residual', layer: 0, index: 1, gain: 0, bias: 0.5 }], model });
 * new TextDecoder('latin1').decode(planToLmEval(plan)).includes('layers.0'); // true
 * ```
 */
export function planToLmEval(
  plan: SteeringPlan,
  options: { layersModule?: string | undefined } = {},
): Uint8Array {
  const { layersModule = 'layers' } = options;
  requireSites(plan, { sites: ['ffn', 'residual'], format: FORMAT });
  const hooks: Record<string, TorchValue> = {};
  for (const site of ['ffn', 'residual'] as const) {
    if (!plan.edits.some((edit) => edit.site === site)) continue;
    for (const [layer, direction] of directionsOfPlan(plan, { site, format: FORMAT })) {
      hooks[`${layersModule}.${layer}${site === 'ffn' ? '.mlp' : ''}`] = {
        steering_vector: direction,
        steering_coefficient: 1,
        action: 'add',
        bias: null,
        head_index: null,
      };
    }
  }
  return writeTorchFile(hooks);
}
