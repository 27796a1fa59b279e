import type { Experiment } from '../experiment.ts';
import { accuracy, commonNotes } from '../figure-tools.ts';

const METHOD = 'austeer-ffn';

/** How much k and α matter. */
export const figure10: Experiment = {
  id: 'fig10',
  title: 'Accuracy over k × α on COPA, MAWPS and BPO',
  needs: 'the tasks’ data',
  async design(bench) {
    const names = bench.quick ? ['copa'] : ['copa', 'mawps', 'bpo'];
    const budgets = bench.quick ? [4, 16, 64] : [2, 4, 8, 16, 32, 64, 100];
    const strengths = bench.quick ? [2, 8, 32] : [1, 2, 5, 10, 20, 50, 100];
    const tasks = await Promise.all(names.map(async (name) => ({ name, data: await bench.data(name) })));
    const runs = tasks.map(({ name, data }) => ({
      name,
      data,
      rows:
        data.missing === undefined
          ? budgets.map((budget) =>
              strengths.map((strength) => {
                const plan = bench.plan({
                  pairs: data.pairs,
                  method: METHOD,
                  setting: { budget, site: 'ffn' },
                });
                const setting = { budget, strength, site: 'ffn' as const };
                return bench.steered({ items: data.test, method: METHOD, setting, plan });
              }),
            )
          : undefined,
    }));
    return {
      cells: runs.flatMap(({ rows = [] }) => rows.flat()),
      figures: (results) =>
        runs.map(({ name, data, rows }, at) => {
          const values = budgets.map((_, y) =>
            strengths.map((__, x) => (rows === undefined ? null : accuracy(results, rows[y]![x]!))),
          );
          const places = values.flatMap((row, y) =>
            row.map((estimate, x) => ({ x, y, value: estimate?.value ?? -1 })),
          );
          const best = places.reduce((a, b) => (b.value > a.value ? b : a));
          return {
            part: at + 1,
            title: `k × α on ${name}`,
            caption:
              'Exact match of AUSteer-FFN on the test items at every setting (of BPO the share of wins), as the paper draws it. The best cell is marked; it is the best of many on the same items.',
            notes: [
              ...commonNotes(bench, [data]),
              ...(bench.quick
                ? ['Quick: COPA only, 3 × 3 settings; MAWPS generates 250 tokens an item.']
                : []),
            ],
            content: {
              kind: 'heatmap',
              x: { label: 'α', values: strengths },
              y: { label: 'k', values: budgets },
              valueLabel: 'accuracy',
              values,
              ...(best.value >= 0 && { chosen: [best.x, best.y] as const }),
            },
          };
        }),
    };
  },
};
