/**
 * Residual activations of one layer, token by token, for train_sae.py: texts of the tasks, each without its first token
 * (whose activations are far from all others). Needs the build.
 *
 *     node tooling/baselines/residual.mjs <out.safetensors> [layer] [texts of a task]
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { writeSafetensors } from '../../packages/core/dist/index.js';
import { loadTask } from '../../packages/pairs/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';

const [out, layerText = '14', limitText = '100'] = process.argv.slice(2);
if (out === undefined) throw new Error('name the file to write');
const layer = Number(layerText);
const pairLimit = Number(limitText);
/** Longer texts are cut: variety is worth more than length. */
const MOST_TOKENS = 128;

const model = await loadModel({ model: 'smollm2-135m', threads: 1 });
const tokenizer = /** @type {import('../../packages/core/dist/index.js').Tokenizer} */ (model.tokenizer);
const data = '../shared/datasets';
const tasks = await Promise.all(
  ['boolq', 'copa', 'svamp'].map((name) => loadTask(name, { data, pairLimit })),
);
const rows = tasks.flatMap(({ pairs }) =>
  pairs.map(({ question, positive }) => tokenizer.encode(question + positive).slice(-MOST_TOKENS)),
);
/** @type {Float32Array[]} */
const found = [];
for await (const { row, activations } of model.capture(rows, {
  sites: ['residual'],
  positions: 'all',
  layers: layer + 1,
})) {
  const residual = /** @type {import('../../packages/core/dist/index.js').FloatTensor} */ (
    activations.residual
  );
  const [, layers = 0, width = 0] = residual.shape;
  const tokens = /** @type {number[]} */ (rows[row]).length;
  for (let token = 1; token < tokens; token++) {
    const start = (token * layers + layer) * width;
    found.push(residual.data.slice(start, start + width));
  }
}
await model.dispose();
const width = found[0]?.length ?? 0;
const all = new Float32Array(found.length * width);
for (const [index, values] of found.entries()) all.set(values, index * width);
writeFileSync(
  out,
  writeSafetensors({
    metadata: { layer: String(layer), model: 'smollm2-135m' },
    tensors: { residual: { dtype: 'F32', shape: [found.length, width], data: all } },
  }),
);
console.log(`${out}: ${found.length} tokens of ${rows.length} texts, layer ${layer}`);
