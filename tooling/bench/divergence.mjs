/**
 * `npm run bench:divergence -- 4bit 4bit-fast 8bit`: KL divergence of each form from `fp32`, next token after every golden prompt
 * of BoolQ. `--device webgpu` computes the forms there, and `fp32` on the processor.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadModel } from '../../packages/runtime/dist/index.js';

/** @typedef {'fp32' | '4bit' | '4bit-fast' | '8bit'} Precision */
/** @typedef {import('../../packages/runtime/dist/index.js').LoadModelOptions['device']} Device */

const { values: flags, positionals: given } = parseArgs({
  allowPositionals: true,
  options: { device: { type: 'string', default: 'cpu' } },
});

const goldens = new URL('../goldens/smollm2-135m/localization.json', import.meta.url);
/** @type {{ prefix: number[] }[]} */
const prompts = JSON.parse(readFileSync(goldens, 'utf8')).pairs;

/** Log-probabilities of every token after each prompt. @param {Precision} precision @param {Device} [device] */
async function logProbabilities(precision, device) {
  const model = await loadModel({ model: 'smollm2-135m', precision, device });
  const candidates = Array.from({ length: model.details.vocabularySize }, (_, token) => [token]);
  const rows = [];
  for (const { prefix } of prompts) {
    const [score] = await model.score([{ prompt: prefix, candidates }]);
    rows.push(Float64Array.from(score?.logProbabilities ?? []));
  }
  await model.dispose();
  return rows;
}

const exact = await logProbabilities('fp32');
const forms = /** @type {Precision[]} */ (given.length > 0 ? given : ['4bit', '4bit-fast', '8bit']);
console.log(`SmolLM2-135M, KL to fp32 of the next token after ${prompts.length} prompts\n`);
console.log('|  | mean | nine of ten below | largest |\n| --- | --- | --- | --- |');
for (const form of forms) {
  const rows = await logProbabilities(form, /** @type {Device} */ (flags.device));
  const divergences = exact
    .map((row, at) =>
      row.reduce((sum, value, token) => sum + Math.exp(value) * (value - Number(rows[at]?.[token])), 0),
    )
    .sort((a, b) => a - b);
  const mean = divergences.reduce((sum, value) => sum + value, 0) / divergences.length;
  const shown = [mean, divergences[Math.floor(0.9 * divergences.length)], divergences.at(-1)];
  console.log(`| ${form} | ${shown.map((value) => Number(value).toExponential(1)).join(' | ')} |`);
}
