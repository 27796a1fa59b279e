/**
 * A figure as rows: what its table shows and its CSV file holds.
 *
 * @module
 */
import type { Estimate, FigureContent } from '@austeer/experiments';
import type { FlatTable, FlatValue } from './csv.ts';

const ESTIMATE_COLUMNS = ['value', 'low', 'high', 'items', 'paper', 'p value', 'note'];

/** The data of a figure; columns that nothing fills are left out. */
export function flattenFigure(content: FigureContent): FlatTable {
  return withoutEmptyColumns(rowsOf(content));
}

function rowsOf(content: FigureContent): FlatTable {
  switch (content.kind) {
    case 'table':
      return {
        columns: ['row', 'column', ...ESTIMATE_COLUMNS],
        rows: content.rows.flatMap(({ label, cells }) =>
          content.columns
            .filter(({ key }) => key in cells)
            .map((column) => [label, column.label, ...estimateValues(cells[column.key] ?? null)]),
        ),
      };
    case 'curves':
      return {
        columns: ['series', content.x.label, ...ESTIMATE_COLUMNS],
        rows: [
          ...content.series.flatMap(({ name, points }) =>
            points.map(({ x, y }) => [name, x, ...estimateValues(y)]),
          ),
          ...(content.references ?? []).map(({ name, y }) => [name, null, ...estimateValues({ value: y })]),
        ],
      };
    case 'heatmap':
      return {
        columns: [content.y.label, content.x.label, ...ESTIMATE_COLUMNS, 'chosen'],
        rows: content.values.flatMap((row, y) =>
          row.map((cell, x) => [
            content.y.values[y] ?? null,
            content.x.values[x] ?? null,
            ...estimateValues(cell),
            content.chosen?.[0] === x && content.chosen[1] === y ? 'yes' : null,
          ]),
        ),
      };
    case 'score-map':
      return {
        columns: ['layer', 'first dimension', content.valueLabel],
        rows: content.values.flatMap((row, layer) =>
          row.map((value, column) => [layer, column * content.dimensionsPerColumn, value]),
        ),
      };
    case 'histogram':
      return {
        columns: ['series', `${content.x.label}, from`, 'to', 'count'],
        rows: content.series.flatMap(({ name, bins }) =>
          bins.map(({ from, to, count }) => [name, from, to, count]),
        ),
      };
    case 'scatter':
      return {
        columns: ['series', content.x.label, content.y.label, 'label'],
        rows: content.series.flatMap(({ name, points }) =>
          points.map(({ x, y, label }) => [name, x, y, label ?? null]),
        ),
      };
  }
}

function estimateValues(cell: Estimate | string | null): FlatValue[] {
  if (cell === null) return ESTIMATE_COLUMNS.map(() => null);
  if (typeof cell === 'string') return [cell, ...ESTIMATE_COLUMNS.slice(1).map(() => null)];
  const { value, low, high, items, paper, pValue, note } = cell;
  return [value, low, high, items, paper, pValue, note].map((part) => part ?? null);
}

function withoutEmptyColumns({ columns, rows }: FlatTable): FlatTable {
  const filled = columns.map((_, column) => rows.some((row) => row[column] !== null));
  return {
    columns: columns.filter((_, column) => filled[column]),
    rows: rows.map((row) => row.filter((_, column) => filled[column])),
  };
}
