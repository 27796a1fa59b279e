/**
 * A figure of each kind, with what is hard about it: missing numbers, long names, gaps, hostile texts.
 */
import type { ResultFigure } from '@austeer/experiments';

const command = 'austeer reproduce example --out figures';

/** A text that would end the page's data, or start a script, if it could. */
export const HOSTILE =
  '</script><script>alert(1)</script><!-- <script> ]]> \u2028 \u0000 $& "\\" <img src=x onerror=alert(1)>';

export const EXAMPLE_FIGURES: readonly ResultFigure[] = [
  {
    id: 'table1',
    title: 'Methods on two tasks',
    caption: 'Accuracy on the test items, with 95 % intervals. Each setting was chosen on validation items.',
    notes: ['A small model instead of the paper’s.', `Hostile: ${HOSTILE}`],
    command,
    content: {
      kind: 'table',
      columns: [
        { key: 'boolq', label: 'BoolQ', format: 'share' },
        { key: 'copa', label: 'COPA', format: 'share' },
        { key: 'time', label: 'time', format: 'seconds' },
        { key: 'what', label: 'what it edits', format: 'text' },
      ],
      rows: [
        {
          label: 'vanilla',
          cells: {
            boolq: { value: 0.703, low: 0.66, high: 0.74, paper: 0.7043 },
            copa: { value: 0.62, low: 0.52, high: 0.71, paper: 0.672 },
            what: 'nothing',
          },
        },
        {
          label: 'ITI',
          cells: {
            boolq: { value: 0.71, low: 0.67, high: 0.75, pValue: 0.31, paper: 0.7419 },
            copa: null,
            time: { value: 182.2 },
            what: 'heads',
          },
        },
        {
          label: 'CAA',
          cells: {
            boolq: { value: 0.698, low: 0.65, high: 0.74, pValue: 0.62, paper: 0.7248 },
            copa: { value: 0.63, low: 0.53, high: 0.72, pValue: 0.81 },
            time: { value: 4.21 },
            what: 'a layer',
          },
        },
        {
          label: 'AUSteer',
          cells: {
            boolq: { value: 0.742, low: 0.7, high: 0.78, pValue: 0.00002, paper: 0.7801, note: 'k 64, α 5' },
            copa: { value: 0.66, low: 0.56, high: 0.75, pValue: 0.04, paper: 0.74 },
            time: { value: 3725 },
            what: 'units',
          },
        },
      ],
    },
  },
  {
    id: 'fig2',
    title: 'Strength and the distance from vanilla',
    caption: 'Mean divergence of the next-token distributions over 200 prompts.',
    notes: [],
    command,
    content: {
      kind: 'curves',
      x: { label: 'strength α', scale: 'log' },
      y: { label: 'KL divergence, nats' },
      series: ['16 units', '64 units', '256 units', 'whole layer'].map((name, series) => ({
        name,
        points: [1, 2, 5, 10, 20, 50].map((x, index) => {
          const value = 0.02 * (series + 1) * x ** (0.6 + 0.1 * series);
          return {
            x,
            y: series === 1 && index === 3 ? null : { value, low: value * 0.8, high: value * 1.2 },
          };
        }),
      })),
      references: [{ name: 'noise floor', y: 0.05 }],
    },
  },
  {
    id: 'fig3',
    title: 'Units that tasks share',
    caption: 'Jaccard index of the 100 best units of two tasks.',
    notes: [],
    command,
    content: {
      kind: 'heatmap',
      x: { label: 'task', values: ['boolq', 'copa', 'winogrande', 'svamp', 'mawps'] },
      y: { label: 'task', values: ['boolq', 'copa', 'winogrande', 'svamp', 'mawps'] },
      valueLabel: 'Jaccard index',
      values: [0, 1, 2, 3, 4].map((y) =>
        [0, 1, 2, 3, 4].map((x) =>
          x === 4 && y === 0 ? null : { value: x === y ? 1 : 0.1 + 0.12 * ((x * y) % 5) },
        ),
      ),
    },
  },
  {
    id: 'fig4',
    title: 'Gains and losses by layer',
    caption: 'Change of accuracy when only the units of one layer are steered.',
    notes: [],
    command,
    content: {
      kind: 'heatmap',
      x: { label: 'layer', values: Array.from({ length: 24 }, (_, layer) => layer) },
      y: { label: 'site', values: ['attention', 'ffn'] },
      valueLabel: 'difference of accuracy',
      values: [0, 1].map((y) =>
        Array.from({ length: 24 }, (_, x) => ({ value: 0.2 * Math.sin(x / 3 + y), low: -0.1, high: 0.1 })),
      ),
      chosen: [5, 0],
    },
  },
  {
    id: 'fig5',
    title: 'Scores after averaging',
    caption: 'Difference of two rankings, 8 dimensions a column.',
    notes: [],
    command,
    content: {
      kind: 'score-map',
      site: 'ffn',
      valueLabel: 'difference of scores',
      dimensionsPerColumn: 8,
      values: Array.from({ length: 16 }, (_, layer) =>
        Array.from({ length: 96 }, (_, column) => Math.sin(layer / 2) * Math.cos(column / 9)),
      ),
    },
  },
  {
    id: 'fig6',
    title: 'How scores are distributed',
    caption: 'All units of two sites.',
    notes: [],
    command,
    content: {
      kind: 'histogram',
      x: { label: 'score' },
      series: ['attention', 'ffn'].map((name, series) => ({
        name,
        bins: Array.from({ length: 20 }, (_, bin) => ({
          from: 0.5 + bin * 0.025,
          to: 0.525 + bin * 0.025,
          count: Math.round(4000 * Math.exp(-(((bin - 4 - 3 * series) / 4) ** 2))),
        })),
      })),
    },
  },
  {
    id: 'fig10',
    title: 'Predicted and measured effects',
    caption: 'Each point is a unit.',
    notes: [],
    command,
    content: {
      kind: 'scatter',
      x: { label: 'predicted change of the margin' },
      y: { label: 'measured' },
      series: ['attention', 'ffn'].map((name, series) => ({
        name,
        points: Array.from({ length: 60 }, (_, index) => {
          const x = Math.sin(index * 12.9 + series) * 2;
          return {
            x,
            y: x * (0.8 - 0.3 * series) + Math.cos(index * 7.1) * 0.4,
            label: `layer ${index % 12}, ${index}`,
          };
        }),
      })),
    },
  },
];
