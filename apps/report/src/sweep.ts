/**
 * The settings that were tried, as maps of k × α.
 *
 * @module
 */
import type { EvaluatedCell, HeatMapFigure, RunHeader } from '@austeer/experiments';

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

/** One map a site: strengths from left to right, budgets from the bottom up. */
export function sweepMaps(
  { cells, chosen }: Selection,
  measure: SweepMeasure,
  valueLabel: string = SWEEP_MEASURES[measure],
): { readonly site: string; readonly figure: HeatMapFigure }[] {
  return distinct(cells.map(({ site }) => site)).map((site) => {
    const here = cells.filter((cell) => cell.site === site);
    const strengths = distinct(here.map(({ alpha }) => alpha)).sort((a, b) => a - b);
    const budgets = distinct(here.map(({ k }) => k)).sort((a, b) => b - a);
    const at = (k: number, alpha: number): EvaluatedCell | undefined =>
      here.find((cell) => cell.k === k && cell.alpha === alpha);
    return {
      site,
      figure: {
        kind: 'heatmap',
        x: { label: 'strength α', values: strengths },
        y: { label: 'units k', values: budgets },
        valueLabel,
        values: budgets.map((k) => strengths.map((alpha) => at(k, alpha)?.summary[measure] ?? null)),
        ...(chosen.site === site && {
          chosen: [strengths.indexOf(chosen.alpha), budgets.indexOf(chosen.k)] as const,
        }),
      },
    };
  });
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
