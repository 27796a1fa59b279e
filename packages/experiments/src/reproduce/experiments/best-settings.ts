import { methodEntry } from '../../methods.ts';
import type { Estimate, TableFigure } from '../../result-figure.ts';
import type { Experiment } from '../experiment.ts';
import { commonNotes, settingOfCell } from '../figure-tools.ts';
import { PAPER_MODEL, PAPER_TASKS, type PaperTask, TABLE_8, TABLE_9 } from '../paper-numbers.ts';
import { mainSweeps } from './table1.ts';

const METHODS = ['austeer-head', 'austeer-ffn'];

/** What Table 1's selection chose for AUSteer. */
function bestSettings(options: {
  id: string;
  title: string;
  symbol: string;
  paper: Readonly<Record<string, Readonly<Record<PaperTask, number | null>>>>;
  read: (setting: { readonly strength: number; readonly budget?: number | undefined }) => number | undefined;
}): Experiment {
  const { id, title, symbol, paper, read } = options;
  return {
    id,
    title,
    needs: 'the tasks’ data',
    async design(bench) {
      const sweeps = await mainSweeps(bench, METHODS);
      return {
        cells: sweeps.flatMap(({ sweeps: byMethod }) =>
          [...(byMethod?.values() ?? [])].map(({ chosen }) => chosen),
        ),
        figures(results) {
          const ours: TableFigure['rows'] = METHODS.map((method) => ({
            label: methodEntry(method).label,
            cells: Object.fromEntries(
              sweeps.map(({ name, sweeps: byMethod }): [string, Estimate | null] => {
                const sweep = byMethod?.get(method);
                const setting = sweep && settingOfCell(results, sweep.chosen);
                const value = setting && read(setting);
                const theirs = paper[PAPER_MODEL]?.[name] ?? undefined;
                return [name, value === undefined ? null : { value, paper: theirs }];
              }),
            ),
          }));
          return [
            {
              title,
              caption: `${symbol} that was best on the validation items; the paper’s for ${PAPER_MODEL} beside it.`,
              notes: [
                ...commonNotes(
                  bench,
                  sweeps.map(({ data }) => data),
                ),
                `Tried: ${METHODS.map((method) => `${methodEntry(method).label} ${[...new Set(bench.settings(method).map(read))].join(', ')}`).join('; ')}.`,
              ],
              content: {
                kind: 'table',
                columns: PAPER_TASKS.map((key) => ({ key, label: key, format: 'number' })),
                rows: ours,
              },
            },
          ];
        },
      };
    },
  };
}

/** The strengths that were best. */
export const table8: Experiment = bestSettings({
  id: 'table8',
  title: 'Best α by task',
  symbol: 'α',
  paper: TABLE_8,
  read: ({ strength }) => strength,
});

/** The budgets that were best. */
export const table9: Experiment = bestSettings({
  id: 'table9',
  title: 'Best k by task',
  symbol: 'k',
  paper: TABLE_9,
  read: ({ budget }) => budget,
});
