/**
 * The settings that were tried, as maps of k × α.
 *
 * @module
 */
import type { HeatMapFigure, RunHeader } from '@austeer/experiments';

/** What a map may show. */
export const SWEEP_MEASURES = {
  accuracy: 'accuracy',
  twoWayAccuracy: 'two-way accuracy',
  balancedAccuracy: 'balanced accuracy',
  areaUnderCurve: 'AUROC',
  validAnswers: 'valid answers',
} as const;

/** Name of a measure in a summary. */
export type SweepMeasure = keyof typeof SWEEP_MEASURES;

type Selection = NonNullable<RunHeader['selection']>;

/** The measures that at least one setting has. */
export function sweepMeasures({ cells }: Selection): SweepMeasure[] {
  const names = Object.keys(SWEEP_MEASURES) as SweepMeasure[];
  return names.filter((name) => cells.some(({ summary }) => summary[name] !== undefined));
}

/** A setting of any method: some have no choice of sites, some work on one layer instead of k units. */
interface Cell {
  readonly site?: string | undefined;
  readonly k?: number | undefined;
  readonly layer?: number | undefined;
  readonly alpha: number;
}

/** One map a site: strengths from left to right, budgets (without them layers) from the bottom up. */
export function sweepMaps(
  selection: Selection,
  measure: SweepMeasure,
  valueLabel: string = SWEEP_MEASURES[measure],
): { readonly place: string; readonly figure: HeatMapFigure }[] {
  const cells: readonly (Cell & Pick<Selection['cells'][number], 'summary'>)[] = selection.cells;
  const chosen: Cell = selection.chosen;
  const budgeted = cells.some(({ k }) => k !== undefined);
  const rowOf = ({ k, layer }: Cell): number => (budgeted ? k : layer) ?? 0;
  const placeOf = (cell: Cell): string =>
    describeCell(budgeted ? { site: cell.site, layer: cell.layer } : { site: cell.site });
  return distinct(cells.map(placeOf)).map((place) => {
    const here = cells.filter((cell) => placeOf(cell) === place);
    const strengths = distinct(here.map(({ alpha }) => alpha)).sort((a, b) => a - b);
    const rows = distinct(here.map(rowOf)).sort((a, b) => b - a);
    const at = (row: number, alpha: number) =>
      here.find((cell) => rowOf(cell) === row && cell.alpha === alpha)?.summary[measure];
    return {
      place,
      figure: {
        kind: 'heatmap',
        x: { label: 'strength α', values: strengths },
        y: { label: budgeted ? 'units k' : 'layer', values: rows },
        valueLabel,
        values: rows.map((row) => strengths.map((alpha) => at(row, alpha) ?? null)),
        ...(placeOf(chosen) === place && {
          chosen: [strengths.indexOf(chosen.alpha), rows.indexOf(rowOf(chosen))] as const,
        }),
      },
    };
  });
}

/** A setting in words: `attention, k = 16, α = 5`. */
export function describeCell({ site, layer, k, alpha }: Partial<Cell>): string {
  return [
    ...(site === undefined ? [] : [site]),
    ...(layer === undefined ? [] : [`layer ${layer}`]),
    ...(k === undefined ? [] : [`k = ${k}`]),
    ...(alpha === undefined ? [] : [`α = ${alpha}`]),
  ].join(', ');
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
