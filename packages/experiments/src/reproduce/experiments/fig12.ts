import { rankUnits, unitOverlap } from '@austeer/localize';
import { readStatistics, statisticsCell } from '../../cells/statistics.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Experiment, FigurePart } from '../experiment.ts';
import { commonNotes } from '../figure-tools.ts';
import { PAPER_TASKS } from '../paper-numbers.ts';

const SITES = ['attention', 'ffn'] as const;
/** Units of each task: the paper's cap. */
const UNITS = 100;

/** Whether tasks share units. */
export const figure12: Experiment = {
  id: 'fig12',
  title: 'Overlap of the localized units between the tasks',
  needs: 'the tasks’ data',
  async design(bench) {
    const tasks = await Promise.all(
      PAPER_TASKS.map(async (name) => {
        const data = await bench.data(name, { answered: false });
        const cell =
          data.missing === undefined
            ? statisticsCell({ model: bench.model.input, pairs: data.pairs, sites: SITES })
            : undefined;
        return { name, data, cell };
      }),
    );
    return {
      cells: tasks.flatMap(({ cell }) => cell ?? []),
      async figures(results) {
        const counts = await Promise.all(
          tasks.map(async ({ cell }) => {
            const stored = cell && results.get(cell);
            return stored && (await readStatistics(stored, results.file)).counts;
          }),
        );
        const parts: FigurePart[] = [];
        for (const site of SITES) {
          const rankings = counts.map((found) => found && rankUnits(found, { sites: [site], top: UNITS }));
          const all = bench.model.identity.layers * (bench.model.identity.widths[site] ?? 0);
          const values = rankings.map((first) =>
            rankings.map((second): Estimate | null => {
              if (first === undefined || second === undefined) return null;
              return { value: unitOverlap(first, second).shared };
            }),
          );
          parts.push({
            part: parts.length + 1,
            title: `Units that tasks share, site ${site}`,
            caption: `How many of the best ${UNITS} units of two tasks are the same; by chance ${((UNITS * UNITS) / all).toFixed(1)} of ${UNITS} would be.`,
            notes: commonNotes(
              bench,
              tasks.map(({ data }) => data),
            ),
            content: {
              kind: 'heatmap',
              x: { label: 'task', values: PAPER_TASKS },
              y: { label: 'task', values: PAPER_TASKS },
              valueLabel: 'shared units',
              values,
            },
          });
        }
        return parts;
      },
    };
  },
};
