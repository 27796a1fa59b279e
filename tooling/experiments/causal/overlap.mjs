/**
 * Which units samples and tasks have in common, and whether they want them turned the same way: what is the same task seen
 * twice, and what is only a unit that everything is sensitive to.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('../../../packages/localize/dist/index.js').ScoredUnit} ScoredUnit */

const SHOWN = ['natural-gradient', 'causal', 'official'];

/**
 * Prints for each ranking how many of its units two samples share, by pairs of tasks, and the share of these with one sign.
 *
 * @param {string} out folder of a run
 * @param {readonly string[]} tasks
 * @param {string} site
 */
export function reportOverlap(out, tasks, site) {
  for (const ranking of SHOWN) {
    const samples = tasks.flatMap((task) =>
      signsOf(join(out, `${task}-${site}`), ranking).map((signs) => ({ task, signs })),
    );
    const named = tasks.filter((task) => samples.some((sample) => sample.task === task));
    if (named.length === 0) continue;
    console.log(`\n${ranking}: units in common, and of these with the same sign\n`);
    console.log(`|  | ${named.join(' | ')} |\n| --- |${' --- |'.repeat(named.length)}`);
    for (const [row, task] of named.entries()) {
      const cells = named.map((other, column) => (column < row ? '' : common(samples, task, other)));
      console.log(`| ${task} | ${cells.join(' | ')} |`);
    }
  }
}

/** Sign by unit, of each sample that has another set of pairs than those before it. @param {string} folder @param {string} ranking */
function signsOf(folder, ranking) {
  if (!existsSync(folder)) return [];
  /** @type {Map<string, Map<string, number>>} */
  const samples = new Map();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('-units.json'))
    .sort()) {
    /** @type {ScoredUnit[] | undefined} */
    const units = JSON.parse(readFileSync(join(folder, file), 'utf8')).units[ranking];
    if (units === undefined) continue;
    const signs = new Map(units.map(({ layer, index, sign }) => [`${layer} ${index}`, sign]));
    samples.set(JSON.stringify([...signs].sort()), signs);
  }
  return [...samples.values()];
}

/** @param {{ task: string, signs: Map<string, number> }[]} samples @param {string} task @param {string} other */
function common(samples, task, other) {
  let [pairs, units, same] = [0, 0, 0];
  for (const [index, one] of samples.entries()) {
    if (one.task !== task) continue;
    for (const two of task === other ? samples.slice(index + 1) : samples) {
      if (two.task !== other) continue;
      pairs++;
      for (const [unit, sign] of one.signs) {
        const found = two.signs.get(unit);
        if (found === undefined) continue;
        units++;
        if (found === sign) same++;
      }
    }
  }
  if (pairs === 0) return '';
  const share = units === 0 ? '' : `, ${Math.round((100 * same) / units)} %`;
  return `${(units / pairs).toFixed(1)}${share}`;
}
