/**
 * Writes a small plan as a file of another program to stdout: `node write-plan.mjs pt` or `svec`. Needs
 * `npm run build` before.
 *
 * @module
 */
import { planFromEdits, planToLmEval, planToSvec } from '../../packages/steering/dist/index.js';

const model = { name: 'tiny', architecture: 'llama', layers: 3, widths: { ffn: 4, residual: 4 } };
/** @type {(site: 'ffn' | 'residual', layer: number, index: number, bias: number) => import('../../packages/steering/dist/index.js').PlanEdit} */
const add = (site, layer, index, bias) => ({ site, layer, index, gain: 0, bias });

process.stdout.write(
  process.argv[2] === 'svec'
    ? planToSvec(
        planFromEdits({
          model,
          strength: 2,
          edits: [add('residual', 0, 1, 0.1), add('residual', 1, 3, -7), add('residual', 1, 0, 0.25)],
        }),
      )
    : planToLmEval(
        planFromEdits({
          model,
          strength: 2,
          edits: [add('residual', 2, 1, 0.1), add('residual', 2, 3, -7), add('ffn', 0, 0, 0.25)],
        }),
      ),
);
