/**
 * Writes the plan of `make.py` to stdout as lm-eval's `.pt`. Needs `npm run build` before.
 *
 * @module
 */
import { planFromEdits, planToLmEval } from '../../packages/steering/dist/index.js';

process.stdout.write(
  planToLmEval(
    planFromEdits({
      model: { name: 'tiny', architecture: 'llama', layers: 3, widths: { ffn: 4, residual: 4 } },
      strength: 2,
      edits: [
        { site: 'residual', layer: 2, index: 1, gain: 0, bias: 0.1 },
        { site: 'residual', layer: 2, index: 3, gain: 0, bias: -7 },
        { site: 'ffn', layer: 0, index: 0, gain: 0, bias: 0.25 },
      ],
    }),
  ),
);
