import { pairsInput } from '../../cells/task-data.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Experiment, Results } from '../experiment.ts';
import { accuracy, commonNotes } from '../figure-tools.ts';

const METHOD = 'austeer-ffn';
const SETTING = { budget: 16, strength: 8, site: 'ffn' } as const;

/** How many pairs are enough. */
export const figure13: Experiment = {
  id: 'fig13',
  title: 'Accuracy by number of contrastive pairs',
  needs: 'the tasks’ data',
  async design(bench) {
    const names = bench.quick ? ['copa'] : ['boolq', 'copa', 'winogrande', 'svamp', 'mawps'];
    const counts = bench.quick ? [6, 12, 24] : [50, 100, 200, 300, 500, 1000];
    const draws = bench.quick ? [1, 2] : [1, 2, 3, 4, 5];
    const tasks = await Promise.all(names.map(async (name) => ({ name, data: await bench.data(name) })));
    const runs = tasks.flatMap(({ name, data }) =>
      data.missing === undefined
        ? [
            {
              name,
              vanilla: bench.vanilla(bench.model, data.test),
              sizes: counts
                .filter((count) => count <= data.task.pairs.length)
                .map((count) => ({
                  count,
                  cells: draws.map((draw) => {
                    const { strength: _, ...place } = SETTING;
                    const pairs = pairsInput(data.task, { count, draw });
                    const plan = bench.plan({ pairs, method: METHOD, setting: place });
                    return bench.steered({ items: data.test, method: METHOD, setting: SETTING, plan });
                  }),
                })),
            },
          ]
        : [],
    );
    return {
      cells: runs.flatMap(({ vanilla, sizes }) => [vanilla, ...sizes.flatMap(({ cells }) => cells)]),
      figures(results) {
        return [
          {
            title: 'Data size',
            caption: `Exact match of AUSteer-FFN (k ${SETTING.budget}, α ${SETTING.strength}) by number of pairs: the mean of ${draws.length} draws, each draw's larger sets holding its smaller ones; bands go from the worst draw to the best.`,
            notes: [
              ...commonNotes(
                bench,
                tasks.map(({ data }) => data),
              ),
              'The setting is the same for every size. The paper’s curves are of Gemma2-9B-it.',
            ],
            content: {
              kind: 'curves',
              x: { label: 'pairs', scale: 'linear' },
              y: { label: 'accuracy' },
              series: runs.map(({ name, sizes }) => ({
                name,
                points: sizes.map(({ count, cells }) => ({ x: count, y: spread(results, cells) })),
              })),
              references: runs.flatMap(({ name, vanilla }) => {
                const estimate = accuracy(results, vanilla);
                return estimate === null ? [] : [{ name: `${name}, vanilla`, y: estimate.value }];
              }),
            },
          },
        ];
      },
    };
  },
};

/** Mean over draws, from the worst to the best. */
function spread(results: Results, cells: readonly Parameters<typeof accuracy>[1][]): Estimate | null {
  const found = cells.flatMap((cell) => accuracy(results, cell) ?? []);
  if (found.length === 0) return null;
  const values = found.map(({ value }) => value);
  return {
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
    items: found[0]!.items,
  };
}
