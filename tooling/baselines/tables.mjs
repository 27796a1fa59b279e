/**
 * Comparisons as Markdown, for docs/methods.md. Needs the build.
 *
 *     node tooling/baselines/tables.mjs runs/methods/copa runs/methods/svamp …
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparisonFigure } from '../../packages/experiments/dist/index.js';

/** @typedef {import('../../packages/experiments/dist/index.js').TableFigure} TableFigure */
/** @typedef {TableFigure['rows'][number]['cells'][string]} Cell */

/** @param {Cell | undefined} cell @param {string | undefined} format */
function text(cell, format) {
  if (cell === undefined) return '–';
  if (cell === null) return 'missing';
  if (typeof cell === 'string') return cell;
  const { value, low, high } = cell;
  if (format === 'count') return String(value);
  if (format === 'seconds') return `${value.toFixed(value < 10 ? 2 : 0)} s`;
  if (low === undefined || high === undefined) return value.toFixed(3);
  return `${value.toFixed(3)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

for (const folder of process.argv.slice(2)) {
  const header = JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8'));
  const { title, caption, notes, content } = comparisonFigure(header, { command: '' });
  const { columns } = content;
  const rows = [
    ['', ...columns.map(({ label }) => label)],
    ['---', ...columns.map(() => '---')],
    ...content.rows.map(({ label, cells }) => [
      `\`${label}\``,
      ...columns.map(({ key, format }) => text(cells[key], format)),
    ]),
  ];
  console.log(`### ${title}\n\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n\n${caption}\n`);
  for (const note of notes) console.log(`- ${note}`);
  console.log();
}
