/**
 * An experiment file as an experiment: every model, task, method and seed is a row of one table.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import { type AnswerSummary, summarizeAnswers } from '@austeer/evaluators';
import type { MethodSetting } from '@austeer/steering';
import { type AnswersResult, bestOf, searchedCell } from '../cells/answers.ts';
import type { Cell } from '../cells/cell.ts';
import { describeSetting } from '../cells/plan.ts';
import { placeName, searchCell } from '../cells/search.ts';
import { methodEntry } from '../methods.ts';
import type { Bench, BenchData, BenchModel, Sizes } from '../reproduce/bench.ts';
import type { Experiment, Results } from '../reproduce/experiment.ts';
import { accuracy, commonNotes } from '../reproduce/figure-tools.ts';
import type { Estimate, TableFigure } from '../result-figure.ts';
import type { SelectionCriterion } from '../select-cell.ts';
import type { ExperimentFile, ExperimentFileMethod } from './experiment-file.ts';

/**
 * The sizes that a file asks for.
 *
 * @example
 * ```ts
 * import { parseExperimentFile } from '@austeer/experiments';
 * const file = parseExperimentFile('{"name": "tiny", "tasks": ["copa"], "methods": [{"method": "caa"}]}');
 * sizesOf(file).pairs; // 1000
 * ```
 */
export function sizesOf({ pairs, validation, test = Number.MAX_SAFE_INTEGER }: ExperimentFile): Sizes {
  return { pairs, label: { validation, test }, text: { validation, test } };
}

/** One row: how its setting is chosen decides what it is made of. */
interface Row {
  readonly label: string;
  readonly vanilla: Cell<AnswersResult>;
  /** The answers that are reported; of `full`, all candidates, of which the best is. */
  readonly cells: readonly Cell<AnswersResult>[];
}

/**
 * Makes an experiment of a file.
 *
 * @example
 * ```ts
 * import { parseExperimentFile } from '@austeer/experiments';
 * const file = parseExperimentFile('{"name": "tiny", "tasks": ["copa"], "methods": [{"method": "caa"}]}');
 * gridExperiment(file).id; // 'tiny'
 * ```
 */
export function gridExperiment(file: ExperimentFile): Experiment {
  const criterion = file.criterion as SelectionCriterion;
  return {
    id: file.name,
    title: file.title ?? file.name,
    needs: 'the tasks’ data',
    async design(bench) {
      const tasks = await Promise.all(
        file.tasks.map(async (name) => ({ name, data: await bench.data(name) })),
      );
      const rows = bench.models.flatMap((model) =>
        tasks.flatMap(({ name, data }): Row[] => {
          if (data.missing !== undefined) return [];
          const vanilla = bench.vanilla(model, data.test);
          const prefix = bench.models.length === 1 ? name : `${model.name}, ${name}`;
          return [
            { label: `${prefix}: vanilla`, vanilla, cells: [vanilla] },
            ...file.methods.flatMap((method) =>
              file.seeds.map((seed) => ({
                label: `${prefix}: ${methodEntry(method.method).label}${file.seeds.length === 1 ? '' : `, seed ${seed}`}`,
                vanilla,
                cells: rowCells(bench, file, { model, data, method, seed }),
              })),
            ),
          ];
        }),
      );
      return {
        cells: rows.flatMap(({ vanilla, cells }) => [vanilla, ...cells]),
        figures: (results) => [
          {
            title: file.title ?? file.name,
            caption: `Setting chosen by ${criterion}: ${SELECTIONS[file.selection]}`,
            notes: commonNotes(
              bench,
              tasks.map(({ data }) => data),
            ),
            content: {
              kind: 'table',
              columns: COLUMNS,
              rows: rows.map((row) => ({ label: row.label, cells: numbersOf(results, row, criterion) })),
            },
          },
        ],
      };
    },
  };
}

const SELECTIONS: Readonly<Record<ExperimentFile['selection'], string>> = {
  validation: 'all settings on validation items, the best tested once on others.',
  full: 'all settings on the test items, the best reported. That is optimistic.',
  halving: 'by successive halving on validation items, tested once on others.',
  'coarse-to-fine': 'from coarse to fine on validation items, tested once on others.',
};

const COLUMNS: TableFigure['columns'] = [
  { key: 'accuracy', label: 'accuracy', format: 'share' },
  { key: 'balanced', label: 'balanced accuracy', format: 'share' },
  { key: 'area', label: 'AUROC of the margin', format: 'share' },
  { key: 'valid', label: 'valid answers', format: 'share' },
  { key: 'setting', label: 'setting', format: 'text' },
];

function rowCells(
  bench: Bench,
  file: ExperimentFile,
  options: { model: BenchModel; data: BenchData; method: ExperimentFileMethod; seed: number },
): Cell<AnswersResult>[] {
  const { model, data, method: entry, seed } = options;
  const { method } = entry;
  const settings = settingsOf(entry, bench.settings(method));
  const sweep = (own: BenchData) => bench.sweep({ model, data: own, method, settings, seed });
  if (file.selection === 'validation') return [sweep(data).chosen];
  if (file.selection === 'full') return [...sweep({ ...data, validation: data.test }).candidates];
  const plans = settings.map((setting) => {
    const { strength: _, ...place } = setting;
    return [placeName(setting), bench.plan({ model, pairs: data.pairs, method, setting: place, seed })];
  });
  const inputs = { model: model.input, condition: method };
  const search = searchCell(
    {
      ...inputs,
      items: data.validation,
      strategy: file.selection,
      settings,
      criterion: file.criterion as SelectionCriterion,
    },
    Object.fromEntries(plans),
  );
  return [searchedCell({ ...inputs, items: data.test }, search)];
}

/** Budgets × strengths × layers of the file, or the method's own grid. */
function settingsOf(
  { budgets, strengths, layers, site }: ExperimentFileMethod,
  grid: readonly MethodSetting[],
): readonly MethodSetting[] {
  const known = <Value>(values: readonly (Value | undefined)[]): (Value | undefined)[] => [
    ...new Set(values),
  ];
  if (budgets === undefined && strengths === undefined && layers === undefined) return grid;
  const axes = {
    budgets: budgets ?? known(grid.map(({ budget }) => budget)),
    strengths: strengths ?? [...new Set(grid.map(({ strength }) => strength))],
    layers: layers ?? known(grid.map(({ layer }) => layer)),
  };
  const where = (site as Site | undefined) ?? grid[0]?.site;
  return axes.budgets.flatMap((budget) =>
    axes.layers.flatMap((layer) =>
      axes.strengths.map((strength) => ({
        strength,
        ...(budget !== undefined && { budget }),
        ...(layer !== undefined && { layer }),
        ...(where !== undefined && { site: where }),
      })),
    ),
  );
}

function numbersOf(
  results: Results,
  { vanilla, cells }: Row,
  criterion: SelectionCriterion,
): Record<string, Estimate | string | null> {
  const stored = cells.flatMap((cell) => results.get(cell) ?? []);
  if (stored.length === 0) return { accuracy: null };
  const best = bestOf(stored, criterion);
  const cell = cells.find((candidate) => results.get(candidate)?.result === best)!;
  const summary: AnswerSummary = summarizeAnswers(best.records);
  return {
    accuracy: accuracy(results, cell, cell.hash === vanilla.hash ? {} : { against: vanilla }),
    ...(summary.balancedAccuracy && { balanced: summary.balancedAccuracy }),
    ...(summary.areaUnderCurve && { area: summary.areaUnderCurve }),
    valid: summary.validAnswers,
    setting: best.setting === undefined ? '' : describeSetting(best.setting),
  };
}
