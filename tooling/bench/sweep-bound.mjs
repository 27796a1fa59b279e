/**
 * `npm run bench:sweep-bound`: what a sweep over budgets and strengths could cost at least, in plain evaluations, if every
 * layer were computed once for all settings that are alike up to it. Plans of one ranking are nested, so two settings part
 * in the lowest layer where one has a unit that the other lacks, or in the lowest steered layer where their strengths differ.
 *
 *     npm run bench:sweep-bound -- --counts counts.safetensors
 *
 * `austeer localize --task boolq --out counts.safetensors` makes such a file.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countsFromSafetensors, rankUnits } from '../../packages/localize/dist/index.js';

const { values: flags } = parseArgs({
  options: {
    counts: { type: 'string' },
    budgets: { type: 'string', default: '2,4,8,10,16,20,32,50' },
    strengths: { type: 'string', default: '8' },
  },
});
if (flags.counts === undefined) throw new Error('name a file of counts: --counts counts.safetensors');
const budgets = flags.budgets.split(',').map(Number);
const strengths = Number(flags.strengths);
const { counts } = countsFromSafetensors(readFileSync(flags.counts));

console.log('| site | lowest layer for each budget | plain evaluations |\n| --- | --- | --- |');
for (const site of /** @type {import('../../packages/core/dist/index.js').Site[]} */ (
  Object.keys(counts.sites)
)) {
  const ranking = rankUnits(counts, { sites: [site], top: Math.max(...budgets) });
  const { layers } = counts;
  let computed = 0;
  for (let layer = 0; layer < layers; layer++) {
    const sets = new Set(
      budgets.map((k) => ranking.slice(0, k).filter((unit) => unit.layer <= layer).length),
    );
    for (const units of sets) computed += units === 0 ? 1 : strengths;
  }
  const lowest = budgets.map((k) => Math.min(...ranking.slice(0, k).map((unit) => unit.layer)));
  console.log(
    `| ${site} | ${lowest.join(', ')} | ${(computed / layers).toFixed(1)} of ${budgets.length * strengths} |`,
  );
}
