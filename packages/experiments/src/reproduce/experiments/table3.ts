import { methodEntry } from '../../methods.ts';
import type { Estimate } from '../../result-figure.ts';
import type { BenchTask } from '../bench.ts';
import type { Experiment } from '../experiment.ts';
import { accuracy, commonNotes, meanAccuracy, share } from '../figure-tools.ts';
import { ACCURACY_TASKS, SHORT_TASKS, TABLE_3 } from '../paper-numbers.ts';

const ABLATIONS = ['austeer-ffn', 'random-ffn', 'difference-ffn', 'fixed-vector-ffn', 'fixed-strength-ffn'];
/** Draws of the random localization. */
const SEEDS = [0, 1, 2];

/** What each part of the method is worth. */
export const table3: Experiment = {
  id: 'table3',
  title: 'Ablations: random units, activation difference, fixed vector, fixed strength',
  needs: 'the tasks’ data',
  async design(bench) {
    const names = bench.quick ? SHORT_TASKS : ACCURACY_TASKS;
    const tasks = await Promise.all(names.map(async (name) => ({ name, data: await bench.data(name) })));
    const runs = tasks.flatMap(({ name, data }) =>
      data.missing === undefined
        ? ABLATIONS.flatMap((method) =>
            (method === 'random-ffn' ? SEEDS : [bench.seed]).map((seed) => ({
              name,
              method,
              seed,
              cell: bench.sweep({ data, method, seed }).chosen,
            })),
          )
        : [],
    );
    return {
      cells: runs.map(({ cell }) => cell),
      figures(results) {
        const rows = ABLATIONS.map((method) => {
          const cells: Record<string, Estimate | null> = {};
          for (const name of names) {
            const found = runs
              .filter((run) => run.name === name && run.method === method)
              .map(({ cell }) => accuracy(results, cell));
            cells[name] = found.length === 1 ? found[0]! : meanAccuracy(found);
          }
          return {
            label: methodEntry(method).label,
            cells: { ...cells, average: meanAccuracy(Object.values(cells), share(TABLE_3[method])) },
          };
        });
        return [
          {
            title: 'Ablations of AUSteer-FFN',
            caption: `Exact match with one part of the method exchanged; random localization is the mean of ${SEEDS.length} draws.`,
            notes: [
              ...commonNotes(
                bench,
                tasks.map(({ data }): BenchTask => data),
              ),
              'The paper’s averages are of Gemma2-9B-it over five tasks.',
              ...(bench.quick ? [`Quick: ${names.join(', ')} only, so the average is of two tasks.`] : []),
            ],
            content: {
              kind: 'table',
              columns: [
                ...names.map((key) => ({ key, label: key, format: 'share' as const })),
                { key: 'average', label: 'Avg.', format: 'share' },
              ],
              rows,
            },
          },
        ];
      },
    };
  },
};
