import type { Estimate } from '../../result-figure.ts';
import type { Experiment } from '../experiment.ts';
import { PAPER_TASKS, TABLE_6 } from '../paper-numbers.ts';

/** How much data there is. */
export const table6: Experiment = {
  id: 'table6',
  title: 'Contrastive pairs and test items of seven tasks',
  needs: 'the tasks’ data',
  async design(bench) {
    const tasks = await Promise.all(
      PAPER_TASKS.map(async (name) => ({ name, data: await bench.data(name, { answered: false }) })),
    );
    return {
      cells: [],
      figures() {
        const rowOf = (label: string, kind: 'pairs' | 'test') => ({
          label,
          cells: Object.fromEntries(
            tasks.map(({ name, data }): [string, Estimate | null] => {
              const paper = TABLE_6[name][kind];
              if (data.missing !== undefined) return [name, null];
              // The paper uses at most a thousand pairs of a task.
              const { pairs, items } = data.task;
              const value = kind === 'pairs' ? Math.min(pairs.length, 1000) : items.length;
              return [name, { value, paper }];
            }),
          ),
        });
        return [
          {
            title: 'Data',
            caption: 'What the readers find in the data folder, beside what the paper has.',
            notes: [
              'Pairs are counted up to 1,000, the paper’s limit.',
              ...tasks.flatMap(({ name, data }) =>
                data.missing === undefined
                  ? data.task.source.notes.map((note) => `${name}: ${note}`)
                  : [`${name}: ${data.missing}`],
              ),
            ],
            content: {
              kind: 'table',
              columns: PAPER_TASKS.map((key) => ({ key, label: key, format: 'count' })),
              rows: [rowOf('Contrastive pairs', 'pairs'), rowOf('Test items', 'test')],
            },
          },
        ];
      },
    };
  },
};
