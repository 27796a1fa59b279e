/**
 * `npm run docs:reproduce -- --figures runs/reproduce/figures`: writes docs/reproduce.md from the list of experiments and the
 * figure files of a run. No number of that page is typed.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXPERIMENTS } from '../../packages/experiments/dist/index.js';

/** @typedef {import('../../packages/experiments/dist/index.js').ResultFigure} ResultFigure */
/** @typedef {import('../../packages/experiments/dist/index.js').FigureContent} FigureContent */
/** @typedef {import('../../packages/experiments/dist/index.js').Estimate} Estimate */

const PAGE = fileURLToPath(new URL('../../docs/reproduce.md', import.meta.url));
/** Rows of a drawing that are written out. */
const MOST_POINTS = 24;

const { values: flags } = parseArgs({
  options: { figures: { type: 'string', default: 'runs/reproduce/figures' } },
});
const figures = readdirSync(flags.figures)
  .filter((name) => name.endsWith('.json'))
  .map((name) => /** @type {ResultFigure} */ (JSON.parse(readFileSync(join(flags.figures, name), 'utf8'))));

/** Notes that most figures have, said once. */
const shared = [...new Set(figures.flatMap(({ notes }) => notes))].filter(
  (note) => figures.filter(({ notes }) => notes.includes(note)).length > figures.length / 2,
);

const parts = EXPERIMENTS.map(({ id, title }) => {
  const own = figures
    .filter((figure) => figure.id === id || figure.id.startsWith(`${id}.`))
    .sort((a, b) => Number(a.id.split('.')[1] ?? 0) - Number(b.id.split('.')[1] ?? 0));
  const none = `Not among the figures that this page was made of: \`austeer reproduce ${id}\` makes it.`;
  return [`### ${id}: ${title}`, ...(own.length === 0 ? [none] : own.flatMap(describeFigure))].join('\n\n');
});
writeFileSync(
  PAGE,
  `${[
    '# The paper as a program',
    'Every table and figure of the paper that a program can make, on any model:',
    [
      '```sh',
      'austeer reproduce --list',
      'austeer reproduce all --quick --plan',
      'austeer reproduce all --quick',
      'austeer reproduce table1 --model MODEL --data FOLDER',
      '```',
    ].join('\n'),
    'Without `--quick` the sizes are the paper’s: up to 1,000 pairs, whole test sets, the full grids of k and α. What is computed is kept as one file a cell (`--out`): a run that was stopped, or killed, goes on where it stood; a second run has nothing to do; several runs on one folder share the work (`--runners 2`), and so do machines (`--shard i/n`, or a fleet: [scale.md](scale.md)). A cell is named by a hash of all it depends on (weights, data, settings, version of its code), so a change of one input computes again what depends on it, and nothing else.',
    'With `--quick` there is little data, few settings and answers of at most 64 tokens; two runners share the work unless `--threads` or `--runners` says otherwise, and the model itself judges BPO (`--judge none` leaves it out).',
    'Settings are chosen on validation items and tested once on others. Experiments of your own are JSON files: `austeer experiment run FILE`, see the [README of the package](../packages/experiments/README.md).',
    '## Experiments',
    table(
      ['id', 'shows', 'needs', 'command'],
      EXPERIMENTS.map(({ id, title, needs }) => [id, title, needs, `\`austeer reproduce ${id}\``]),
    ),
    'Figures 1 and 5 are drawings of the idea; Figure 9 shows prompts: `austeer tasks` prints ours.',
    '## Results',
    `Written by \`npm run docs:reproduce\` from the figure files of the command named under each.`,
    // As the command printed it on 25 November 2026, two cores of an AMD EPYC server that did nothing else.
    '`austeer reproduce all --model smollm2-135m --quick` from an empty folder: 446 cells in 13 min 11 s on two cores, by two runners that share the work; 24 min 28 s of computing. The same command again: “Nothing to do: all 446 cells are there”.',
    'What most of them have in common:',
    shared.map((note) => `- ${note}`).join('\n'),
    ...parts,
  ].join('\n\n')}\n`,
);
console.log(`${figures.length} figures → ${PAGE}`);

/** @param {ResultFigure} figure @returns {string[]} paragraphs */
function describeFigure({ title, caption, notes, command, content }) {
  const own = notes.filter((note) => !shared.includes(note));
  return [
    `**${title}.** ${caption}`,
    describeContent(content),
    own.map((note) => `- ${note}`).join('\n'),
    `\`${command}\``,
  ].filter((paragraph) => paragraph !== '');
}

/** @param {FigureContent} content @returns {string} */
function describeContent(content) {
  switch (content.kind) {
    case 'table':
      return table(
        ['', ...content.columns.map(({ label }) => label)],
        content.rows.map(({ label, cells }) => [
          label,
          ...content.columns.map(({ key, format }) => number(cells[key], format)),
        ]),
      );
    case 'curves': {
      const xs = [...new Set(content.series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
        (a, b) => a - b,
      );
      const references = (content.references ?? []).map(({ name, y }) => `${name}: ${round(y)}`).join('; ');
      const rows = xs.map((x) => [
        String(x),
        ...content.series.map(({ points }) => number(points.find((point) => point.x === x)?.y, 'number')),
      ]);
      return [
        table([content.x.label, ...content.series.map(({ name }) => name)], rows.slice(0, MOST_POINTS)),
        ...(rows.length > MOST_POINTS
          ? [`${rows.length - MOST_POINTS} further points are in the file.`]
          : []),
        ...(references === '' ? [] : [`For comparison: ${references}.`]),
      ].join('\n\n');
    }
    case 'heatmap':
      return table(
        [`${content.y.label} \\ ${content.x.label}`, ...content.x.values.map(String)],
        content.y.values.map((y, row) => [
          String(y),
          ...content.x.values.map((_, column) => {
            const text = number(content.values[row]?.[column], 'number');
            return content.chosen?.[0] === column && content.chosen[1] === row ? `**${text}**` : text;
          }),
        ]),
      );
    case 'score-map': {
      const means = content.values.map((row) => row.reduce((sum, value) => sum + value, 0) / row.length);
      return `A map of ${content.values.length} layers (see the file, or the report). Mean ${content.valueLabel} by layer: ${means.map(round).join(', ')}.`;
    }
    case 'scatter':
      return content.series
        .map(
          ({ name, points }) =>
            `${name}: ${points.map(({ x, y }) => `(${round(x)}, ${round(y)})`).join(' ')}`,
        )
        .join('\n\n');
    case 'histogram':
      return content.series
        .map(({ name, bins }) => `${name}: ${bins.map(({ count }) => count).join(', ')}`)
        .join('\n\n');
  }
}

/** @param {Estimate | string | null | undefined} cell @param {string | undefined} format */
function number(cell, format) {
  if (cell === undefined) return '';
  if (cell === null) return 'missing';
  if (typeof cell === 'string') return cell.replaceAll('|', '\\|');
  const text = (/** @type {number} */ value) =>
    format === 'share'
      ? (100 * value).toFixed(1)
      : format === 'bytes'
        ? `${(value / 2 ** 20).toFixed(0)} MiB`
        : round(value);
  const { value, low, high, paper, pValue } = cell;
  return [
    text(value),
    low === undefined || high === undefined ? '' : ` [${text(low)}, ${text(high)}]`,
    pValue === undefined ? '' : ` p ${pValue.toPrecision(2)}`,
    paper === undefined ? '' : ` (paper ${text(paper)})`,
  ].join('');
}

/** Whole numbers as they are, others to three digits. @param {number} value */
function round(value) {
  return Number.isInteger(value) || Math.abs(value) >= 100
    ? String(Math.round(value))
    : String(Number(value.toPrecision(3)));
}

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
function table(header, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
